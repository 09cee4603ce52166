// A lock between processes that ends with its holder, however that ends.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "base/error.h"
#include "base/unique_fd.h"

namespace shootout::launch {

/// Holds flock(2) on a file, which is made where it is missing, until it goes.
class FileLock {
 public:
  /// Nothing where another process (or another FileLock of this one) holds it. Exit code 5 where the file
  /// cannot be made.
  static Result<std::optional<FileLock>> try_take(const std::filesystem::path& file);

  /// Waits for it. `waiting` is called once, when somebody else holds it; `stop_asked` ends the wait (exit
  /// code 130).
  static Result<FileLock> take(const std::filesystem::path& file, const std::function<void()>& waiting = {},
                               const std::function<bool()>& stop_asked = {});

 private:
  explicit FileLock(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

}  // namespace shootout::launch
