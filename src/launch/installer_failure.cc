#include "launch/installer_failure.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"

namespace shootout::launch {
namespace {

struct Cause {
  std::vector<std::string_view> signs;
  std::string_view remedy;
};

// The first that fits; a cause stands before those that follow from it (without a network, pip ends with "no
// matching distribution"). Words of pip 21 to 26, of libc, and of the compilers that source packages call.
const std::array kCauses = {
    Cause{{"No space left on device", "Disk quota exceeded"},
          "the disk is full: free some space, or name a place on another disk with XDG_CACHE_HOME"},
    Cause{{"THESE PACKAGES DO NOT MATCH THE HASHES", "Expected sha256"},
          "a package is not the one that was locked: look at what your package index serves before you trust "
          "it, then "
          "`contenders/lock FOLDER`"},
    Cause{{"In --require-hashes mode", "Hashes are required in --require-hashes mode"},
          "the lock file leaves something out: make it again with `contenders/lock FOLDER`"},
    Cause{{"NewConnectionError", "Failed to establish a new connection",
           "Temporary failure in name resolution", "Name or service not known", "Network is unreachable",
           "ConnectTimeoutError", "ReadTimeoutError", "Read timed out", "ProxyError", "SSLError",
           "SSLCertVerificationError", "Connection refused", "Connection reset by peer", "ProtocolError"},
          "the package index was not reached: check the network and pip's settings (`pip config list`), and "
          "try again"},
    Cause{{"No matching distribution found", "Could not find a version that satisfies"},
          "the package index has no such package for this Python: make the lock file again with "
          "`contenders/lock "
          "--upgrade FOLDER`, or use another Python"},
    Cause{{"ev.h: No such file"},
          "a package is built from source and needs the headers of libev; on Debian: `apt-get install "
          "build-essential python3-dev libev-dev`"},
    Cause{{"Python.h: No such file", "command 'gcc' failed", "command 'cc' failed", "gcc: not found",
           "No such file or directory: 'gcc'", "No such file or directory: 'cc'", "Microsoft Visual C++",
           "fatal error: "},
          "a package is built from source and something for that is missing; on Debian: `apt-get install "
          "build-essential python3-dev`, and the headers that the lines above name"},
    Cause{{"ensurepip is not available", "No module named ensurepip", "No module named pip"},
          "on Debian: `apt-get install python3-venv`"},
    Cause{{"Permission denied", "Read-only file system"},
          "make the folder writable, or name another place with XDG_CACHE_HOME"},
};

}  // namespace

std::string remedy_for(std::string_view output, std::string_view log_file) {
  for (const auto& cause : kCauses) {
    const auto says = [&](std::string_view sign) { return output.contains(sign); };
    if (std::ranges::any_of(cause.signs, says)) return std::string(cause.remedy);
  }
  return fmt::format("the whole output is in {}", log_file);
}

std::string last_lines(std::string_view text, std::size_t count) {
  auto lines = split(text, '\n');
  std::erase_if(lines,
                [](const std::string& line) { return line.find_first_not_of(" \t\r") == std::string::npos; });
  std::string result;
  for (auto i = lines.size() - std::min(count, lines.size()); i < lines.size(); ++i)
    result += "\n    " + lines[i];
  return result;
}

}  // namespace shootout::launch
