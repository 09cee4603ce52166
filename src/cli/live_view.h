// How a load goes, drawn again and again in the same place on a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/load.h"
#include "engine/load_plan.h"

namespace shootout::cli {

/// What is to be seen of a load so far. Writes nothing.
class LiveFrame {
 public:
  explicit LiveFrame(const engine::LoadPlan& plan);

  void take(const engine::LoadProgress& now);
  /// The lines, none of them wider than `columns`.
  [[nodiscard]] std::vector<std::string> lines(std::size_t columns, bool colour) const;

 private:
  [[nodiscard]] double window_elapsed_s() const;
  [[nodiscard]] const engine::Stage* stage_now(std::size_t& number, double& into_s) const;
  [[nodiscard]] double offered_now() const;
  [[nodiscard]] double share_done() const;
  [[nodiscard]] std::string time_line(std::size_t columns) const;
  [[nodiscard]] std::string rate_line(std::size_t columns) const;
  [[nodiscard]] std::string answers_line(bool colour) const;

  engine::LoadPlan plan_;
  engine::LoadProgress now_;
  double window_began_s_ = 0;  ///< on the clock of LoadProgress::elapsed_s
  double sent_rps_ = 0;        ///< since the report before
  std::vector<double> rates_;  ///< of the latest reports, at most as many as a terminal is wide
};

/// Draws frames on stderr, where that is a terminal that can; wipes them out when this goes. Whatever happens
/// to the process, the terminal is left as it was: no mode of it is changed.
class LiveView {
 public:
  /// `wanted` false: shows nothing. So it is where stderr is no terminal or a dumb one, and in CI.
  LiveView(const engine::LoadPlan& plan, bool wanted);
  ~LiveView();
  LiveView(const LiveView&) = delete;
  LiveView& operator=(const LiveView&) = delete;

  void show(const engine::LoadProgress& now);

 private:
  LiveFrame frame_;
  bool shown_, colour_;
  std::vector<std::size_t> drawn_;  ///< the widths of the lines that stand there
};

/// The characters that take the cursor from the end of lines of these widths back to their beginning and wipe
/// them out, on a terminal of so many columns (it may have become narrower: then they have wrapped).
[[nodiscard]] std::string wiping(const std::vector<std::size_t>& widths, std::size_t columns);

}  // namespace shootout::cli
