// Sets that outlive the shootout which started them: NAME.sock and NAME.json in one folder.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"

namespace shootout::launch {

/// What NAME.json says.
struct HandedOver {
  std::string name;
  pid_t guardian = 0;
  std::uint64_t guardian_start_ticks = 0;
  std::filesystem::path temporary;  ///< the set's folder, removed at teardown

  [[nodiscard]] bool guardian_lives() const;
};

/// Where they are registered: below home_folder().
[[nodiscard]] std::filesystem::path handed_over_folder();

/// Registers a set; its guardian listens on the socket that this returns. An error (exit code 5) where a set
/// of this name lives, or the folder cannot be written.
Result<UniqueFd> register_set(const std::filesystem::path& folder, const HandedOver& set);

/// Takes a set off the register.
void unregister_set(const std::filesystem::path& folder, const std::string& name);

/// The registered set of this name whose guardian lives; what a dead one left (entry, socket, temporary
/// folder) is removed on the way.
[[nodiscard]] std::optional<HandedOver> registered_set(const std::filesystem::path& folder,
                                                       const std::string& name);

/// Names of the registered sets whose guardians live, sorted.
[[nodiscard]] std::vector<std::string> registered_sets(const std::filesystem::path& folder);

/// A connection to the set's guardian; nothing where it does not listen any more.
[[nodiscard]] std::optional<UniqueFd> connect_to_set(const std::filesystem::path& folder,
                                                     const std::string& name);

}  // namespace shootout::launch
