#include "observe/process_stat.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "observe/proc_file.h"

namespace shootout::observe {

std::string printable(std::string name) {
  std::ranges::replace_if(name, [](char c) { return c < ' ' || c > '~'; }, '?');
  return name;
}

std::optional<ProcessStat> parse_process_stat(std::string_view line) {
  // The name stands in parentheses and may hold spaces and parentheses itself; what follows it never does.
  const size_t open = line.find('(');
  const size_t close = line.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return std::nullopt;
  ProcessStat stat;
  stat.name = line.substr(open + 1, close - open - 1);
  std::string_view rest = line.substr(close + 1);
  if (rest.size() < 3 || rest[0] != ' ') return std::nullopt;
  stat.state = rest[1];
  rest.remove_prefix(2);

  // Fields 4 to 24, numbered as in the manual page.
  constexpr size_t kFirst = 4, kLast = 24;
  std::array<std::int64_t, kLast + 1> field{};
  for (size_t i = kFirst; i <= kLast; ++i) {
    if (rest.empty() || rest.front() != ' ') return std::nullopt;
    rest.remove_prefix(1);
    std::uint64_t magnitude = 0;
    const bool negative = rest.starts_with('-');
    if (negative) rest.remove_prefix(1);
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), magnitude);
    if (error != std::errc{}) return std::nullopt;
    field[i] = negative ? -static_cast<std::int64_t>(magnitude) : static_cast<std::int64_t>(magnitude);
    rest.remove_prefix(static_cast<size_t>(end - rest.data()));
  }
  stat.parent = static_cast<pid_t>(field[4]);
  constexpr std::int64_t kKernelThread = 0x00200000;  // PF_KTHREAD of the kernel's sched.h
  stat.kernel_thread = (field[9] & kKernelThread) != 0;
  stat.user_ticks = static_cast<std::uint64_t>(field[14]);
  stat.system_ticks = static_cast<std::uint64_t>(field[15]);
  stat.children_ticks = static_cast<std::uint64_t>(field[16] + field[17]);
  stat.threads = field[20];
  stat.start_ticks = static_cast<std::uint64_t>(field[22]);
  stat.rss_pages = field[24];
  return stat;
}

std::optional<ProcessStat> process_stat(pid_t pid) {
  const auto line = read_proc_file(fmt::format("/proc/{}/stat", pid));
  return line ? parse_process_stat(*line) : std::nullopt;
}

std::optional<std::string> short_command_line(pid_t pid) {
  const auto text = read_proc_file(fmt::format("/proc/{}/cmdline", pid));
  if (!text || text->empty()) return std::nullopt;
  return shortened_command_line(*text);
}

std::string shortened_command_line(std::string_view text) {
  constexpr size_t kLongest = 80;
  std::string line;
  while (!text.empty()) {
    std::string_view word = text.substr(0, text.find('\0'));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (word.starts_with('/')) word.remove_prefix(word.rfind('/') + 1);
    if (!word.empty()) line += (line.empty() ? "" : " ") + std::string(word);
  }
  line = printable(std::move(line));
  return line.size() <= kLongest ? line : line.substr(0, kLongest) + "...";
}

}  // namespace shootout::observe
