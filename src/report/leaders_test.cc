// The report of a suite without a baseline: stacks beside each other, under a steady load and a spike.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "judge/made_up_run.h"
#include "report/golden_for_tests.h"
#include "report/report.h"

namespace shootout::report {
namespace {

using judge::mentions;

suite::Suite stacks_suite() {
  suite::Suite suite;
  suite.name = "stacks";
  suite.title = "Stacks on a database";
  suite.question = "Which of them, where all do the same?";
  suite.contenders = {"flask", "sanic", "tornado"};
  suite.baseline = suite::kLeader;
  suite.services = {{"postgres", "private", {{"private", "postgres"}}}};
  suite::Scenario read{"db-read", "/db-read", {}, {}};
  read.request.checks = {{suite::AnswerCheck::Kind::json, "/id", "{id}"}};
  read.request.rows = suite::RowClaim{"items", 1, 0};
  suite::Scenario upload{"upload", "/upload (5 MB)", {}, {}};
  upload.request.body.kind = suite::BodySpec::Kind::upload;
  upload.request.body.size = 5'242'880;
  upload.request.checks = {{suite::AnswerCheck::Kind::json, "/sha256", "{body.sha256}"}};
  suite::Scenario stream{"stream", "/stream (10 MB)", {}, {}};
  stream.request.checks = {{suite::AnswerCheck::Kind::size, "", "10485760"}};
  suite::Scenario echo{"ws-echo", "/ws-echo", {}, {}};
  echo.request.message = suite::MessageSpec{};
  suite.scenarios = {read, upload, stream, echo};
  suite::Load steady;
  steady.name = "steady";
  steady.title = "50 connections";
  steady.question = "How many requests a second, at what cost?";
  steady.connections = "{connections}";
  steady.window = suite::Window{};
  steady.decides = "requests_per_second";
  steady.checked_share = 0.1;
  for (const auto& scenario : suite.scenarios) steady.cells[scenario.name] = {{"connections", "50"}};
  suite::Load spike;
  spike.name = "spike";
  spike.title = "10 to 500 connections and back";
  spike.question = "What happens when everybody comes at once?";
  spike.decides = "requests_per_second";
  using Role = suite::Phase::Role;
  spike.phases = {{"10 connections", 10, 1, Role::ramp},   {"100 connections", 100, 1, Role::ramp},
                  {"250 connections", 250, 1, Role::ramp}, {"500 connections", 500, 1, Role::ramp},
                  {"500 connections", 500, 2, Role::hold}, {"10 connections", 10, 2, Role::cool_down}};
  spike.cells = {{"db-read", {}}};
  suite.loads = {steady, spike};
  suite.profiles.resize(2);
  suite.profiles[0].name = "quick";
  suite.profiles[1].name = "full";
  suite.profiles[1].precision = 0.05;
  return suite;
}

/// A pattern without mean: how far a replicate is off.
double off(int replicate, int shift) {
  constexpr std::array kPattern{0.3, -1.0, 0.9, -0.2, -0.6, 0.6};
  return kPattern[static_cast<std::size_t>(replicate + shift) % kPattern.size()];
}

struct Stack {
  const char* name;
  double speed;  ///< of the fastest
  int shift;
};
constexpr std::array kStacks{Stack{"flask", 0.5, 0}, Stack{"sanic", 1, 2}, Stack{"tornado", 0.99, 4}};

/// What a scenario is made of, of the fastest.
struct Shape {
  const char* scenario;
  double rate, received, sent;  ///< requests/s; bytes a request
  double spread;
};
constexpr std::array kShapes{Shape{"db-read", 4000, 180, 90, 0.01}, Shape{"upload", 60, 240, 5'243'000, 0.2},
                             Shape{"stream", 90, 10'486'000, 90, 0.01},
                             Shape{"ws-echo", 20'000, 70, 80, 0.01}};

void add_costs(const Stack& stack, suite::TrialRecord& trial) {
  trial.metrics["cpu_percent"] = 60 * stack.speed;
  trial.metrics["cpu_us_per_request"] = 600e3 / trial.metrics["requests_per_second"];
  trial.metrics["pss_start_bytes"] = 80e6;
  trial.metrics["pss_bytes"] = 100e6 + 1e6 * off(trial.replicate, stack.shift);
  trial.metrics["pss_end_bytes"] = 90e6;
}

class Stacks {
 public:
  Stacks() {
    run.record.suite = "stacks";
    run.record.profile = "quick";
    run.record.id = "2026-11-22-153012-stacks-4f2a";
    run.record.started_at = "2026-11-22T15:30:12Z";
    run.record.plan = {{"contenders", {"flask", "sanic", "tornado"}},
                       {"services", {{"postgres", "private"}}},
                       {"blocks", 1},
                       {"pinning", {{"servers", {0}}, {"generator", {1}}, {"note", ""}}}};
    for (const auto& [name, title] :
         {std::pair("flask", "Flask"), std::pair("sanic", "Sanic"), std::pair("tornado", "Tornado")})
      run.record.contenders[name] = {
          {"title", title}, {"workers", 4}, {"python", "3.11.2"}, {"parameters", {{"pool", "4"}}}};
    run.record.contenders["postgres"] = {
        {"title", "PostgreSQL"}, {"provides", "postgres"}, {"parameters", {{"max_connections", "100"}}}};
    run.record.contenders["flask-ws"] = {{"title", "Flask on 100 threads"}};
    run.record.contenders["flask"]["scenarios"]["ws-echo"] = {
        {"served_by", "flask-ws"}, {"says", "a thread a connection"}, {"source", "https://flask.example/ws"}};
    run.record.contenders["tornado"]["scenarios"]["ws-echo"] = {
        {"unsupported", "not supported here but for the sake of the test"},
        {"source", "https://tornado.example"}};
    double now = 0;
    const auto finished = [&](suite::TrialRecord& trial, double took_s) {
      trial.position = 1;
      trial.run_s = now += took_s;
    };
    for (int replicate = 1; replicate <= 6; ++replicate) {
      now += 20;
      for (const auto& shape : kShapes)
        for (const auto& stack : kStacks) {
          if (std::string_view(shape.scenario) == "ws-echo" && std::string_view(stack.name) == "tornado")
            continue;
          finished(add_steady(shape, stack, replicate), 2);
        }
      for (const auto& stack : kStacks) finished(add_spike(stack, replicate), 9);
    }
  }

  suite::TrialRecord& add_steady(const Shape& shape, const Stack& stack, int replicate) {
    auto& trial = run.trial("steady", shape.scenario, stack.name, replicate, 0.5);
    const double rate = shape.rate * stack.speed * std::exp(shape.spread * off(replicate, stack.shift));
    auto& metrics = trial.metrics;
    metrics["requests_per_second"] = rate;
    metrics["requests"] = rate / 2;
    metrics["bytes_per_answer"] = shape.received;
    metrics["bytes_per_second"] = rate * shape.received;
    metrics["sent_bytes_per_second"] = rate * shape.sent;
    metrics["first_byte_p50_us"] = 900 / stack.speed;
    trial.load_result["latency"] =
        judge::latencies_as_json(static_cast<int>(rate / 2), 0.5e6 / rate, 1e6 / rate / rate);
    trial.gates = {{"verification", "errors_percent", 0, 0.1, true, ""}};
    add_costs(stack, trial);
    if (std::string_view(shape.scenario) == "db-read") {
      metrics["database_cpu_percent"] = 20;
      metrics["database_cpu_us_per_request"] = 200e3 / rate;
      metrics["rows_read_claimed"] = metrics["rows_read"] = std::round(metrics["requests"]);
    }
    if (std::string_view(shape.scenario) == "ws-echo" && std::string_view(stack.name) == "flask")
      trial.observed["served_by"] = "flask-ws";
    return trial;
  }

  suite::TrialRecord& add_spike(const Stack& stack, int replicate) {
    auto& trial = run.trial("spike", "db-read", stack.name, replicate, 8);
    const double rate = 3000 * stack.speed * std::exp(0.02 * off(replicate, stack.shift));
    auto& metrics = trial.metrics;
    metrics["requests_per_second"] = rate;
    metrics["requests"] = rate * 8;
    metrics["hold_requests_per_second"] = rate * 1.1;
    const bool sheds = std::string_view(stack.name) == "flask";
    metrics["shed"] = sheds ? 200 : 0;
    if (sheds) trial.load_result = {{"errors", {{"timeout", 150}, {"reset", 40}}}, {"unanswered", 10}};
    if (!sheds || replicate < 3) metrics["recovery_s"] = 0.2 * replicate;
    metrics["memory_kept_bytes"] = sheds ? 5e6 : -1e6 * (1 + off(replicate, 0) / 10);
    trial.observed["phases"] = nlohmann::json::array();
    for (const auto& phase : suite.loads[1].phases) {
      nlohmann::json json{{"name", phase.name}, {"role", "ramp"}, {"connections", phase.connections}};
      if (phase.connections > 10 || replicate > 1)
        json["p99_us"] = 1000.0 * phase.connections / stack.speed * (1 + off(replicate, 1) / 50);
      trial.observed["phases"].push_back(json);
    }
    add_costs(stack, trial);
    return trial;
  }

  [[nodiscard]] judge::Judgement judgement() const { return judge::judge(suite, run.record); }
  [[nodiscard]] std::string text(int width = 80) const {
    return terminal(suite, run.record, judgement(), {.width = width});
  }
  [[nodiscard]] std::string md() const { return markdown(suite, run.record, judgement()); }

  suite::Suite suite = stacks_suite();
  judge::MadeUpRun run;
};

/// Wherever the lines of the text break.
bool says(const std::string& text, const std::string& part) {
  std::string flat;
  for (const char c : text) {
    const char next = c == '\n' ? ' ' : c;
    if (next != ' ' || !flat.ends_with(' ')) flat += next;
  }
  return flat.find(part) != std::string::npos;
}

TEST(LeadersReport, Golden) {
  expect_golden("stacks.txt", Stacks().text());
}
TEST(LeadersReport, GoldenMarkdown) {
  expect_golden("stacks.md", Stacks().md());
}
TEST(LeadersReport, GoldenJson) {
  const Stacks stacks;
  auto document = nlohmann::json::parse(json(stacks.suite, stacks.run.record, stacks.judgement()));
  // One of each kind will do.
  auto& trials = document["trials"];
  trials = {*std::ranges::find(trials, "ws-echo", [](const auto& one) { return one["scenario"]; }),
            *std::ranges::find(trials, "spike", [](const auto& one) { return one["load"]; })};
  document["verdicts"] = {document["verdicts"].front(), document["verdicts"].back()};
  expect_golden("stacks.json", document.dump(1) + "\n");
}

TEST(LeadersReport, FitsItsTerminal) {
  for (const int width : {60, 80, 100, 120}) {
    std::istringstream lines(Stacks().text(width));
    for (std::string line; std::getline(lines, line);)
      EXPECT_LE(std::ranges::count_if(line, [](char c) { return (c & 0xc0) != 0x80; }), width) << line;
  }
}

TEST(LeadersReport, SaysWhoLeadsAndWhoMayBeAsGood) {
  const auto md = Stacks().md();
  EXPECT_TRUE(mentions(md, "| /db-read | **Sanic** | 4000"));
  EXPECT_TRUE(mentions(md, "There is no total score"));
  EXPECT_FALSE(mentions(md, "Speed-up"));
  EXPECT_FALSE(mentions(md, "average"));
}

TEST(LeadersReport, HasAWideTableInMarkdownAndSeveralInATerminal) {
  EXPECT_TRUE(
      mentions(Stacks().md(), "| Contender (n = 6) | Rank | Requests/s | Against the leader | p50 |"));
  const auto text = Stacks().text();
  EXPECT_TRUE(says(text, "Memory"));
  EXPECT_TRUE(mentions(text, "\u2192"));
}

TEST(LeadersReport, CountsBytesWhereTheyAreManyAndRoundTripsOfMessages) {
  const auto md = Stacks().md();
  const auto part = [&](const char* from, const char* to) {
    const auto begin = md.find(from, md.find("## 50 connections"));
    return md.substr(begin, md.find(to, begin) - begin);
  };
  const auto upload = part("Scenario 2", "Scenario 3"), stream = part("Scenario 3", "Scenario 4");
  EXPECT_TRUE(mentions(upload, "| Sent | Requests/s |"));
  EXPECT_FALSE(mentions(upload, "First byte"));
  EXPECT_TRUE(mentions(stream, "| Received | Requests/s |"));
  EXPECT_TRUE(mentions(stream, "First byte, p50"));
  EXPECT_TRUE(mentions(stream, "944"));  // 90 x 10.486 MB
  EXPECT_TRUE(mentions(part("Scenario 4", "## 10 to 500"), "Round trips/s"));
  EXPECT_FALSE(mentions(part("Scenario 1", "Scenario 2"), "MB/s"));
  EXPECT_TRUE(mentions(part("Scenario 1", "Scenario 2"), "Database CPU a request"));
  EXPECT_FALSE(mentions(upload, "Database CPU a request"));
}

TEST(LeadersReport, SaysWhyACellIsEmptyAndWhoReallyServed) {
  EXPECT_TRUE(mentions(Stacks().md(),
                       "| Tornado | not supported: not supported here but for the sake of the test "
                       "(https://tornado.example) |"));
  EXPECT_TRUE(mentions(Stacks().md(),
                       "Flask: served by Flask on 100 threads; a thread a connection "
                       "(https://flask.example/ws)."));
  Stacks stacks;
  std::erase_if(stacks.run.record.trials,
                [](const auto& trial) { return trial.contender == "flask" && trial.scenario == "upload"; });
  EXPECT_TRUE(mentions(stacks.md(), "| Flask | not measured |"));
  Stacks voided;
  for (auto& trial : voided.run.record.trials)
    if (trial.contender == "flask" && trial.scenario == "upload") trial.valid = false;
  EXPECT_TRUE(mentions(voided.md(), "| Flask | no trial counts: see \"Void trials\" |"));
}

TEST(LeadersReport, TellsWhatIsOpenAndWhatItWouldTake) {
  const auto text = Stacks().text();
  EXPECT_TRUE(says(text, "Open in 1 of 5 cells: steady /upload (5 MB). "));  // the rest are decided, or ties
  EXPECT_TRUE(says(text, "To bring their pairs to +-5 % would take about"));
  Stacks closed;
  for (auto& trial : closed.run.record.trials)
    if (trial.scenario == "upload") trial.valid = trial.contender != "tornado";
  std::erase_if(closed.run.record.trials,
                [](const auto& trial) { return trial.contender == "tornado" && trial.scenario == "upload"; });
  EXPECT_TRUE(says(closed.text(),
                   "Nothing is open: every contender is decided against the leader of its cell, or a "
                   "tie with it within +-5 %."));
  Stacks few;
  std::erase_if(few.run.record.trials, [](const auto& trial) { return trial.replicate > 1; });
  EXPECT_TRUE(says(few.text(), "not known: 1 replicate, 6 decide"));
  EXPECT_TRUE(says(few.text(), "cannot be told yet"));
}

TEST(LeadersReport, ShowsASpike) {
  const auto md = Stacks().md();
  const auto spike = md.substr(md.find("## 10 to 500"));
  EXPECT_TRUE(mentions(spike,
                       "Connections: 10 for 1 s, 100 for 1 s, 250 for 1 s, 500 for 1 s; 500 held for 2 s; "
                       "10 to cool down for 2 s."));
  EXPECT_TRUE(mentions(spike, "p99, 500 connections, hold"));
  EXPECT_TRUE(mentions(spike, ": 240 reset, 900 timeout, 60 unanswered |"));
  EXPECT_TRUE(mentions(spike, "2 of 6 |"));      // flask
  EXPECT_TRUE(mentions(spike, "+4.77 MiB"));     // 5 MB
  EXPECT_TRUE(mentions(spike, "| -977 KiB ["));  // gave back
  EXPECT_TRUE(mentions(spike, "(n = 5)"));       // the first phase's quantile of one replicate is missing
  EXPECT_TRUE(mentions(spike, "at different rates"));
}

TEST(LeadersReport, HoldsClaimsAgainstCounts) {
  Stacks stacks;
  EXPECT_TRUE(mentions(stacks.md(), "## Correctness"));
  EXPECT_TRUE(mentions(stacks.md(), "| steady, /db-read | /id is {id} |"));
  EXPECT_TRUE(mentions(stacks.md(), "the message comes back, in order"));
  EXPECT_TRUE(mentions(stacks.md(), "| steady, /db-read | Flask | read | 6"));
  for (auto& trial : stacks.run.record.trials)
    if (trial.metrics.contains("rows_read")) trial.metrics["rows_read"] = 12;
  EXPECT_TRUE(mentions(stacks.md(), "| **72** |"));
}

TEST(LeadersReport, HasEveryTrialInCsv) {
  const auto text = csv(Stacks().run.record);
  EXPECT_TRUE(mentions(text, ",served_by,error_classes,phase_p99_us\r\n"));
  EXPECT_TRUE(mentions(text, ",flask-ws,,\r\n"));
  EXPECT_TRUE(mentions(text, ",,reset 40; timeout 150; unanswered 10,100 connections "));
}

TEST(LeadersReport, WorksWithOneContenderAlone) {
  Stacks stacks;
  stacks.run.record.plan["contenders"] = {"sanic"};
  std::erase_if(stacks.run.record.trials, [](const auto& trial) { return trial.contender != "sanic"; });
  const auto text = stacks.text();
  EXPECT_TRUE(says(text, "Sanic"));
  EXPECT_FALSE(says(text, "Against the leader"));
  std::erase_if(stacks.run.record.trials,
                [](const auto& trial) { return trial.replicate > 1 || trial.load != "spike"; });
  EXPECT_TRUE(mentions(stacks.md(), "p99, 500 connections, hold"));
}

}  // namespace
}  // namespace shootout::report
