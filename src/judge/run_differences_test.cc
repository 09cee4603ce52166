#include "judge/run_differences.h"

#include <gtest/gtest.h>

#include "judge/made_up_run.h"

namespace shootout::judge {
namespace {

using DifferenceKind = RunDifference::Kind;

/// "what: before -> after", a line each.
std::vector<std::string> differences(const MadeUpRun& before, const MadeUpRun& after) {
  const auto suite = small_suite();
  std::vector<std::string> lines;
  for (const auto& one : differences_of(Evidence(suite, before.record), Evidence(suite, after.record)))
    lines.push_back(one.what + ": " + one.before + " -> " + one.after);
  return lines;
}

using Lines = std::vector<std::string>;

TEST(RunDifferences, OfTheSameSettingsAreNone) {
  MadeUpRun before, after;
  after.record.seed = 99;
  after.record.plan["replicates"] = 20;
  after.record.plan["trials"] = 400;
  after.record.plan["set"] = {"sync.workers=4"};
  EXPECT_EQ(differences(before, after), Lines{});
}

TEST(RunDifferences, OfMachinesAreNamed) {
  MadeUpRun before, after;
  before.record.machine = {
      {"cpu_model", "Xeon"}, {"cores", 2}, {"kernel", "6.1"}, {"memory_bytes", 8321499136}};
  after.record.machine = {{"cpu_model", "Xeon"},
                          {"cores", 4},
                          {"kernel", "6.8"},
                          {"memory_bytes", 8321400000},
                          {"cpu_quota_cores", 1.5}};
  EXPECT_EQ(differences(before, after),
            (Lines{"cores: 2 -> 4", "cpu quota cores: none -> 1.5", "kernel: 6.1 -> 6.8"}));
}

TEST(RunDifferences, OfSettingsAreNamed) {
  MadeUpRun before, after;
  before.record.profile = "quick";
  after.record.profile = "full";
  after.record.suite_text = "suite: io\n";
  before.record.plan["pinning"] = {{"generator", {1}}, {"note", "two cores"}};
  after.record.plan["pinning"] = {{"generator", {0}}, {"note", "three cores"}};
  after.record.plan["precision"] = 0.02;
  after.record.contenders["sync"] = {{"title", "Other words"},
                                     {"workers", 4},
                                     {"threads", 2},
                                     {"slots", 8},
                                     {"parameters", {{"timeout", "30"}}},
                                     {"packages", {{"flask", "3.1.3"}}},
                                     {"command", {"/env/a1b2/bin/gunicorn", "--preload"}}};
  const auto lines = differences(before, after);
  EXPECT_EQ(lines.size(), 7u);
  for (const auto* line : {"pinning generator: [1] -> [0]", "precision: none -> 0.02",
                           "profile: quick -> full", "the suite's file: digest ", "sync: timeout: none -> 30",
                           "sync: package flask: none -> 3.1.3", "sync: command: none -> gunicorn --preload"})
    EXPECT_TRUE(any_mentions(lines, line));
}

TEST(RunDifferences, OfACommandAreNotItsFolders) {
  MadeUpRun before, after;
  before.record.contenders["sync"]["command"] = {"/env/a1b2/bin/gunicorn", "app:app"};
  after.record.contenders["sync"]["command"] = {"/elsewhere/c3d4/bin/gunicorn", "app:app"};
  EXPECT_EQ(differences(before, after), Lines{});
}

TEST(RunDifferences, OfWhatWasMeasuredAreApart) {
  MadeUpRun before, after;
  before.pair("clients", "low", {1, 1});
  after.trial("clients", "low", "sync", 1, 1);
  after.trial("clients", "stress", "sync", 1, 1);
  const auto suite = small_suite();
  const auto all = differences_of(Evidence(suite, before.record), Evidence(suite, after.record));
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].kind, DifferenceKind::measured);
  EXPECT_EQ(all[0].what, "contender async");
  EXPECT_EQ(all[0].after, "none");
  EXPECT_EQ(all[1].what, "clients stress");
  EXPECT_EQ(all[1].before, "none");
}

TEST(RunDifferences, OfOneContendersCellAreNamed) {
  MadeUpRun before, after;
  before.pair("clients", "low", {1, 1});
  before.pair("clients", "stress", {1, 1});
  after.pair("clients", "low", {1, 1});
  after.trial("clients", "stress", "sync", 1, 1);
  EXPECT_EQ(differences(before, after), Lines{"async, clients stress: measured -> none"});
}

TEST(Fingerprint, IsTheSameWhereMachinesDoNotDiffer) {
  const nlohmann::json machine{{"cpu_model", "Xeon"}, {"memory_bytes", 8321499136}};
  auto rebooted = machine, other = machine;
  rebooted["memory_bytes"] = 8321400000;
  other["cpu_model"] = "EPYC";
  EXPECT_EQ(fingerprint_of(machine).size(), 4u);
  EXPECT_EQ(fingerprint_of(machine), fingerprint_of(rebooted));
  EXPECT_NE(fingerprint_of(machine), fingerprint_of(other));
  EXPECT_EQ(fingerprint_of(nlohmann::json::object()), "");
}

}  // namespace
}  // namespace shootout::judge
