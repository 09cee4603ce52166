#include "judge/latency.h"

#include <gtest/gtest.h>

#include "engine/histogram_json.h"
#include "judge/made_up_run.h"

namespace shootout::judge {
namespace {

engine::Histogram latencies(int count, double from_us, double step_us) {
  engine::Histogram histogram;
  for (int i = 0; i < count; ++i) histogram.record(static_cast<std::int64_t>(1e3 * (from_us + step_us * i)));
  return histogram;
}

std::vector<const suite::TrialRecord*> all(const MadeUpRun& run) {
  std::vector<const suite::TrialRecord*> trials;
  for (const auto& trial : run.record.trials) trials.push_back(&trial);
  return trials;
}

TEST(Quantiles, AreOfAReplicatesTrialsMerged) {
  MadeUpRun run;
  // 1,000 fast ones in one trial and 1,000 slow ones in the next: the p99 is among the slow, and no mean of
  // the trials' own.
  run.trial("closed", "ping", "a", 1, 0.5, 1).load_result["latency"] = to_json(latencies(1000, 1000, 0));
  run.trial("closed", "ping", "a", 1, 0.5, 2).load_result["latency"] = to_json(latencies(1000, 5000, 1));
  run.trial("closed", "ping", "a", 2, 0.5, 1).load_result["latency"] = to_json(latencies(999, 2000, 0));
  const auto p99 = quantiles(all(run), 0.99);
  ASSERT_EQ(p99.size(), 1U);  // the second replicate has only 9 values beyond
  EXPECT_NEAR(p99.at(1).us, 5980, 5980.0 / 2048);
  EXPECT_EQ(p99.at(1).beyond, 20U);
  const auto p50 = all_quantiles(all(run)).at("latency_p50_us");
  ASSERT_EQ(p50.size(), 2U);
  EXPECT_NEAR(p50.at(1).us, 1000, 1000.0 / 2048);
  EXPECT_NEAR(p50.at(2).us, 2000, 2000.0 / 2048);
}

TEST(Quantiles, AreNoneWithoutHistograms) {
  MadeUpRun run;
  run.trial("closed", "ping", "a", 1, 0.5).load_result["latency"] = {{"buckets", "none"}};
  run.trial("closed", "ping", "a", 2, 0.5);
  EXPECT_TRUE(quantiles(all(run), 0.5).empty());
}

/// Six replicates of two contenders, each with `count` latencies in each of two blocks.
MadeUpRun open_loop(int count) {
  MadeUpRun run;
  for (int replicate = 1; replicate <= 6; ++replicate)
    for (int block = 1; block <= 2; ++block)
      for (const char* contender : {"a", "b"}) {
        const double scale = contender[0] == 'a' ? 2 : 1;
        auto& trial = run.trial("open", "ping", contender, replicate, 0.5, block);
        trial.load_result["latency"] =
            to_json(latencies(count, scale * (1000 + 10 * replicate), scale * 0.1));
        trial.metrics["latency_p99_us"] = 1;  // of the trial alone: not what decides
      }
  return run;
}

const Verdict* latency_verdict(const Judgement& judgement, const std::string& metric) {
  for (const auto& verdict : judgement.verdicts)
    if (verdict.metric == metric && verdict.contender == "b") return &verdict;
  return nullptr;
}

TEST(Quantiles, DecideWithAHundredValuesBeyond) {
  const auto run = open_loop(5000);
  const auto judgement = judge(steady_suite(), run.record);
  const auto* verdict = latency_verdict(judgement, "latency_p99_us");
  ASSERT_NE(verdict, nullptr);
  EXPECT_EQ(judgement.verdicts.front().metric, "latency_p99_us");  // what decides this load comes first
  EXPECT_EQ(verdict->ratio.n, 6);
  EXPECT_NEAR(verdict->ratio.value, 2, 0.002);
  EXPECT_EQ(verdict->word, Word::faster);
  EXPECT_EQ(verdict->note, "");
  EXPECT_EQ(verdict->decided_by, "");  // an open loop
  EXPECT_NEAR(judgement.cells.at(1).metrics.at("latency_p99_us").value, 1035 + 495, 2);
}

TEST(Quantiles, DoNotDecideWithFewer) {
  const auto run = open_loop(4950);
  const auto judgement = judge(steady_suite(), run.record);
  const auto* verdict = latency_verdict(judgement, "latency_p99_us");
  ASSERT_NE(verdict, nullptr);
  EXPECT_EQ(verdict->word, Word::inconclusive);
  EXPECT_TRUE(mentions(verdict->note, "only 99 values beyond the quantile"));
  EXPECT_EQ(latency_verdict(judgement, "latency_p50_us")->word, Word::faster);
  EXPECT_FALSE(judgement.cells.front().rank);  // they are not ranked either
}

}  // namespace
}  // namespace shootout::judge
