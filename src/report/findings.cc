#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "report/format.h"
#include "report/metrics.h"
#include "report/sections.h"

namespace shootout::report {
namespace {

using ResourceField = std::optional<stats::Estimate> judge::Resources::*;

struct ResourceColumn {
  const char* title;
  ResourceField field;
  Quantity quantity;
};

constexpr ResourceColumn kResourceColumns[] = {
    {"CPU idle", &judge::Resources::cpu_idle_percent, Quantity::percent},
    {"CPU under load", &judge::Resources::cpu_load_percent, Quantity::percent},
    {"Memory (PSS)", &judge::Resources::pss_bytes, Quantity::bytes},
    {"Memory (RSS)", &judge::Resources::rss_bytes, Quantity::bytes},
    {"CPU a request", &judge::Resources::cpu_us_per_request, Quantity::cpu_microseconds},
};

/// "3", or "2 to 3" where the figures do not all rest on the same count.
std::string counts_of(const std::vector<judge::Resources>& resources) {
  std::set<int> counts;
  for (const auto& line : resources) {
    for (const auto& column : kResourceColumns) {
      if (const auto& estimate = line.*column.field) counts.insert(estimate->n);
    }
  }
  if (counts.empty()) return "0";
  return counts.size() == 1 ? std::to_string(*counts.begin())
                            : fmt::format("{} to {}", *counts.begin(), *counts.rbegin());
}

/// The sums of a cell's trials on one contender.
struct Counters {
  int trials = 0;
  std::optional<double> received, claimed, peak;
};

Counters counters_of(const Subject& subject, const std::string& load, const std::string& scenario,
                     const std::string& contender) {
  Counters sum;
  for (const auto& trial : subject.run.trials) {
    if (trial.load != load || trial.scenario != scenario || trial.contender != contender) continue;
    const auto received = metric_of(trial, "upstream_calls");
    if (!received) continue;
    ++sum.trials;
    sum.received = sum.received.value_or(0) + *received;
    if (const auto claimed = metric_of(trial, "upstream_calls_claimed")) {
      sum.claimed = sum.claimed.value_or(0) + *claimed;
    }
    if (const auto peak = metric_of(trial, "upstream_peak")) sum.peak = std::max(sum.peak.value_or(0), *peak);
  }
  return sum;
}

Text whole(const std::optional<double>& count) {
  return count ? Text(fmt::format("{:.0f}", *count)) : Text(kAbsent);
}

Text estimate_of(const judge::CellFigures* figures, const char* metric, Quantity quantity) {
  if (!figures) return kAbsent;
  const auto found = figures->metrics.find(metric);
  return found == figures->metrics.end() ? Text(kAbsent) : Text(figure(found->second, quantity));
}

/// A ledger's values, each with the titles of those that have it: "all" where that is everybody.
std::vector<std::pair<std::string, std::string>> alike(const Subject& subject,
                                                       const judge::LedgerLine& line) {
  struct Group {
    std::string text;
    std::vector<std::string> titles;
  };
  std::vector<Group> groups;
  for (const auto& contender : subject.contenders()) {
    const auto found = line.by_contender.find(contender);
    const std::string text = found == line.by_contender.end() ? "" : found->second;
    auto group = std::ranges::find(groups, text, &Group::text);
    if (group == groups.end()) group = groups.insert(groups.end(), {text, {}});
    group->titles.push_back(subject.title(contender));
  }
  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto& group : groups)
    rows.emplace_back(group.text,
                      groups.size() == 1 ? "all" : fmt::format("{}", fmt::join(group.titles, ", ")));
  return rows;
}

}  // namespace

void add_resources(const Subject& subject, Document& document) {
  const auto& resources = subject.judgement.resources;
  if (resources.empty()) return;
  document.push_back(Heading{2, "Resources"});
  document.push_back(
      Paragraph{fmt::format("CPU in percent of one core, all processes of a server; memory at its highest "
                            "under load; CPU a request is user "
                            "and system time. Means over n = {} replicates [95 % interval].",
                            counts_of(resources))});
  Table table;
  table.columns.push_back({"Server"});
  for (const auto& column : kResourceColumns) table.columns.push_back({column.title});
  for (const auto& line : resources) {
    std::vector<Text> row{subject.title(line.contender)};
    for (const auto& column : kResourceColumns) {
      const auto& estimate = line.*column.field;
      row.push_back(estimate ? Text(figure(*estimate, column.quantity)) : Text(kAbsent));
    }
    table.rows.push_back(std::move(row));
  }
  document.push_back(std::move(table));
}

void add_counters(const Subject& subject, Document& document) {
  Document tables;
  for (const auto* load : subject.loads()) {
    Table table;
    using enum Column::Align;
    table.columns = {{"Scenario"},       {"Contender"},   {"Trials", right}, {"Received", right},
                     {"Claimed", right}, {"Peak", right}, {"Workers"},       {"Fullest"}};
    for (const auto* scenario : subject.scenarios(*load)) {
      for (const auto& contender : subject.contenders()) {
        const auto sum = counters_of(subject, load->name, scenario->name, contender);
        if (sum.trials == 0) continue;
        const auto* figures = subject.figures(load->name, scenario->name, contender);
        table.rows.push_back({subject.scenario_title(scenario->name), subject.title(contender),
                              std::to_string(sum.trials), whole(sum.received), whole(sum.claimed),
                              whole(sum.peak), estimate_of(figures, "workers_serving", Quantity::count),
                              estimate_of(figures, "fullest_worker_share", Quantity::share)});
      }
    }
    if (table.rows.empty()) continue;
    tables.push_back(Heading{3, capitalised(load->title)});
    tables.push_back(std::move(table));
  }
  if (tables.empty()) return;
  document.push_back(Heading{2, "The upstream's own counters"});
  document.push_back(
      Paragraph{"Received: calls that the upstream counted; claimed: those that the servers' good answers "
                "claim; both added up "
                "over all trials. Peak: the most calls that ever waited at once. Workers: the worker "
                "processes that held a "
                "connection; fullest: the largest share of the connections that one of them held (means over "
                "the replicates "
                "[95 % interval])."});
  document.insert(document.end(), tables.begin(), tables.end());
}

void add_ledger(const Subject& subject, Document& document) {
  if (subject.judgement.ledger.empty()) return;
  document.push_back(Heading{2, "Fairness ledger"});
  document.push_back(Paragraph{
      "Differences between the contenders that could explain a result. Marked with *: what differs by more "
      "than "
      "a tenth, or at all where it is no number. (Seen): read off the running servers; the rest is what "
      "contender.yaml and the run's settings say."});
  const auto title = [](const judge::LedgerLine& line) {
    const std::string what = line.what + (line.live ? " (seen)" : "");
    return line.flagged ? Text{{"* " + what, Tone::caution}} : Text(what);
  };
  const auto value = [](const judge::LedgerLine& line, const std::string& contender) {
    const auto found = line.by_contender.find(contender);
    return found == line.by_contender.end() || found->second.empty() ? Text(kAbsent) : Text(found->second);
  };
  const auto& contenders = subject.contenders();
  const bool side_by_side = contenders.size() <= 2;
  Table table;
  table.columns.push_back({"What"});
  if (side_by_side) {
    for (const auto& contender : contenders) table.columns.push_back({subject.title(contender)});
  } else {
    table.columns.push_back({"Contender"});
    table.columns.push_back({"Value"});
  }
  for (const auto& line : subject.judgement.ledger) {
    if (side_by_side) {
      std::vector<Text> row{title(line)};
      for (const auto& contender : contenders) row.push_back(value(line, contender));
      table.rows.push_back(std::move(row));
      continue;
    }
    for (const auto& [text, names] : alike(subject, line))
      table.rows.push_back({title(line), names, text.empty() ? Text(kAbsent) : Text(text)});
  }
  document.push_back(std::move(table));
}

}  // namespace shootout::report
