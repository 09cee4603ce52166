#include "judge/scenario_notes.h"

#include <gtest/gtest.h>

#include "judge/made_up_run.h"

namespace shootout::judge {
namespace {

const CellFigures& cell_of(const Judgement& judgement, const std::string& contender) {
  for (const auto& cell : judgement.cells)
    if (cell.contender == contender) return cell;
  static const CellFigures kNone;
  ADD_FAILURE() << "no cell of " << contender;
  return kNone;
}

MadeUpRun of_two() {
  MadeUpRun run;
  run.steady("a", ten_replicates(100, 0));
  run.steady("b", ten_replicates(120, 0));
  run.record.plan["contenders"] = {"a", "b", "c", "d"};
  run.record.contenders["c"] = {
      {"title", "Stack c"},
      {"scenarios", {{"ping", {{"unsupported", "it speaks HTTP/1.0 only"}, {"source", "https://c/docs"}}}}}};
  run.record.contenders["d"] = {{"title", "Stack d"}};
  return run;
}

TEST(ScenarioNotes, SayWhyAContenderIsNotThere) {
  const auto run = of_two();
  const auto judgement = judge(led_suite(), run.record);
  EXPECT_EQ(cell_of(judgement, "c").unsupported, "it speaks HTTP/1.0 only (https://c/docs)");
  EXPECT_EQ(cell_of(judgement, "c").trials, 0);
  EXPECT_EQ(cell_of(judgement, "a").unsupported, "");
  for (const auto& cell : judgement.cells) EXPECT_NE(cell.contender, "d");  // nobody knows why
}

TEST(ScenarioNotes, NameTheServerThatReallyServed) {
  auto run = of_two();
  run.record.contenders["b"]["scenarios"]["ping"] = {
      {"served_by", "b-ws"}, {"says", "as text"}, {"source", "https://b/docs"}};
  run.record.contenders["b-ws"] = {{"title", "Stack b, many threads"}};
  EXPECT_EQ(cell_of(judge(led_suite(), run.record), "b").note,
            "served by Stack b, many threads; as text (https://b/docs)");
  run.record.contenders["b"]["scenarios"]["ping"].erase("says");
  for (auto& trial : run.record.trials)
    if (trial.contender == "b") trial.observed["served_by"] = "b-raw";
  EXPECT_EQ(cell_of(judge(led_suite(), run.record), "b").note, "served by b-raw");
  EXPECT_EQ(cell_of(judge(led_suite(), run.record), "a").note, "");
}

TEST(ConnectionBudget, IsOfAllThatStandSideBySide) {
  auto run = of_two();
  auto suite = led_suite();
  suite.services = {{"postgres", "private", {{"private", "postgres"}}}};
  run.record.plan["services"] = {{"postgres", "private"}};
  const auto pool = [&](const char* name, int workers, const char* size) {
    run.record.contenders[name]["workers"] = workers;
    run.record.contenders[name]["parameters"]["pool"] = size;
  };
  pool("a", 4, "4");
  pool("b", 4, "4");
  const auto line_of = [&](const Judgement& judgement) {
    for (const auto& line : judgement.ledger)
      if (line.what.starts_with("Database connections")) return line;
    return LedgerLine{};
  };
  auto line = line_of(judge(suite, run.record));
  EXPECT_EQ(line.what, "Database connections (workers x pool; together 32)");
  EXPECT_FALSE(line.flagged);
  run.record.contenders["postgres"]["parameters"]["max_connections"] = "100";
  line = line_of(judge(suite, run.record));
  EXPECT_EQ(line.what, "Database connections (workers x pool; together 32, 100 are allowed)");
  EXPECT_EQ(line.by_contender, (std::map<std::string, std::string>{{"a", "16"}, {"b", "16"}}));
  EXPECT_FALSE(line.flagged);
  pool("a", 4, "11");
  pool("b", 4, "11");
  pool("b-ws", 1, "20");  // serves in b's name
  line = line_of(judge(suite, run.record));
  EXPECT_TRUE(line.flagged);
  EXPECT_TRUE(any_mentions(judge(suite, run.record).warnings,
                           "pools may open 108 database connections, and the database allows 100"));
}

TEST(ConnectionBudget, IsNotSpokenOfWithoutPools) {
  for (const auto& line : judge(led_suite(), of_two().record).ledger)
    EXPECT_FALSE(mentions(line.what, "Database")) << line.what;
}

}  // namespace
}  // namespace shootout::judge
