// A tar archive in memory (ustar, POSIX.1-1988), as the Docker engine takes a build's context.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace shootout::launch {

/// The same files give the same bytes: owners and times are left out.
class TarArchive {
 public:
  /// `path` is relative, at most 255 bytes, with a slash before its last 100 where it is longer than those.
  /// Exit code 2 for another one.
  Result<void> add(const std::string& path, std::string_view content, bool executable = false);
  /// The whole archive; nothing more may be added.
  [[nodiscard]] std::string take();

 private:
  std::string bytes_;
};

}  // namespace shootout::launch
