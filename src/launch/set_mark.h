// The mark that every server carries in its environment, so that strays can be told from other people's
// processes.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace shootout::launch {

/// Which set a process belongs to, and which guardian owns its teardown.
struct SetMark {
  std::string set;
  pid_t guardian = 0;
  std::uint64_t guardian_start_ticks = 0;

  [[nodiscard]] bool guardian_lives() const;
};

inline constexpr char kSetVariable[] = "SHOOTOUT_SET";        ///< SET:GUARDIAN PID:GUARDIAN START
inline constexpr char kServerVariable[] = "SHOOTOUT_SERVER";  ///< the server's name within its set

[[nodiscard]] std::string to_text(const SetMark& mark);
/// Nothing where the text is no mark.
[[nodiscard]] std::optional<SetMark> mark_from(const std::string& text);
/// Nothing where the process carries no mark.
[[nodiscard]] std::optional<SetMark> mark_of(pid_t pid);

}  // namespace shootout::launch
