// Profiles and gates: how thoroughly, and what voids a trial.
#include "suite/steady_suite_for_test.h"

namespace shootout::suite {
namespace {

TEST(Limits, AreAsTypedAsInAProfile) {
  auto limits = parse_limits("cpus=1.5,memory=512MB");
  ASSERT_TRUE(limits) << limits.error().what;
  EXPECT_DOUBLE_EQ(limits->cpus, 1.5);
  EXPECT_EQ(limits->memory_bytes, 512 << 20);
  limits = parse_limits("memory=2GB");
  ASSERT_TRUE(limits);
  EXPECT_EQ(limits->cpus, 0);
  EXPECT_EQ(parse_limits("none")->memory_bytes, 0);
  for (const char* wrong : {"", "2", "cpu=2", "cpus=two", "cpus=0", "memory=1", "cpus=1,cpus=2", "cpus=1}"}) {
    const auto refused = parse_limits(wrong);
    ASSERT_FALSE(refused) << wrong;
    EXPECT_EQ(refused.error().code, ExitCode::usage) << wrong;
    EXPECT_TRUE(refused.error().what.contains("--limits")) << refused.error().what;
  }
}

TEST(Profiles, HaveBlocksPrecisionAndBudget) {
  const Suite suite = suite_of();
  const auto& quick = suite.profiles.at(0);
  EXPECT_EQ(quick.replicates, 6);
  EXPECT_EQ(quick.blocks, 3);
  EXPECT_FALSE(quick.precision);
  EXPECT_FALSE(quick.budget_s);
  const auto& full = suite.profiles.at(1);
  EXPECT_EQ(full.replicates, 4);
  EXPECT_EQ(full.blocks, 10);
  EXPECT_DOUBLE_EQ(full.precision.value(), 0.05);
  EXPECT_EQ(full.budget_s, 600);
}

TEST(Profiles, SharesAndDurationsMayBeWrittenInSeveralWays) {
  const auto full = [](const std::string& old_text, const std::string& new_text) {
    return suite_of(steady_with(old_text, new_text)).profiles.at(1);
  };
  EXPECT_EQ(full("precision: 5%", "precision: 0.02").precision, 0.02);
  EXPECT_DOUBLE_EQ(full("precision: 5%", "precision: 2.5%").precision.value(), 0.025);
  EXPECT_EQ(full("budget: 10m", "budget: 1.5h").budget_s, 5400);
  EXPECT_EQ(full("budget: 10m", "budget: 90s").budget_s, 90);
  EXPECT_EQ(full("budget: 10m", "budget: 45").budget_s, 45);
}

TEST(Profiles, ReplicatesNeedNotBeToldWherePrecisionTellsThem) {
  std::string text = steady_with("replicates: 4, precision", "precision");
  const size_t work = text.find("  work:");
  text.erase(work, text.find("  closed:") - work);
  EXPECT_EQ(suite_of(text).profiles.at(1).replicates, 10);
  expect_mistakes({{"replicates: 4, precision", "precision", "s.yaml:35: missing key 'replicates'"}});
}

TEST(Profiles, MistakesAreTold) {
  expect_mistakes({
      {"blocks: 3", "blocks: 0", "s.yaml:34: blocks: must be between 1 and 1000, found 0"},
      {"precision: 5%", "precision: 5",
       "s.yaml:35: precision: expected a share such as 5% or 0.05, found '5'"},
      {"precision: 5%", "precision: x%",
       "s.yaml:35: precision: expected a share such as 5% or 0.05, found 'x%'"},
      {"precision: 5%", "precision: 0%", "s.yaml:35: precision: must be between 0.1% and 100%, found 0%"},
      {"precision: 5%", "precison: 5%", "s.yaml:35: unknown key 'precison'; did you mean 'precision'?"},
      {"budget: 10m", "budget: 10min",
       "s.yaml:35: budget: expected a duration such as 90s, 10m or 1h, found '10min'"},
      {"budget: 10m", "budget: 0s", "s.yaml:35: budget: must be between 1s and 604800s, found 0s"},
  });
}

TEST(Profiles, PrecisionAndBlocksAreOfSteadyLoads) {
  std::string text = kSteady;
  const size_t closed = text.find("  closed:");
  text.erase(closed, text.find("gates:") - closed);
  EXPECT_EQ(parse_suite(text, "s.yaml").error().what,
            "s.yaml:22: blocks: means nothing where no load is steady (has a 'window')\n"
            "s.yaml:23: precision: means nothing where no load is steady (has a 'window')");
}

TEST(SuiteGates, ChangeTheThresholdsThatTheyName) {
  const Gates gates = suite_of().gates, standard;
  EXPECT_DOUBLE_EQ(gates.steal_percent, 5);
  EXPECT_EQ(gates.ceiling_ratio, 3);
  EXPECT_DOUBLE_EQ(gates.margin_percent, standard.margin_percent);
  EXPECT_DOUBLE_EQ(gates.generator_cpu_percent, standard.generator_cpu_percent);
  EXPECT_EQ(gates.replicates_to_decide, standard.replicates_to_decide);
}

TEST(SuiteGates, EveryThresholdHasAKey) {
  const Gates gates = suite_of(steady_with("  steal: 5%\n  ceiling: 3\n", R"(  errors: 1%
  generator_cpu: 2%
  littles_law: 3%
  ceiling: 4
  carried: 5%
  steal: 6%
  others_cpu: 170%
  memory_pressure: 8%
  io_pressure: 9%
  throttled: 0.1
  frequency_change: 11%
  ports_in_use: 12%
  drift: 13%
  replicates_to_decide: 14
  margin: 1.5%
)"))
                          .gates;
  EXPECT_DOUBLE_EQ(gates.errors_percent, 1);
  EXPECT_DOUBLE_EQ(gates.generator_cpu_percent, 2);
  EXPECT_DOUBLE_EQ(gates.littles_law_percent, 3);
  EXPECT_DOUBLE_EQ(gates.ceiling_ratio, 4);
  EXPECT_DOUBLE_EQ(gates.carried_percent, 5);
  EXPECT_DOUBLE_EQ(gates.steal_percent, 6);
  EXPECT_DOUBLE_EQ(gates.others_cpu_percent, 170);
  EXPECT_DOUBLE_EQ(gates.memory_pressure_percent, 8);
  EXPECT_DOUBLE_EQ(gates.io_pressure_percent, 9);
  EXPECT_DOUBLE_EQ(gates.throttled_percent, 10);
  EXPECT_DOUBLE_EQ(gates.frequency_change_percent, 11);
  EXPECT_DOUBLE_EQ(gates.ports_in_use_percent, 12);
  EXPECT_DOUBLE_EQ(gates.drift_percent, 13);
  EXPECT_EQ(gates.replicates_to_decide, 14);
  EXPECT_DOUBLE_EQ(gates.margin_percent, 1.5);
}

TEST(SuiteGates, AScenarioMayHaveACeilingOfItsOwn) {
  const Suite suite = suite_of(steady_with("  one: {}", "  one: {ceiling: 1.2}"));
  EXPECT_DOUBLE_EQ(gates_of(suite, "one").ceiling_ratio, 1.2);
  EXPECT_DOUBLE_EQ(gates_of(suite, "another").ceiling_ratio, 3);
  EXPECT_DOUBLE_EQ(suite.gates.ceiling_ratio, 3);
}

TEST(SuiteGates, MistakesAreTold) {
  expect_mistakes({
      {"steal: 5%", "steel: 5%", "s.yaml:31: unknown key 'steel'; did you mean 'steal'?"},
      {"steal: 5%", "steal: 5", "s.yaml:31: steal: expected a share such as 5% or 0.05, found '5'"},
      {"steal: 5%", "steal: 101%", "s.yaml:31: steal: must be between 0% and 100%, found 101%"},
      {"ceiling: 3", "ceiling: 300%", "s.yaml:32: ceiling: expected a number, found '300%'"},
      {"ceiling: 3", "replicates_to_decide: 1",
       "s.yaml:32: replicates_to_decide: must be between 2 and 1000, found 1"},
  });
}

}  // namespace
}  // namespace shootout::suite
