# Options that every target shares.
add_library(shootout_options INTERFACE)
target_compile_options(shootout_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual
  $<$<BOOL:${SHOOTOUT_WERROR}>:-Werror>)
# GCC 12 sees these where there are none once it inlines std::string and std::variant (GCC bug 105651 and its kin).
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(shootout_options INTERFACE -Wno-restrict -Wno-maybe-uninitialized -Wno-array-bounds
    -Wno-stringop-overflow -Wno-stringop-overread)
endif()
# Several files are compiled as one where a whole build is wanted soon; then their private types are the batch's.
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  target_compile_options(shootout_options INTERFACE -Wno-subobject-linkage)
endif()
if(SHOOTOUT_FUZZ)
  target_compile_options(shootout_options INTERFACE -fsanitize=fuzzer-no-link)
  add_custom_target(fuzzers)
endif()
if(SHOOTOUT_SANITIZE)
  target_compile_options(shootout_options INTERFACE -fsanitize=${SHOOTOUT_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(shootout_options INTERFACE -fsanitize=${SHOOTOUT_SANITIZE})
endif()

# Parsed once for all: most of the time of a build goes into these.
file(WRITE ${CMAKE_BINARY_DIR}/pch.cc "")
add_library(shootout_pch OBJECT ${CMAKE_BINARY_DIR}/pch.cc)
target_link_libraries(shootout_pch PRIVATE shootout_options fmt::fmt nlohmann_json::nlohmann_json Threads::Threads)
target_precompile_headers(shootout_pch PRIVATE <algorithm> <chrono> <expected> <filesystem> <functional> <map> <memory>
  <optional> <string> <variant> <vector> <fmt/format.h> <nlohmann/json.hpp>)

# The release program is build/shootout whatever the preset's own folder is called.
set(SHOOTOUT_PROGRAM_DIR ${CMAKE_BINARY_DIR} CACHE PATH "Where the program is put")

if(SHOOTOUT_TESTS)
  add_custom_target(unit_tests)
endif()

# shootout_module(NAME USES ...): the library of src/NAME, and NAME_test of its *_test.cc.
# OWN_PCH: headers to precompile for this module alone, in place of the common ones.
# In USES, a bare name of ours stands for that module, everything else is a target.
function(shootout_module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "USES;OWN_PCH")
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
    if(arg_OWN_PCH)
      target_precompile_headers(shootout_${name} PRIVATE ${arg_OWN_PCH})
    elseif(fmt::fmt IN_LIST links OR shootout_base IN_LIST links)
      target_precompile_headers(shootout_${name} REUSE_FROM shootout_pch)
    endif()
  else()
    add_library(shootout_${name} INTERFACE)
    target_include_directories(shootout_${name} INTERFACE ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(shootout_${name} INTERFACE ${links})
  endif()

  if(SHOOTOUT_TESTS AND tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE shootout_${name} shootout_options GTest::gtest_main)
    target_compile_definitions(${name}_test PRIVATE SHOOTOUT_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    set_target_properties(${name}_test PROPERTIES UNITY_BUILD OFF)   # tests name their helpers alike
    if(NOT name STREQUAL stats)
      target_precompile_headers(${name}_test REUSE_FROM shootout_pch)
    endif()
    add_dependencies(unit_tests ${name}_test)
    gtest_discover_tests(${name}_test TEST_PREFIX ${name}. DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 120)
  endif()
endfunction()
