// A run's events as progress for the person who waits.
#pragma once

#include <cstdio>
#include <string>

#include "trial/events.h"

namespace shootout::cli {

/// On a terminal one line that is written over, in CI plain lines, else nothing.
class Progress {
 public:
  enum class Style { none, line, plain };
  /// By what stderr is, and --quiet.
  [[nodiscard]] static Style style_for_stderr(bool quiet);

  explicit Progress(Style style) : style_(style) {}
  void show(const trial::Event& event);

 private:
  void status(const std::string& text);   ///< what is going on now
  void lasting(const std::string& text);  ///< what stays to be read
  void clear();

  Style style_;
  bool dirty_ = false;  ///< a status line stands unfinished
};

/// "1:05 min", "12 s".
[[nodiscard]] std::string time_text(double seconds);

}  // namespace shootout::cli
