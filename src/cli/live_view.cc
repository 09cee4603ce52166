#include "cli/live_view.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "cli/command.h"
#include "cli/load_chart.h"
#include "cli/load_text.h"
#include "cli/progress.h"
#include "engine/http_syntax.h"

namespace shootout::cli {
namespace {

constexpr std::size_t kMostRates = 200;
constexpr std::size_t kNarrowest = 20;

struct TerminalSize {
  std::size_t columns = 80, rows = 24;
};

TerminalSize size_of_stderr() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};
  return {size.ws_col, size.ws_row};
}

bool can_draw_on_stderr() {
  const char* const terminal = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) == 1 && std::getenv("CI") == nullptr && terminal != nullptr &&
         *terminal != '\0' && std::string_view(terminal) != "dumb";
}

}  // namespace

LiveFrame::LiveFrame(const engine::LoadPlan& plan) : plan_(plan) {}

void LiveFrame::take(const engine::LoadProgress& now) {
  const double elapsed = now.elapsed_s - now_.elapsed_s;
  if (!now.window_begun) window_began_s_ = now.elapsed_s;
  sent_rps_ = elapsed > 0 && now.started >= now_.started
                  ? static_cast<double>(now.started - now_.started) / elapsed
                  : 0;
  now_ = now;
  if (rates_.size() == kMostRates) rates_.erase(rates_.begin());
  rates_.push_back(now.rate_rps);
}

double LiveFrame::window_elapsed_s() const {
  return std::max(now_.elapsed_s - window_began_s_, 0.0);
}

const engine::Stage* LiveFrame::stage_now(std::size_t& number, double& into_s) const {
  if (plan_.stages.empty()) return nullptr;
  into_s = now_.window_begun ? window_elapsed_s() : 0;
  for (number = 1; number < plan_.stages.size(); ++number) {
    const auto& stage = plan_.stages[number - 1];
    if (into_s < stage.duration_s) return &stage;
    into_s -= stage.duration_s;
  }
  into_s = std::min(into_s, plan_.stages.back().duration_s);
  return &plan_.stages.back();
}

double LiveFrame::offered_now() const {
  std::size_t number = 0;
  double into_s = 0;
  const auto* const stage = stage_now(number, into_s);
  if (stage == nullptr) return plan_.rate.value_or(0);
  return stage->from + (stage->to - stage->from) * (into_s / stage->duration_s);
}

double LiveFrame::share_done() const {
  if (!now_.window_begun) return 0;
  if (const auto window = plan_.window_s()) return std::min(window_elapsed_s() / *window, 1.0);
  if (!plan_.requests || *plan_.requests == 0) return 0;
  return std::min(static_cast<double>(now_.completed + now_.errors) / static_cast<double>(*plan_.requests),
                  1.0);
}

/// "[████▌     ] 45 %  18 s left"
std::string LiveFrame::time_line(std::size_t columns) const {
  std::string words;
  const auto window = plan_.window_s();
  if (!now_.window_begun) {
    words = fmt::format("not counted yet ({})", plan_.settle_s > 0 ? "settling" : "opening connections");
  } else if (window) {
    const double left = *window - window_elapsed_s();
    words = left > 0 ? time_text(left) + " left" : "waiting for the last answers";
  } else if (plan_.requests) {
    words = fmt::format("{} of {}", with_commas(now_.completed), with_commas(*plan_.requests));
  }
  const double share = share_done();
  constexpr std::size_t kBesideTheBar = 44;
  const std::size_t bar_columns =
      columns > kBesideTheBar ? std::min<std::size_t>(columns - kBesideTheBar, 40) : 0;
  const std::string drawn = bar_columns > 0 ? fmt::format("[{}] ", bar(share, bar_columns)) : "";
  return fmt::format("{}{:3.0f} %  {}", drawn, std::floor(100 * share), words);
}

/// "12,345 requests/s  ▁▂▃▅▇"
std::string LiveFrame::rate_line(std::size_t columns) const {
  std::string text = fmt::format("{:>10} requests/s", rate_text(now_.rate_rps));
  if (plan_.is_open_loop()) {
    text += fmt::format(", offered {}, sent {}", rate_text(offered_now()), rate_text(sent_rps_));
  }
  const std::size_t taken = display_width(text) + 2;
  if (columns > taken + 8) {
    const std::size_t room = std::min<std::size_t>(columns - taken, 40);
    const std::span<const double> rates(rates_);
    text += "  " + sparkline(rates.last(std::min(room, rates.size())), room);
  }
  return text;
}

std::string LiveFrame::answers_line(bool colour) const {
  const Paint paints = paint(colour);
  std::string text = fmt::format("{:>10} answers, ", with_commas(now_.completed));
  text += now_.errors > 0 ? fmt::format("{}{}{}", paints.red, plural(now_.errors, "error"), paints.plain)
                          : std::string("no errors");
  return text + fmt::format(", {}", plural(now_.connections, "connection"));
}

std::vector<std::string> LiveFrame::lines(std::size_t columns, bool colour) const {
  const Paint paints = paint(colour);
  std::vector<std::string> all = {
      fmt::format("{}{}{}", paints.bold, engine::printable(plan_.url), paints.plain), time_line(columns)};
  std::size_t number = 0;
  double into_s = 0;
  if (const auto* const stage = stage_now(number, into_s)) {
    const std::string ramp =
        stage->from == stage->to ? "" : fmt::format(" (from {} to {})", stage->from, stage->to);
    all.push_back(fmt::format("     stage {} of {}: {:.0f} {}{}", number, plan_.stages.size(), offered_now(),
                              plan_.stages_are_rates ? "requests/s" : "connections", ramp));
  }
  all.push_back(rate_line(columns));
  all.push_back(now_.p50_us > 0
                    ? fmt::format("{:>10} p50, {} p99", latency_text(now_.p50_us), latency_text(now_.p99_us))
                    : fmt::format("{:>10} p50, - p99", "-"));
  all.push_back(answers_line(colour));
  for (auto& line : all) line = clipped(line, columns);
  return all;
}

std::string wiping(const std::vector<std::size_t>& widths, std::size_t columns) {
  if (widths.empty()) return {};
  std::size_t rows = 0;
  for (const std::size_t width : widths) rows += width == 0 ? 1 : (width + columns - 1) / columns;
  return rows > 1 ? fmt::format("\r\033[{}A\033[J", rows - 1) : "\r\033[J";
}

LiveView::LiveView(const engine::LoadPlan& plan, bool wanted)
    : frame_(plan), shown_(wanted && can_draw_on_stderr()), colour_(colour_allowed(STDERR_FILENO)) {}

LiveView::~LiveView() {
  if (!drawn_.empty()) std::fputs(wiping(drawn_, size_of_stderr().columns).c_str(), stderr);
}

void LiveView::show(const engine::LoadProgress& now) {
  if (!shown_) return;
  frame_.take(now);
  const auto size = size_of_stderr();
  std::string text = wiping(drawn_, size.columns);
  drawn_.clear();
  if (size.columns >= kNarrowest) {
    auto lines = frame_.lines(size.columns - 1, colour_);
    lines.resize(std::min(lines.size(), size.rows));  // the cursor cannot go up beyond the top
    for (const auto& line : lines) {
      if (!drawn_.empty()) text += "\n";
      text += line;
      drawn_.push_back(display_width(line));
    }
  }
  std::fputs(text.c_str(), stderr);
}

}  // namespace shootout::cli
