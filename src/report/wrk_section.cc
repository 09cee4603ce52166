#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "judge/offer.h"
#include "report/cell_columns.h"
#include "report/sections.h"
#include "report/wrk_block.h"

namespace shootout::report {
namespace {

double value_of(const Side& side, const char* metric) {
  const auto found = side.figures->metrics.find(metric);
  return found == side.figures->metrics.end() ? 0 : found->second.value;
}

WrkFigures figures_of(const Cell& cell, const Side& side) {
  const auto value = [&side](const char* metric) { return value_of(side, metric); };
  return {
      .target = cell.scenario.request.target,
      .threads = std::max(cell.load.offering.threads, 1U),
      .connections = static_cast<unsigned>(judge::connections_of(cell.load, cell.scenario.name).value_or(1)),
      .duration_s = value("duration_s"),
      .latency = {value("latency_mean_us"), value("latency_stdev_us"), value("latency_max_us"),
                  value("latency_within_1_stdev")},
      .rate = {value("thread_rate_mean"), value("thread_rate_stdev"), value("thread_rate_max"),
               value("thread_rate_within_1_stdev")},
      .requests = value("answers"),
      .bytes = value("bytes_received"),
      .connect = value("socket_errors_connect"),
      .read = value("socket_errors_read"),
      .write = value("socket_errors_write"),
      .timeout = value("socket_errors_timeout")};
}

void add_blocks(const Cell& cell, Document& document) {
  document.push_back(Paragraph{
      Text{{"As wrk prints it.", Tone::strong},
           {fmt::format(" Each figure is the mean over the replicates (n = {}); intervals, ranks and "
                        "verdicts stand in the tables.",
                        cell.usual)}}});
  for (const auto& side : cell.sides) {
    if (!side.figures || side.figures->valid == 0) continue;
    document.push_back(Paragraph{Text{{cell.subject.title(side.contender) + ":", Tone::strong}}});
    document.push_back(as_wrk_prints(figures_of(cell, side)));
  }
}

/// "12 reset (Connection reset by peer before the answer), 3 timeout".
std::string classes_of(const std::map<std::string, double>& counts,
                       const std::map<std::string, std::string>& examples) {
  std::vector<std::string> parts;
  for (const auto& [name, count] : counts) {
    const auto example = examples.find(name);
    parts.push_back(fmt::format("{:.0f} {}{}", count, name,
                                example == examples.end() ? "" : fmt::format(" ({})", example->second)));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string in_words(const judge::ErrorFigures& errors) {
  std::string text = errors.by_class.empty() ? "none" : classes_of(errors.by_class, errors.examples);
  if (!errors.before_window.empty())
    text += "; before the window, while connections were opened and settled: " +
            classes_of(errors.before_window, {});
  if (!errors.overflow.empty()) text += ". " + capitalised(errors.overflow);
  return text + ".";
}

void add_causes(const Cell& cell, Document& document) {
  List list;
  for (const auto& side : cell.sides)
    if (side.figures && side.figures->errors)
      list.items.push_back(
          Text{{cell.subject.title(side.contender) + ": ", Tone::strong}, {in_words(*side.figures->errors)}});
  if (list.items.empty()) return;
  document.push_back(Paragraph{Text{{"Errors by cause", Tone::strong}, {", over all trials that count:"}}});
  document.push_back(std::move(list));
}

Table hidden_from_wrk(const Cell& cell) {
  const auto column = [&](const char* title, const char* metric, Quantity quantity) {
    return cell.column(title, metric, quantity);
  };
  std::vector<CellColumns> groups{
      {column("Slower than 2 s", "slower_than_2s", Quantity::share),
       column("Waiting at the end", "waiting_at_end", Quantity::count),
       column("They had waited (median)", "waited_at_end_p50_us", Quantity::microseconds),
       column("The longest", "waited_at_end_max_us", Quantity::microseconds)},
      {column("All open after", "open_s", Quantity::seconds),
       column("Never open", "connections_never_opened", Quantity::count),
       column("Never accepted", "connections_never_accepted", Quantity::count),
       column("Never served", "connections_never_served", Quantity::count),
       column("No answer in the window", "waited_all_along", Quantity::count),
       column("Held by the fullest worker", "fullest_worker_share", Quantity::share)},
      {column("Errors", "errors", Quantity::count),
       column("Before the window", "errors_before_window", Quantity::count),
       column("Listen overflows", "listen_overflows", Quantity::count),
       column("Listen queue", "listen_backlog", Quantity::count)}};
  return plain_table_of(cell, groups);
}

}  // namespace

void add_wrk_statistics(const Subject& subject, const suite::Load& load, const suite::Scenario& scenario,
                        Document& document) {
  const Cell cell = cell_of(subject, load, scenario, {"requests_per_second", "answers", "latency_mean_us"});
  add_blocks(cell, document);
  document.push_back(Paragraph{Text{{"What wrk cannot tell.", Tone::strong},
                                    {" Slower than 2 s: what its timeout would have counted as such, and "
                                     "left out of the latency. Waiting at "
                                     "the end: requests under way when the window ended, of which wrk says "
                                     "nothing. Never open: connections "
                                     "that no connect came through for. Never accepted: seen in the server's "
                                     "listen queue only. Never served: "
                                     "connections that were open and closed without one answer. No answer in "
                                     "the window: as many connections waited through all of it, and their "
                                     "waits are in no latency above."}}});
  document.push_back(hidden_from_wrk(cell));
  add_causes(cell, document);
}

}  // namespace shootout::report
