// One lock for the whole machine, so that two runs never measure at the same time.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/unique_fd.h"

namespace shootout::launch {

/// Who measures right now.
struct MachineHolder {
  pid_t pid = 0;
  std::string what;   ///< its run or command
  std::string since;  ///< "2026-11-22 04:40:19", local time
};

/// Held as long as the object lives; the kernel releases it when the process goes, in whatever way.
class MachineLock {
 public:
  /// The same file for all users, whatever their TMPDIR.
  [[nodiscard]] static std::filesystem::path default_file();

  /// Nothing where another process (or another lock of this one) holds it; `what` is told to those who ask
  /// meanwhile. An error (exit code 5) where the file cannot be used.
  static Result<std::optional<MachineLock>> try_acquire(const std::string& what,
                                                        const std::filesystem::path& file = default_file());
  /// Nothing where nobody holds it.
  static Result<std::optional<MachineHolder>> holder(const std::filesystem::path& file = default_file());

  MachineLock(MachineLock&&) noexcept = default;
  MachineLock& operator=(MachineLock&&) noexcept = default;

 private:
  explicit MachineLock(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

}  // namespace shootout::launch
