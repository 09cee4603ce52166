#include "judge/ledger.h"

#include <gtest/gtest.h>

#include "judge/made_up_run.h"

namespace shootout::judge {
namespace {

/// Of two contenders, whose portraits differ by what the tests set.
class LiveLedger : public testing::Test {
 protected:
  LiveLedger() {
    run.pair("clients", "low", {2, 2, 2});
    for (auto& trial : run.record.trials)
      trial.observed["portrait"] = {{"processes", 5},
                                    {"threads", trial.replicate == 1 ? 13 : 14},
                                    {"backlog", 2048},
                                    {"listeners", 1},
                                    {"cpus", {0, 1}},
                                    {"open_files", 1024},
                                    {"libraries", nlohmann::json::array()},
                                    {"log_bytes_per_request", 0.0},
                                    {"answer",
                                     {{"bytes", 310},
                                      {"head_bytes", 150},
                                      {"date", "Sun, 22 Nov 2026 15:30:12 GMT"},
                                      {"connection", "keep-alive"},
                                      {"content_type", "application/json"}}}};
  }
  nlohmann::json& portrait(const char* contender, int replicate) {
    for (auto& trial : run.record.trials)
      if (trial.contender == contender && trial.replicate == replicate) return trial.observed["portrait"];
    return run.record.plan;
  }
  [[nodiscard]] LedgerLine line(const std::string& what) const {
    for (const auto& one : judge(small_suite(), run.record).ledger)
      if (one.what == what) return one;
    ADD_FAILURE() << "no line '" << what << "'";
    return {};
  }
  MadeUpRun run;
};

TEST_F(LiveLedger, ReadsTheServersThemselves) {
  EXPECT_EQ(line("Processes seen").by_contender.at("sync"), "5");
  EXPECT_EQ(line("Threads seen, of all processes").by_contender.at("async"), "13 to 14");
  EXPECT_EQ(line("Event loop").by_contender.at("sync"), "the language's own");
  EXPECT_EQ(line("Access log").by_contender.at("sync"), "off");
  EXPECT_EQ(line("Date in an answer").by_contender.at("sync"), "yes");
  EXPECT_EQ(line("Compression of an answer").by_contender.at("sync"), "none");
  EXPECT_EQ(line("CPUs of the servers").by_contender.at("sync"), "0,1");
  EXPECT_TRUE(line("Backlog").live);
  EXPECT_FALSE(line("Worker processes").live);
}

TEST_F(LiveLedger, FlagsNumbersThatDifferByMoreThanATenth) {
  EXPECT_FALSE(line("Backlog").flagged);
  for (int replicate = 1; replicate <= 3; ++replicate) portrait("async", replicate)["backlog"] = 2200;
  EXPECT_FALSE(line("Backlog").flagged);  // 7 %
  for (int replicate = 1; replicate <= 3; ++replicate) portrait("async", replicate)["backlog"] = 100;
  EXPECT_TRUE(line("Backlog").flagged);
}

TEST_F(LiveLedger, FlagsTextsThatDiffer) {
  portrait("async", 2)["libraries"] = {"uvloop", "httptools", "orjson"};
  EXPECT_EQ(line("Event loop").by_contender.at("async"), "uvloop");
  EXPECT_TRUE(line("Event loop").flagged);
  EXPECT_EQ(line("HTTP parser").by_contender.at("async"), "httptools");
  EXPECT_EQ(line("Other native modules").by_contender.at("async"), "orjson");
  portrait("async", 1)["log_bytes_per_request"] = 87.5;
  EXPECT_EQ(line("Access log").by_contender.at("async"), "on");
  EXPECT_TRUE(line("Access log").flagged);
  for (int replicate = 1; replicate <= 3; ++replicate) portrait("sync", replicate)["answer"].erase("date");
  EXPECT_EQ(line("Date in an answer").by_contender.at("sync"), "no");
}

TEST_F(LiveLedger, NeverFlagsNamesAndVersions) {
  run.record.contenders["sync"]["framework"] = "Flask";
  run.record.contenders["async"]["framework"] = "Quart";
  EXPECT_FALSE(line("Framework").flagged);
  run.record.contenders["sync"]["interface"] = "WSGI";
  EXPECT_FALSE(line("Interface").flagged);  // what is not known of one is no difference
  run.record.contenders["async"]["interface"] = "ASGI";
  EXPECT_TRUE(line("Interface").flagged);
}

TEST_F(LiveLedger, FlagsAParameterThatOneAloneOverrides) {
  run.record.contenders["sync"]["overrides"] = {{"workers", "4"}};
  EXPECT_TRUE(line("Parameters overridden").flagged);
}

TEST_F(LiveLedger, TellsTheVerdictWhatDiffers) {
  run.record.contenders["async"]["workers"] = 1;
  run.record.contenders["sync"]["overrides"] = {{"workers", "4"}};
  for (auto& trial : run.record.trials)
    trial.metrics["fullest_worker_share"] = trial.contender == "sync" ? 0.41 : 0.30;
  const auto judgement = judge(small_suite(), run.record);
  const auto& verdict = judgement.verdicts.front();
  ASSERT_EQ(verdict.metric, "duration_s");
  EXPECT_EQ(
      verdict.differs,
      (std::vector<std::string>{
          "Worker processes: 4, 1", "Threads a worker: 2, no limit", "Requests at once (slots): 8, no limit",
          "Parameters overridden: workers=4, none", "Connections of the fullest worker: 41 %, 30 %"}));
  for (const auto& other : judgement.verdicts)
    if (other.metric != "duration_s") {
      EXPECT_TRUE(other.differs.empty());
    }
}

TEST(Ledger, HasALineOnlyWhereSomethingIsKnown) {
  MadeUpRun run;
  run.pair("clients", "low", {2, 2});
  run.record.contenders["sync"].update({{"framework", "Flask"},
                                        {"server", "Gunicorn"},
                                        {"packages", {{"Flask", "3.1.3"}, {"gunicorn", "27.0.1"}}},
                                        {"overrides", {{"workers", "4"}}}});
  run.record.plan["pinning"] = {{"generator", {1}}, {"servers", {0}}, {"note", "two cores"}};
  std::map<std::string, std::map<std::string, std::string>> lines;
  for (const auto& line : judge(small_suite(), run.record).ledger) lines[line.what] = line.by_contender;
  EXPECT_EQ(lines["Framework"]["sync"], "Flask 3.1.3");
  EXPECT_EQ(lines["Server"]["sync"], "Gunicorn 27.0.1");
  EXPECT_EQ(lines["Parameters overridden"]["sync"], "workers=4");
  EXPECT_FALSE(lines["Parameters overridden"].contains("async"));
  EXPECT_EQ(lines["Requests at once (slots)"]["sync"], "8");
  EXPECT_EQ(lines["Requests at once (slots)"]["async"], "no limit");
  EXPECT_EQ(lines["Make of the upstream"]["async"], "native");
  EXPECT_EQ(lines["CPUs of the servers"]["async"], "0");
  EXPECT_FALSE(lines.contains("Keep-alive"));
  EXPECT_FALSE(lines.contains("Bytes an answer"));
}

}  // namespace
}  // namespace shootout::judge
