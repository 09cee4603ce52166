#include "launch/file_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <thread>

namespace shootout::launch {
namespace {

// The file may have been removed between open() and flock(); then the lock is on a file that nobody else will
// find.
bool still_there(int fd, const std::filesystem::path& file) {
  struct stat held{}, named{};
  return fstat(fd, &held) == 0 && stat(file.c_str(), &named) == 0 && held.st_ino == named.st_ino &&
         held.st_dev == named.st_dev;
}

}  // namespace

Result<std::optional<FileLock>> FileLock::try_take(const std::filesystem::path& file) {
  while (true) {
    UniqueFd fd(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (!fd) {
      return fail(
          ExitCode::environment, fmt::format("cannot open {}: {}", file.string(), errno_text(errno)),
          "make the folder writable, free some space on its disk, or name another place with XDG_CACHE_HOME");
    }
    if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) return std::nullopt;
      return fail(ExitCode::environment, fmt::format("cannot lock {}: {}", file.string(), errno_text(errno)),
                  "name a place on a local disk with XDG_CACHE_HOME");
    }
    if (still_there(fd.get(), file)) return FileLock(std::move(fd));
  }
}

Result<FileLock> FileLock::take(const std::filesystem::path& file, const std::function<void()>& waiting,
                                const std::function<bool()>& stop_asked) {
  bool said = false;
  while (true) {
    auto lock = try_take(file);
    if (!lock) return std::unexpected(lock.error());
    if (*lock) return std::move(**lock);
    if (!said && waiting) waiting();
    said = true;
    if (stop_asked && stop_asked())
      return fail(ExitCode::interrupted, "interrupted while waiting for another shootout");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

}  // namespace shootout::launch
