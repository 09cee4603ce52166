// Bodies of any length and work of any length: what the ceiling server answers with.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string_view>

namespace shootout::upstream {

/// "okokok...": the one text that every body is made of, in a piece of 64 KiB.
[[nodiscard]] std::string_view filler_text();

/// Sends `head`, then as much as one call takes of the `left` bytes of filler that follow the first `sent`.
/// As send(2): how many bytes went out, head included, or -1 with errno.
ssize_t send_with_filler(int fd, std::string_view head, std::uint64_t sent, std::uint64_t left);

/// Integer arithmetic, each round on the result of the one before: the time is proportional to `rounds` (on
/// one core at one clock rate), one to two nanoseconds each. The result is the work's, so that none of it can
/// be left out.
std::uint64_t do_work(std::uint64_t rounds);

}  // namespace shootout::upstream
