// Any text as a suite file: it is read or refused with a word, whatever yaml-cpp thinks of it.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "suite/suite.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto suite = shootout::suite::parse_suite({reinterpret_cast<const char*>(data), size}, "fuzz.yaml");
  if (!suite && suite.error().what.empty()) std::abort();
  return 0;
}
