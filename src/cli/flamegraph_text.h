// A profile as a person, or a script, reads it: the picture, the heaviest frames.
#pragma once

#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "base/error.h"
#include "report/folded_stacks.h"
#include "trial/profile.h"

namespace shootout::cli {

inline constexpr std::size_t kHeaviestShown = 10;

/// The profile's stacks as a tree. Exit code 4 where no thread was ever seen working.
Result<report::CallNode> tree_of(const trial::Profile& profile);

/// Writes the flamegraph; its folder is there. Exit code 5 where it cannot be written.
Result<void> write_flamegraph(const trial::Profile& profile, const report::CallNode& tree, unsigned seconds,
                              const std::filesystem::path& file);

/// What was looked at, in one line.
[[nodiscard]] std::string profile_subtitle(const trial::Profile& profile, const report::CallNode& tree,
                                           unsigned seconds);

/// The ten heaviest frames, for the terminal.
[[nodiscard]] std::string heaviest_table(const report::CallNode& tree);

/// `shootout.profile/1` (docs/json.md).
[[nodiscard]] nlohmann::json profile_document(const trial::Profile& profile, const report::CallNode& tree,
                                              const std::string& suite, unsigned seconds,
                                              const std::filesystem::path& file);

}  // namespace shootout::cli
