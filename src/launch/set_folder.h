// Folders for temporary data: a set's own, and in it one for each server that keeps data.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/error.h"
#include "launch/account.h"
#include "launch/file_lock.h"

namespace shootout::launch {

/// A set's folder. Whoever made it holds its lock as long as it is used: the folder of one that was killed is
/// told by its lock being free.
struct SetFolder {
  std::filesystem::path path;
  std::optional<FileLock> lock;
};

/// A fresh one below /var/tmp: on a disk, since a database in memory would be another database, and where
/// every account can reach it, as below /root it could not. Exit code 5.
Result<SetFolder> make_set_folder(const std::string& set);

/// Removes a set's folder, and what servers that had their data in it left behind. For sets whose servers and
/// guardian have ended.
Result<void> remove_set_folder(const std::filesystem::path& folder);

/// The same for all folders of make_set_folder() whose holders have gone.
Result<void> remove_stray_folders();

/// An empty folder that only its owner may look into (without one: this account); what was there is removed.
Result<void> make_data_folder(const std::filesystem::path& folder, const std::optional<Account>& owner);

/// Removes the folder, and what a server that had its data in it and was killed left behind.
Result<void> remove_data_folder(const std::filesystem::path& folder);

}  // namespace shootout::launch
