#include "launch/set_mark.h"

#include <fmt/format.h>

#include <cstdio>

#include "launch/process_table.h"

namespace shootout::launch {

bool SetMark::guardian_lives() const {
  return lives(guardian, guardian_start_ticks);
}

std::string to_text(const SetMark& mark) {
  return fmt::format("{}:{}:{}", mark.set, mark.guardian, mark.guardian_start_ticks);
}

std::optional<SetMark> mark_from(const std::string& text) {
  const size_t last = text.rfind(':');
  const size_t first = last == std::string::npos || last == 0 ? std::string::npos : text.rfind(':', last - 1);
  if (first == std::string::npos) return std::nullopt;
  SetMark mark{.set = text.substr(0, first)};
  unsigned long long start = 0;
  if (std::sscanf(text.c_str() + first, ":%d:%llu", &mark.guardian, &start) != 2) return std::nullopt;
  mark.guardian_start_ticks = start;
  return mark;
}

std::optional<SetMark> mark_of(pid_t pid) {
  const auto text = start_variable(pid, kSetVariable);
  return text ? mark_from(*text) : std::nullopt;
}

}  // namespace shootout::launch
