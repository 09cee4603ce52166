#include "launch/set_folder.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <system_error>
#include <thread>
#include <vector>

#include "base/folders.h"
#include "launch/ending.h"
#include "launch/process_table.h"
#include "launch/shared_memory.h"

namespace shootout::launch {
namespace fs = std::filesystem;
namespace {

constexpr char kTemporaryPlace[] = "/var/tmp";
constexpr char kFolderPrefix[] = "shootout-";
constexpr char kLockName[] = ".shootout-lock";

std::unexpected<Error> cannot(const std::string& what, const fs::path& folder, const std::string& why) {
  return fail(ExitCode::environment, fmt::format("cannot {} the folder {}: {}", what, folder.string(), why),
              fmt::format("make {} writable, and free some space on its disk",
                          folder.has_parent_path() ? folder.parent_path().string() : kTemporaryPlace));
}

std::vector<fs::path> entries(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    found.push_back(it->path());
  return found;
}

/// A folder of this account's, no link to one: /var/tmp is open to everybody.
bool is_own_folder(const fs::path& path) {
  struct stat about{};
  return ::lstat(path.c_str(), &about) == 0 && S_ISDIR(about.st_mode) && about.st_uid == ::geteuid();
}

/// Who works in the folder of a set that has gone, and bears no mark to know it by: Nginx and PostgreSQL
/// cover their environment with their titles.
void end_those_in(const fs::path& folder) {
  bool found = true;
  for (int i = 0; found && i < 100; ++i) {
    found = false;
    for (const auto& [pid, process] : read_processes()) {
      if (!works_below(pid, folder)) continue;
      found = true;
      kill_at_once(pid);
    }
    if (found) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace

Result<SetFolder> make_set_folder(const std::string& set) {
  std::string path = fmt::format("{}/{}{}-XXXXXX", kTemporaryPlace, kFolderPrefix, set);
  if (::mkdtemp(path.data()) == nullptr) return cannot("make", path, errno_text(errno));
  std::error_code error;
  SetFolder made{.path = fs::canonical(path, error), .lock = {}};  // as /proc names it
  if (error) return cannot("find", path, error.message());
  // Others may pass through, not look around.
  if (::chmod(path.c_str(), 0711) != 0) return cannot("open", path, errno_text(errno));
  // The lock is taken before it bears its name: one that is found free is that of a holder who has gone.
  const fs::path draft = made.path / (std::string(kLockName) + ".new");
  auto lock = FileLock::try_take(draft);
  if (!lock) return std::unexpected(lock.error());
  made.lock = std::move(*lock);
  fs::rename(draft, made.path / kLockName, error);
  if (error) return cannot("lock", path, error.message());
  return made;
}

Result<void> remove_set_folder(const fs::path& folder) {
  Result<void> result;
  for (const auto& entry : entries(folder)) {
    if (auto removed = remove_shared_memory(entry); !removed) result = removed;
  }
  std::error_code error;
  fs::remove_all(folder, error);
  if (error) return cannot("remove", folder, error.message());
  return result;
}

Result<void> remove_stray_folders() {
  Result<void> result;
  for (const auto& folder : entries(kTemporaryPlace)) {
    if (!folder.filename().string().starts_with(kFolderPrefix) || !is_own_folder(folder)) continue;
    std::error_code error;
    if (!fs::exists(folder / kLockName, error)) continue;
    auto lock = FileLock::try_take(folder / kLockName);
    if (!lock || !*lock) continue;
    end_those_in(folder);
    if (auto removed = remove_set_folder(folder); !removed) result = removed;
  }
  return result;
}

Result<void> make_data_folder(const fs::path& folder, const std::optional<Account>& owner) {
  if (auto removed = remove_data_folder(folder); !removed) return removed;
  if (folder.has_parent_path()) {
    if (auto made = make_folder(folder.parent_path()); !made) return made;
  }
  if (::mkdir(folder.c_str(), 0700) != 0) return cannot("make", folder, errno_text(errno));
  if (owner && ::chown(folder.c_str(), owner->user, owner->group) != 0)
    return cannot("give away", folder, errno_text(errno));
  return {};
}

Result<void> remove_data_folder(const fs::path& folder) {
  auto freed = remove_shared_memory(folder);
  std::error_code error;
  fs::remove_all(folder, error);
  if (error) return cannot("remove", folder, error.message());
  return freed;
}

}  // namespace shootout::launch
