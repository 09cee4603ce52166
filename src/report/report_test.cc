#include "report/report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "report/example_for_tests.h"
#include "report/golden_for_tests.h"
#include "report/metrics.h"

namespace shootout::report {
namespace {

std::string as_terminal(const Example& example, TerminalStyle style = {}) {
  return terminal(example.suite, example.run, example.judgement, style);
}

std::string as_markdown(const Example& example) {
  return markdown(example.suite, example.run, example.judgement);
}

nlohmann::json as_json(const Example& example) {
  return nlohmann::json::parse(json(example.suite, example.run, example.judgement));
}

void expect_lines_fit(const std::string& text, std::size_t width) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto characters = std::ranges::count_if(line, [](char c) { return (c & 0xc0) != 0x80; });
    EXPECT_LE(characters, static_cast<std::ptrdiff_t>(width)) << line;
    EXPECT_FALSE(line.ends_with(' ')) << line;
  }
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Example with_void_trial() {
  Example made = example();
  auto& trial = made.run.trials[2];
  trial.valid = false;
  trial.attempt = 2;
  trial.gates[1] = {"generator", "generator_cpu_percent", 97, 80, false, "97 % of its core, limit 80 %"};
  trial.reasons = {"generator at 97 % of its core, limit 80 %", "a worker \"ended\",\nwith | in its name"};
  trial.metrics.erase("latency_mean_us");
  made.judgement.void_trials = {&trial};
  made.judgement.warnings.emplace_back("1 of 18 trials is void");
  for (auto& figures : made.judgement.cells) {
    if (figures.load != "clients" || figures.scenario != "medium") continue;
    if (figures.contender == "flask-gunicorn") {
      figures.valid = 2;
      for (auto& [name, one] : figures.metrics) one.n = 2;
      figures.metrics.erase("latency_mean_us");
    }
  }
  std::erase_if(made.judgement.verdicts, [](const auto& verdict) {
    return verdict.scenario == "medium" && verdict.load == "clients" && verdict.metric != "duration_s";
  });
  return made;
}

Example interrupted() {
  Example made = example();
  made.run.state = suite::RunState::interrupted;
  made.run.trials.resize(1);
  made.judgement = {};
  made.judgement.planned = 18;
  made.judgement.finished = 1;
  made.judgement.cells = {example_figures(example_cells()[0], true)};
  for (auto& [name, one] : made.judgement.cells[0].metrics) one = single(one.value);
  made.judgement.cells[0].trials = made.judgement.cells[0].valid = 1;
  made.judgement.warnings = {"interrupted after 1 of 18 trials"};
  return made;
}

Example one_replicate() {
  Example made = example();
  std::erase_if(made.run.trials, [](const auto& trial) { return trial.replicate > 1; });
  made.judgement.planned = made.judgement.finished = static_cast<int>(made.run.trials.size());
  for (auto& figures : made.judgement.cells) {
    for (auto& [name, one] : figures.metrics) one = single(one.value);
  }
  for (auto& verdict : made.judgement.verdicts) {
    verdict.ratio = single(verdict.ratio.value);
    verdict.word = judge::Word::inconclusive;
    verdict.robust.reset();
    verdict.detectable.reset();
    verdict.note = "one repetition: no interval";
  }
  for (auto& summary : made.judgement.summaries) {
    for (auto* one : {&summary.average, &summary.maximum, &summary.minimum}) *one = single(one->value);
    summary.word = judge::Word::inconclusive;
  }
  return made;
}

Example three_contenders() {
  Example made = example();
  made.run.contenders["quart-dev"] = {{"title", "Quart (development server)"}};
  const auto trials = made.run.trials;
  for (auto trial : trials) {
    if (trial.contender != "quart-hypercorn") continue;
    trial.contender = "quart-dev";
    made.run.trials.push_back(trial);
  }
  made.judgement.planned = made.judgement.finished = static_cast<int>(made.run.trials.size());
  const auto cells = made.judgement.cells;
  for (auto cell : cells) {
    if (cell.contender != "quart-hypercorn") continue;
    cell.contender = "quart-dev";
    made.judgement.cells.push_back(cell);
  }
  const auto verdicts = made.judgement.verdicts;
  for (auto verdict : verdicts) {
    verdict.contender = "quart-dev";
    verdict.word = judge::Word::slower;
    verdict.ratio = estimate(0.81, 0.72, 0.91);
    made.judgement.verdicts.push_back(verdict);
  }
  return made;
}

TEST(Terminal, Golden) {
  expect_golden("terminal.txt", as_terminal(example()));
}
TEST(Terminal, GoldenOfThreeContenders) {
  expect_golden("three.txt", as_terminal(three_contenders()));
}
TEST(Terminal, GoldenOfVoidTrials) {
  expect_golden("void.txt", as_terminal(with_void_trial()));
}
TEST(Terminal, GoldenOfAnInterruptedRun) {
  expect_golden("interrupted.txt", as_terminal(interrupted()));
}
TEST(Terminal, GoldenOfOneReplicate) {
  expect_golden("one_replicate.txt", as_terminal(one_replicate()));
}
TEST(Markdown, Golden) {
  expect_golden("report.md", as_markdown(example()));
}
TEST(Csv, Golden) {
  expect_golden("trials.csv", csv(with_void_trial().run));
}
TEST(Json, Golden) {
  const auto made = with_void_trial();
  expect_golden("run.json", json(made.suite, made.run, made.judgement));
}

TEST(Terminal, EveryLineFits) {
  for (const auto& made : {example(), three_contenders(), interrupted(), one_replicate()}) {
    for (const int width : {80, 60, 132}) {
      expect_lines_fit(as_terminal(made, {.width = width}), static_cast<std::size_t>(width));
    }
  }
  const auto made = with_void_trial();
  expect_lines_fit(as_terminal(made), 80);
}

TEST(Terminal, ShowsWhatTheJudgeItselfFinds) {
  auto made = example();
  made.judgement = judge::judge(made.suite, made.run);
  const auto text = as_terminal(made);
  expect_lines_fit(text, 80);
  EXPECT_TRUE(contains(text, "Quart/Hypercorn is faster than"));
  EXPECT_TRUE(contains(text, "Total duration     2.90 s [2.83, 2.98]"));  // 2.876 s, 1 % and 2 % more
}

TEST(Terminal, LeadsWithTheFirstLoadsAnswer) {
  const auto text = as_terminal(example());
  EXPECT_LT(text.find("How many users"), text.find("How fast is one request"));
  EXPECT_LT(text.find("2.8x [2.6, 3.0], n = 3"), text.find("Scenario 1"));
}

TEST(Terminal, ColoursOnlyWhereAsked) {
  EXPECT_FALSE(contains(as_terminal(example()), "\033"));
  const auto coloured = as_terminal(example(), {.width = 80, .colour = true});
  EXPECT_TRUE(contains(coloured, "\033[32mfaster\033[0m"));
  EXPECT_TRUE(contains(coloured, "\033[31mdid not hold\033[0m"));

  std::string stripped;
  for (std::size_t i = 0; i < coloured.size(); ++i) {
    if (coloured[i] == '\033')
      i = coloured.find('m', i);
    else
      stripped += coloured[i];
  }
  EXPECT_EQ(stripped, as_terminal(example()));
}

TEST(Terminal, AQuantileOfFewRequestsIsNotShown) {
  const auto text = as_terminal(example());
  const auto first = text.substr(text.find("Scenario 1"), text.find("Scenario 2") - text.find("Scenario 1"));
  EXPECT_FALSE(contains(first, "p50"));  // 5 clients
  EXPECT_TRUE(contains(text, "p50"));    // 20 clients
}

TEST(Terminal, OneReplicateIsSaidToBeOne) {
  const auto text = as_terminal(one_replicate());
  EXPECT_TRUE(contains(text, "One replicate decides nothing"));
  EXPECT_TRUE(contains(text, "Metric (n = 1)"));
  const auto scenarios =
      text.substr(text.find("Scenario 1"), text.find("Resources") - text.find("Scenario 1"));
  EXPECT_FALSE(contains(scenarios, "["));
}

TEST(Terminal, WhatFailedAGateIsListed) {
  const auto text = as_terminal(with_void_trial());
  EXPECT_TRUE(contains(text, "Void trials"));
  EXPECT_TRUE(contains(text, "97 %"));
  EXPECT_TRUE(contains(text, "2 of 3 trials count"));
}

TEST(Terminal, NoPairNoRank) {
  const auto text = as_terminal(interrupted());
  EXPECT_TRUE(contains(text, "No pair was compared"));
  EXPECT_TRUE(contains(text, "--resume 2026-11-22-153012-io-4f2a"));
  EXPECT_FALSE(contains(text, "faster"));
}

TEST(Markdown, HasTheTerminalsHeadingsAndNoHtml) {
  const auto text = as_markdown(example());
  EXPECT_TRUE(contains(text, "| Metric (n = 3) | Flask/Gunicorn | Quart/Hypercorn | Improvement |"));
  EXPECT_FALSE(contains(text, "<"));
  EXPECT_TRUE(contains(text, "limited to \\~8 calls"));
}

TEST(Markdown, EscapesWhatWouldBreakATable) {
  EXPECT_TRUE(contains(as_markdown(with_void_trial()), "a worker \"ended\", with \\| in its name"));
}

TEST(Csv, QuotesAndLeavesAbsentFiguresEmpty) {
  const auto text = csv(with_void_trial().run);
  EXPECT_TRUE(
      contains(text, "false,\"generator at 97 % of its core, limit 80 %; a worker \"\"ended\"\",\nwith |"));
  const auto header = text.substr(0, text.find("\r\n"));
  EXPECT_EQ(std::ranges::count(header, ','), 15 - 1 + static_cast<int>(kMetrics.size()) + 3);
  const auto row = text.substr(header.size() + 2, text.find("\r\n", header.size() + 2) - header.size() - 2);
  EXPECT_EQ(std::ranges::count(row, ','), 15 - 1 + static_cast<int>(kMetrics.size()) + 3);
  EXPECT_TRUE(contains(row, "18446744073709551615,1,1,flask-gunicorn,baseline,clients,1,1,1,"));
  // Disk absent; the upstream's three; the rest absent.
  EXPECT_TRUE(contains(row, ",,,5,5,5,,"));
  const auto peak = std::ranges::find(kMetrics, "upstream_peak");
  ASSERT_NE(peak, kMetrics.end());
  EXPECT_TRUE(row.ends_with("5" + std::string(static_cast<std::size_t>(kMetrics.end() - peak) - 1 + 3, ',')));
}

TEST(Json, NamesItsFieldsAsTheContractDoes) {
  const auto document = as_json(example());
  EXPECT_EQ(document["schema"], "shootout.run/1");
  EXPECT_EQ(document["seed"], 18446744073709551615U);
  const auto& verdict = document["verdicts"][0];
  for (const char* key :
       {"scenario", "load", "metric", "contender", "baseline", "ratio", "low", "high", "n", "verdict"}) {
    EXPECT_TRUE(verdict.contains(key)) << key;
  }
  EXPECT_EQ(verdict["verdict"], "inconclusive");
  EXPECT_EQ(document["trials"].size(), 18U);
  EXPECT_EQ(document["trials"][0]["metrics"]["duration_s"], 1.04);
}

TEST(Json, WhatWasNotTakenIsAbsent) {
  auto made = one_replicate();
  made.run.trials[0].metrics["rss_bytes"] = std::numeric_limits<double>::quiet_NaN();
  const auto document = as_json(made);
  EXPECT_FALSE(document["verdicts"][0].contains("low"));
  EXPECT_EQ(document["verdicts"][0]["n"], 1);
  EXPECT_FALSE(document["trials"][0]["metrics"].contains("rss_bytes"));
  EXPECT_FALSE(document["trials"][0]["metrics"].contains("latency_p50_us"));  // of 5 requests
  EXPECT_TRUE(document["trials"][2]["metrics"].contains("latency_p50_us"));   // of 20
  EXPECT_FALSE(document["resources"][2].contains("pss_bytes"));
}

TEST(Json, SurvivesTextThatIsNoUtf8) {
  auto made = with_void_trial();
  made.run.trials[2].reasons = {"answered \xff\xfe"};
  EXPECT_TRUE(as_json(made)["trials"][2]["reasons"][0].get<std::string>().starts_with("answered "));
}

}  // namespace
}  // namespace shootout::report
