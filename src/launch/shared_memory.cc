#include "launch/shared_memory.h"

#include <fmt/format.h>
#include <sys/shm.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <optional>
#include <string>
#include <thread>

#include "launch/ending.h"
#include "launch/process_table.h"

namespace shootout::launch {
namespace {

constexpr auto kDetachPatience = std::chrono::seconds(3);
constexpr auto kDetachPause = std::chrono::milliseconds(10);

struct Segment {
  unsigned long key = 0;
  int id = -1;
  uid_t owner = 0;
};

/// Of postmaster.pid, which a server that ended in order has removed: its seventh line holds the key and the
/// id (LOCK_FILE_LINE_SHMEM_KEY in PostgreSQL's miscadmin.h).
std::optional<Segment> segment_of(const std::filesystem::path& data_folder) {
  const auto file = data_folder / "postmaster.pid";
  struct stat about{};
  if (::lstat(file.c_str(), &about) != 0 || !S_ISREG(about.st_mode)) return std::nullopt;
  std::ifstream in(file);
  std::string line;
  for (int i = 0; i < 6; ++i) std::getline(in, line);
  Segment segment{.owner = about.st_uid};
  if (!(in >> segment.key >> segment.id)) return std::nullopt;
  return segment;
}

/// The number of processes attached to it; nothing where there is no such segment (any more). The file may be
/// old, and its server's account may write into it what it likes: so everything must fit.
std::optional<unsigned long> attached(const Segment& segment) {
  shmid_ds about{};
  if (::shmctl(segment.id, IPC_STAT, &about) != 0) return std::nullopt;
  // The file has the key as a long without sign, whatever the sign of the key.
  if (about.shm_perm.__key != static_cast<key_t>(segment.key) || about.shm_perm.cuid != segment.owner)
    return std::nullopt;
  return about.shm_nattch;
}

/// proc(5): ADDRESS PERMISSIONS OFFSET DEVICE INODE PATH, where the inode is the segment's id.
bool has_attached(pid_t pid, const Segment& segment) {
  std::ifstream maps(fmt::format("/proc/{}/maps", pid));
  const std::string wanted = fmt::format(" {} ", segment.id);
  for (std::string line; std::getline(maps, line);) {
    if (line.find("/SYSV") != std::string::npos && line.find(wanted) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

Result<void> remove_shared_memory(const std::filesystem::path& data_folder) {
  const auto segment = segment_of(data_folder);
  if (!segment) return {};
  const auto deadline = std::chrono::steady_clock::now() + kDetachPatience;
  while (true) {
    const auto users = attached(*segment);
    if (!users) return {};
    if (*users == 0) break;
    if (std::chrono::steady_clock::now() > deadline) {
      return fail(ExitCode::environment,
                  fmt::format("{} processes still use the shared memory segment {} of {}", *users,
                              segment->id, data_folder.string()),
                  fmt::format("end them; then `ipcrm -m {}`", segment->id));
    }
    // PostgreSQL's processes cover their environment with their titles, so no mark shows whose they are.
    for (const auto& [pid, process] : read_processes()) {
      if (has_attached(pid, *segment)) kill_at_once(pid);
    }
    std::this_thread::sleep_for(kDetachPause);
  }
  if (::shmctl(segment->id, IPC_RMID, nullptr) != 0 && errno != EINVAL && errno != EIDRM) {
    return fail(ExitCode::environment,
                fmt::format("cannot remove the shared memory segment {} of {}: {}", segment->id,
                            data_folder.string(), errno_text(errno)),
                fmt::format("`ipcrm -m {}`", segment->id));
  }
  return {};
}

}  // namespace shootout::launch
