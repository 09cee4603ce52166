// Stacks as profilers fold them ("outer;inner COUNT", a line a stack) as a tree of calls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace shootout::report {

/// A function, called by the one that it stands under.
struct CallNode {
  std::string name;
  std::uint64_t total = 0;  ///< samples in it, or in what it called
  std::uint64_t self = 0;   ///< samples in itself
  std::vector<CallNode> children;
};

/// All stacks of a profile in one tree. Its root, without a name, has the sum of all samples. Leading frames
/// `process PID:"COMMAND"` (py-spy --subprocesses) are left out: the workers of one server are one picture.
/// A native function without a symbol, an address, is `unknown (LIBRARY)`. Stacks whose innermost function
/// waits (poll, sleep, a lock ...) are left out: a thread that a profiler stopped while it waited may look as
/// if it ran. What is no UTF-8 or no printable character in a frame's name becomes '?'. Fails (exit code 1)
/// on a line that is no stack.
[[nodiscard]] Result<CallNode> call_tree(std::string_view folded);

struct HeavyFrame {
  std::string name;
  std::uint64_t self = 0, total = 0;  ///< a stack in which it stands twice (recursion) counts once
};
/// The `most` frames with the most samples of their own; of equals those with the most in all.
[[nodiscard]] std::vector<HeavyFrame> heaviest_frames(const CallNode& root, std::size_t most);

}  // namespace shootout::report
