#include "cli/progress.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <variant>

#include "cli/command.h"

namespace shootout::cli {
namespace {

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};

}  // namespace

std::string time_text(double seconds) {
  const long whole = std::lround(seconds);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{}:{:02} min", whole / 60, whole % 60);
  return fmt::format("{}:{:02} h", whole / 3600, whole % 3600 / 60);
}

Progress::Style Progress::style_for_stderr(bool quiet) {
  if (quiet) return Style::none;
  if (::isatty(STDERR_FILENO) == 1) return Style::line;
  return std::getenv("CI") != nullptr ? Style::plain : Style::none;
}

void Progress::status(const std::string& text) {
  if (style_ == Style::plain) fmt::print(stderr, "{}\n", text);
  if (style_ == Style::line) {
    fmt::print(stderr, "\r\033[K{}", text.substr(0, static_cast<size_t>(columns_of(STDERR_FILENO)) - 1));
    std::fflush(stderr);
    dirty_ = true;
  }
}

void Progress::lasting(const std::string& text) {
  if (style_ == Style::none) return;
  clear();
  fmt::print(stderr, "{}\n", text);
}

void Progress::clear() {
  if (dirty_) fmt::print(stderr, "\r\033[K");
  dirty_ = false;
}

void Progress::show(const trial::Event& event) {
  std::visit(
      Overloaded{
          [this](const trial::RunStarted& e) {
            lasting(fmt::format("run {}: {} trials{}, about {}", e.run_id, e.trials,
                                e.finished > 0 ? fmt::format(", {} already there", e.finished) : "",
                                time_text(e.expected_s)));
          },
          [this](const trial::ReplicateStarted& e) {
            status(
                fmt::format("replicate {}/{}: starting {}", e.replicate, e.of, fmt::join(e.servers, ", ")));
          },
          [this](const trial::ServerReady& e) {
            status(fmt::format("{} ready after {:.1f} s", e.name, e.after_s));
          },
          [this](const trial::Verified& e) {
            status(fmt::format("{} verified: {} checks", e.contender, e.checks));
          },
          [this](const trial::TrialStarted& e) {
            status(fmt::format("[{}/{}] {} {} {} (replicate {}), {} left", e.number, e.of, e.load, e.scenario,
                               e.contender, e.replicate, time_text(e.left_s)));
          },
          [this](const trial::TrialEnded& e) {
            if (!e.trial->valid) {
              lasting(fmt::format("void: trial {} ({} {} {}): {}", e.trial->number, e.trial->load,
                                  e.trial->scenario, e.trial->contender, fmt::join(e.trial->reasons, "; ")));
            }
          },
          [this](const trial::Warning& e) { lasting("warning: " + e.text); },
          [this](const trial::Profiling& e) {
            status(fmt::format("profiling {} {} {} for {}", e.contender, e.load, e.scenario,
                               time_text(e.seconds)));
          },
          [this](const trial::Profiled&) { clear(); },
          [this](const trial::RunEnded&) { clear(); },
      },
      event);
}

}  // namespace shootout::cli
