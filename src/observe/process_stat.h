// One line of /proc/PID/stat.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace shootout::observe {

/// The fields that matter here; see proc_pid_stat(5).
struct ProcessStat {
  std::string name;  ///< at most 15 bytes, anything in it
  char state = '?';
  pid_t parent = 0;
  bool kernel_thread = false;
  std::uint64_t user_ticks = 0, system_ticks = 0;  ///< all threads, living and dead
  std::uint64_t children_ticks = 0;                ///< of the children that it has waited for, and theirs
  std::int64_t threads = 0;
  std::uint64_t start_ticks = 0;  ///< since boot
  std::int64_t rss_pages = 0;

  /// Only its exit status is left, waiting for its parent. A process whose first thread alone has ended still
  /// lives.
  [[nodiscard]] bool ended() const { return state == 'X' || (state == 'Z' && threads <= 1); }
};

/// A name's bytes that are no printable ASCII as '?': it can hold any, and be cut off within a character.
[[nodiscard]] std::string printable(std::string name);

/// Nothing where the text is no such line.
[[nodiscard]] std::optional<ProcessStat> parse_process_stat(std::string_view line);

/// Of a process of this machine; nothing where it is gone.
[[nodiscard]] std::optional<ProcessStat> process_stat(pid_t pid);

/// What a process runs, enough to know it by: its arguments, files by their names alone, at most 80
/// characters. "python gunicorn --bind 127.0.0.1:8000", "nginx: worker process". Nothing where it is gone.
[[nodiscard]] std::optional<std::string> short_command_line(pid_t pid);

/// The same of the text of /proc/PID/cmdline.
[[nodiscard]] std::string shortened_command_line(std::string_view text);

}  // namespace shootout::observe
