#include "launch/machine_lock.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <nlohmann/json.hpp>

namespace shootout::launch {
namespace {

std::unexpected<Error> unusable(const std::filesystem::path& file, const std::string& why) {
  return fail(ExitCode::environment, fmt::format("cannot use the machine's lock {}: {}", file.string(), why),
              fmt::format("remove it once no shootout measures: rm {}", file.string()));
}

/// Opens the file, made for all users where it is not there. It lies in a folder that everybody may write to:
/// a symbolic link or a second name of another file is refused.
Result<UniqueFd> open_lock(const std::filesystem::path& file) {
  constexpr int kFlags = O_RDWR | O_NOFOLLOW | O_CLOEXEC;
  // Without O_CREAT first: the kernel refuses it on another user's file in a sticky folder
  // (fs.protected_regular).
  UniqueFd fd(::open(file.c_str(), kFlags));
  if (!fd && errno == ENOENT) {
    fd.reset(::open(file.c_str(), kFlags | O_CREAT | O_EXCL, 0666));
    if (fd) {
      ::fchmod(fd.get(), 0666);  // whatever the umask
    } else if (errno == EEXIST) {
      fd.reset(::open(file.c_str(), kFlags));  // somebody was quicker
    }
  }
  if (!fd) return unusable(file, errno_text(errno));
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_nlink != 1) {
    return unusable(file, "it is no plain file");
  }
  return fd;
}

// A lock of the open file description, as flock() makes: it goes with its last descriptor. Unlike flock()'s
// it can be asked after without being taken.
struct flock whole_file() {
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

MachineHolder read_holder(int fd) {
  char text[4096];
  const ssize_t size = ::pread(fd, text, sizeof text, 0);
  const auto json = nlohmann::json::parse(text, text + std::max<ssize_t>(size, 0), nullptr, false);
  if (!json.is_object()) return {};  // its holder is just about to write
  return {.pid = json.value("pid", 0), .what = json.value("what", ""), .since = json.value("since", "")};
}

}  // namespace

std::filesystem::path MachineLock::default_file() {
  return "/tmp/shootout-machine.lock";
}

Result<std::optional<MachineLock>> MachineLock::try_acquire(const std::string& what,
                                                            const std::filesystem::path& file) {
  auto fd = open_lock(file);
  if (!fd) return std::unexpected(fd.error());
  struct flock lock = whole_file();
  if (::fcntl(fd->get(), F_OFD_SETLK, &lock) != 0) {
    if (errno == EAGAIN || errno == EACCES) return std::nullopt;
    return unusable(file, errno_text(errno));
  }
  std::tm now{};
  const std::time_t seconds = std::time(nullptr);
  ::localtime_r(&seconds, &now);
  const std::string text =
      nlohmann::json{{"pid", ::getpid()}, {"what", what}, {"since", fmt::format("{:%Y-%m-%d %H:%M:%S}", now)}}
          .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  // Only words for those who ask: on a full disk the lock holds all the same.
  if (::ftruncate(fd->get(), 0) == 0) (void)!::pwrite(fd->get(), text.data(), text.size(), 0);
  return MachineLock(std::move(*fd));
}

Result<std::optional<MachineHolder>> MachineLock::holder(const std::filesystem::path& file) {
  auto fd = open_lock(file);
  if (!fd) return std::unexpected(fd.error());
  struct flock lock = whole_file();
  if (::fcntl(fd->get(), F_OFD_GETLK, &lock) != 0) return unusable(file, errno_text(errno));
  if (lock.l_type == F_UNLCK) return std::nullopt;
  return read_holder(fd->get());
}

}  // namespace shootout::launch
