# Options that every target shares.
add_library(shootout_options INTERFACE)
target_compile_options(shootout_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual
  $<$<BOOL:${SHOOTOUT_WERROR}>:-Werror>)
if(SHOOTOUT_SANITIZE)
  target_compile_options(shootout_options INTERFACE -fsanitize=${SHOOTOUT_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(shootout_options INTERFACE -fsanitize=${SHOOTOUT_SANITIZE})
endif()

# The release program is build/shootout whatever the preset's own folder is called.
set(SHOOTOUT_PROGRAM_DIR ${CMAKE_BINARY_DIR} CACHE PATH "Where the program is put")

# shootout_module(NAME USES ...): the library of src/NAME, and NAME_test of its *_test.cc.
# In USES, a bare name of ours stands for that module, everything else is a target.
function(shootout_module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "USES")
  set(folder ${CMAKE_SOURCE_DIR}/src/${name})
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cc)
  file(GLOB tests CONFIGURE_DEPENDS ${folder}/*_test.cc)
  file(GLOB mains CONFIGURE_DEPENDS ${folder}/main.cc)
  list(REMOVE_ITEM sources ${tests} ${mains})
  set(links)
  foreach(use ${arg_USES})
    if(EXISTS ${CMAKE_SOURCE_DIR}/src/${use})
      list(APPEND links shootout_${use})
    else()
      list(APPEND links ${use})
    endif()
  endforeach()

  if(sources)
    add_library(shootout_${name} STATIC ${sources})
    target_include_directories(shootout_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(shootout_${name} PUBLIC ${links} PRIVATE shootout_options)
  else()
    add_library(shootout_${name} INTERFACE)
    target_include_directories(shootout_${name} INTERFACE ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(shootout_${name} INTERFACE ${links})
  endif()

  if(SHOOTOUT_TESTS AND tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE shootout_${name} shootout_options GTest::gtest_main)
    target_compile_definitions(${name}_test PRIVATE SHOOTOUT_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    gtest_discover_tests(${name}_test TEST_PREFIX ${name}. DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 120)
  endif()
endfunction()
