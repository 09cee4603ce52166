#include "report/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "report/format.h"

namespace shootout::report {
namespace {

using judge::CellChange;
using judge::ChangeWord;
using judge::RunDifference;

struct ComparedMetric {
  std::string_view name, title;
  Quantity quantity;
};

constexpr std::array<ComparedMetric, 7> kComparedMetrics{
    {{"duration_s", "Duration", Quantity::seconds},
     {"requests_per_second", "Requests/s", Quantity::per_second},
     {"cpu_us_per_request", "CPU a request", Quantity::cpu_microseconds},
     {"latency_p50_us", "p50", Quantity::microseconds},
     {"latency_p95_us", "p95", Quantity::microseconds},
     {"latency_p99_us", "p99", Quantity::microseconds},
     {"pss_bytes", "Memory (PSS)", Quantity::bytes}}};

const ComparedMetric& metric_called(std::string_view name) {
  const auto* const found = std::ranges::find(kComparedMetrics, name, &ComparedMetric::name);
  return found == kComparedMetrics.end() ? kComparedMetrics[0] : *found;
}

Tone tone_of(ChangeWord word) {
  if (word == ChangeWord::better) return Tone::good;
  return word == ChangeWord::worse ? Tone::bad : Tone::plain;
}

const char* title_of(RunDifference::Kind kind) {
  switch (kind) {
    case RunDifference::Kind::machine:
      return "machine";
    case RunDifference::Kind::settings:
      return "settings";
    case RunDifference::Kind::measured:
      break;
  }
  return "measured";
}

std::string_view said(judge::Holds holds) {
  switch (holds) {
    case judge::Holds::held:
      return "holds";
    case judge::Holds::did_not_hold:
      return "does not hold";
    case judge::Holds::could_not_tell:
      break;
  }
  return "cannot tell";
}

std::string scenario_title(const suite::Suite& suite, const std::string& name) {
  const auto scenario = std::ranges::find(suite.scenarios, name, &suite::Scenario::name);
  return scenario == suite.scenarios.end() || scenario->title.empty() ? name : scenario->title;
}

std::string load_title(const suite::Suite& suite, const std::string& name) {
  const auto load = std::ranges::find(suite.loads, name, &suite::Load::name);
  return load == suite.loads.end() || load->title.empty() ? name : load->title;
}

Text run_line(const char* which, const judge::Evidence& evidence) {
  const auto& run = evidence.run;
  return {{which, Tone::strong},
          Span(fmt::format(": {}, profile {}, begun {}", run.id, run.profile, run.started_at))};
}

void add_runs(const ComparedRuns& runs, Document& document) {
  document.push_back(Heading{1, fmt::format("Two runs of {}", runs.after.run.suite)});
  document.push_back(List{{run_line("A", runs.before), run_line("B", runs.after)}});
  document.push_back(Paragraph{
      "A ratio above 1x means that B is better, whatever the figure: ratio of the geometric means over "
      "replicates, "
      "with Welch's interval, adjusted (Holm) to the number of cells compared by the same figure."});
}

void add_differences(const ComparedRuns& runs, Document& document) {
  document.push_back(Heading{2, "What differs"});
  if (runs.comparison.differences.empty()) {
    document.push_back(Paragraph{"Nothing that the runs recorded: the same machine, settings and versions."});
    return;
  }
  List list;
  for (const auto& difference : runs.comparison.differences) {
    const bool measured = difference.kind == RunDifference::Kind::measured;
    list.items.push_back(
        {{title_of(difference.kind), measured ? Tone::plain : Tone::caution},
         Span(fmt::format(": {}: {} -> {}", difference.what, difference.before, difference.after))});
  }
  document.push_back(std::move(list));
}

void add_warnings(const ComparedRuns& runs, Document& document) {
  List list;
  for (const auto& warning : runs.comparison.warnings) list.items.emplace_back(capitalised(warning) + ".");
  document.push_back(Heading{2, "Before you believe it"});
  document.push_back(std::move(list));
}

/// "Flask/Gunicorn, 20 clients: 1.2x [1.1, 1.3]" for each figure that decides and moved.
void add_answer(const ComparedRuns& runs, Document& document) {
  std::array<int, 4> counts{};
  List moved;
  for (const auto& change : runs.comparison.changes) {
    ++counts[static_cast<std::size_t>(change.word)];
    if (!change.decides || (change.word != ChangeWord::better && change.word != ChangeWord::worse)) continue;
    moved.items.push_back(
        {{std::string(name(change.word)), tone_of(change.word)},
         Span(fmt::format(": {}, {} {}: {} {}", runs.after.title(change.contender), change.load,
                          scenario_title(runs.after.suite, change.scenario),
                          metric_called(change.metric).title, ratio_with_count(change.ratio)))});
  }
  const auto count = [&](ChangeWord word) { return counts[static_cast<std::size_t>(word)]; };
  document.push_back(Paragraph{
      fmt::format("{}: {} better, {} worse, {} equivalent, {} inconclusive.",
                  capitalised(counted(static_cast<long>(runs.comparison.changes.size()), "comparison")),
                  count(ChangeWord::better), count(ChangeWord::worse), count(ChangeWord::equivalent),
                  count(ChangeWord::inconclusive))});
  if (!moved.items.empty()) document.push_back(std::move(moved));
}

void add_conditions(const ComparedRuns& runs, Document& document) {
  if (runs.conditions.empty()) return;
  document.push_back(Heading{2, "Conditions"});
  List list;
  for (const auto& [text, verdict] : runs.conditions) {
    const bool held = verdict.holds == judge::Holds::held;
    const bool open = verdict.holds == judge::Holds::could_not_tell;
    const Tone tone = held ? Tone::bad : open ? Tone::caution : Tone::good;
    list.items.push_back({{text, Tone::code}, ": ", {std::string(said(verdict.holds)), tone}});
    for (const auto& part : verdict.parts)
      list.items.emplace_back(fmt::format("{}: {}", said(verdict.holds), part));
  }
  document.push_back(std::move(list));
}

Text word_cell(const CellChange& change) {
  if (change.note.empty()) return {{std::string(name(change.word)), tone_of(change.word)}};
  return {std::string(name(change.word)), fmt::format(" ({})", change.note)};
}

/// The cells of one load and scenario, which stand together.
void add_cell(const ComparedRuns& runs, std::span<const CellChange> changes, Document& document) {
  document.push_back(Heading{3, scenario_title(runs.after.suite, changes.front().scenario)});
  Table table;
  for (const char* title : {"Contender", "Figure"}) table.columns.push_back({title, Column::Align::left});
  for (const char* title : {"A", "B", "Ratio"}) table.columns.push_back({title, Column::Align::right});
  table.columns.push_back({"n", Column::Align::right});
  table.columns.push_back({"Verdict", Column::Align::left});
  std::string last;
  for (const auto& change : changes) {
    const auto& metric = metric_called(change.metric);
    table.rows.push_back({change.contender == last ? "" : runs.after.title(change.contender),
                          Text{{std::string(metric.title), change.decides ? Tone::strong : Tone::plain}},
                          figure(change.before, metric.quantity), figure(change.after, metric.quantity),
                          figure(change.ratio, Quantity::ratio),
                          fmt::format("{},{}{}", change.before.n, kNoBreak, change.after.n),
                          word_cell(change)});
    last = change.contender;
  }
  document.push_back(std::move(table));
}

void add_cells(const ComparedRuns& runs, Document& document) {
  const std::span<const CellChange> changes(runs.comparison.changes);
  std::string load;
  for (std::size_t begin = 0; begin < changes.size();) {
    std::size_t end = begin;
    while (end < changes.size() && changes[end].load == changes[begin].load &&
           changes[end].scenario == changes[begin].scenario)
      ++end;
    if (changes[begin].load != load) {
      load = changes[begin].load;
      document.push_back(Heading{2, capitalised(load_title(runs.after.suite, load))});
    }
    add_cell(runs, changes.subspan(begin, end - begin), document);
    begin = end;
  }
}

using Json = nlohmann::ordered_json;

Json json_of(const stats::Estimate& estimate, const char* name) {
  Json json{{name, estimate.value}};
  if (estimate.low) json["low"] = *estimate.low;
  if (estimate.high) json["high"] = *estimate.high;
  json["n"] = estimate.n;
  return json;
}

Json json_of(const judge::Evidence& evidence) {
  const auto& run = evidence.run;
  return {{"id", run.id},
          {"profile", run.profile},
          {"started_at", run.started_at},
          {"machine_fingerprint", judge::fingerprint_of(run.machine)}};
}

Json json_of(const CellChange& change) {
  Json json{{"load", change.load},
            {"scenario", change.scenario},
            {"contender", change.contender},
            {"metric", change.metric},
            {"decides", change.decides},
            {"a", json_of(change.before, "value")},
            {"b", json_of(change.after, "value")}};
  json.update(json_of(change.ratio, "ratio"));
  json["confidence"] = change.confidence;
  json["margin"] = change.margin;
  json["verdict"] = name(change.word);
  if (!change.note.empty()) json["note"] = change.note;
  return json;
}

}  // namespace

Document comparison_document(const ComparedRuns& runs) {
  Document document;
  add_runs(runs, document);
  add_answer(runs, document);
  add_conditions(runs, document);
  add_differences(runs, document);
  add_warnings(runs, document);
  add_cells(runs, document);
  return document;
}

std::string comparison_json(const ComparedRuns& runs) {
  Json document{{"schema", "shootout.compare/1"},
                {"suite", runs.after.run.suite},
                {"a", json_of(runs.before)},
                {"b", json_of(runs.after)},
                {"warnings", runs.comparison.warnings},
                {"differences", Json::array()},
                {"changes", Json::array()},
                {"conditions", Json::array()}};
  for (const auto& difference : runs.comparison.differences) {
    document["differences"].push_back(Json{{"kind", title_of(difference.kind)},
                                           {"what", difference.what},
                                           {"a", difference.before},
                                           {"b", difference.after}});
  }
  for (const auto& change : runs.comparison.changes) document["changes"].push_back(json_of(change));
  for (const auto& [text, verdict] : runs.conditions) {
    document["conditions"].push_back(
        Json{{"condition", text}, {"result", said(verdict.holds)}, {"because", verdict.parts}});
  }
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace shootout::report
