// A server's limits of CPU and memory, in force for its whole tree: control groups, cgroups(7), version 1
// or 2.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "launch/set_mark.h"
#include "suite/suite.h"

namespace shootout::launch {

/// A group of its own in each hierarchy that is needed, below the group of this process (beside it where
/// version 2 wants that). Removed with this object: nothing may be in it any more then.
class LimitedGroup {
 public:
  /// `mark` and `server` name it. A sentence where this machine does not let us, or a limit is not kept.
  static std::expected<LimitedGroup, std::string> make(const SetMark& mark, const std::string& server,
                                                       const suite::Limits& limits);
  LimitedGroup(LimitedGroup&& other) noexcept : folders_(std::exchange(other.folders_, {})) {}
  LimitedGroup& operator=(LimitedGroup&& other) noexcept {
    std::swap(folders_, other.folders_);
    return *this;
  }
  ~LimitedGroup();

  /// A process that writes "0" into each of these files is in the group, with all that it starts.
  [[nodiscard]] std::vector<std::string> doors() const;

 private:
  LimitedGroup() = default;
  std::vector<std::filesystem::path> folders_;
};

/// Removes the groups whose guardians have gone.
void remove_stray_groups();

}  // namespace shootout::launch
