// The claims and sentences of the suite servers, on made-up runs.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <set>
#include <utility>

#include "judge/claims.h"
#include "judge/made_up_run.h"

namespace shootout::judge {
namespace {

suite::Suite servers() {
  const auto suite =
      suite::read_suite(std::filesystem::path(SHOOTOUT_SOURCE_DIR) / "suites" / "servers.yaml");
  EXPECT_TRUE(suite) << suite.error().what;
  return suite ? *suite : suite::Suite{};
}

/// What a contender does under a load.
struct Made {
  double rate = 1000;
  double latency_us = 100e3;
  double cpu_percent = 95, cpu_us = 800;
  double pss = 150e6;
  double failures = 0;  ///< of 10,000 requests
  double slower_than_2s = 0, never_served = 0, never_opened = 0, overflows = 0, open_s = 0.9;
  double opened = 1000, fullest = 0.3, waited_all_along = 0;
};
/// By contender and load.
using World = std::map<std::pair<std::string, std::string>, Made>;

/// Six replicates, each off by up to half a percent.
MadeUpRun run_of(const suite::Suite& suite, const World& world, int cores) {
  constexpr std::array kOff{0.5, -0.5, 0.3, -0.3, 0.1, -0.1};
  MadeUpRun run;
  std::vector<int> allowed;
  for (int core = 0; core < cores; ++core) allowed.push_back(core);
  run.record.plan["pinning"] = {{"servers", allowed}};
  std::size_t shift = 0;
  for (const auto& [where, made] : world) {
    ++shift;
    for (int replicate = 1; replicate <= 6; ++replicate) {
      const double off = 1 + 0.01 * kOff[(static_cast<std::size_t>(replicate) + shift) % kOff.size()];
      auto& trial = run.trial(where.second, suite.scenarios.at(0).name, where.first, replicate, 1);
      trial.metrics["requests"] = 10'000;
      trial.metrics["success_rate"] = 1 - made.failures / 10'000;
      trial.metrics["requests_per_second"] = made.rate * off;
      trial.metrics["latency_mean_us"] = made.latency_us * off;
      trial.metrics["cpu_percent"] = made.cpu_percent * off;
      trial.metrics["cpu_us_per_request"] = made.cpu_us * off;
      trial.metrics["pss_bytes"] = made.pss * off;
      trial.metrics["slower_than_2s"] = made.slower_than_2s * off;
      trial.metrics["connections_never_served"] = made.never_served;
      trial.metrics["connections_never_opened"] = made.never_opened;
      trial.metrics["waited_all_along"] = made.waited_all_along;
      trial.metrics["listen_overflows"] = made.overflows;
      trial.metrics["open_s"] = made.open_s * off;
      trial.metrics["connections_opened"] = made.opened;
      trial.metrics["fullest_worker_share"] = made.fullest * off;
      trial.load_result["latency"] = latencies_as_json(300, made.latency_us * off, 1);
    }
  }
  return run;
}

World everybody_alike(const suite::Suite& suite) {
  World world;
  for (const auto& name : suite.contenders)
    for (const auto& load : suite.loads) world[{name, load.name}] = Made{};
  return world;
}

std::map<std::string, ClaimVerdict> claims_in(const World& world, int cores) {
  const auto suite = servers();
  const auto run = run_of(suite, world, cores);
  std::map<std::string, ClaimVerdict> claims;
  for (auto& claim : test_claims(Evidence(suite, run.record))) {
    const std::string says = claim.says;
    claims[says] = std::move(claim);
  }
  return claims;
}

TEST(ServersClaims, AreJudgedByTheirFigures) {
  auto world = everybody_alike(servers());
  const auto rates = [&](const char* name, double moderate, double high) {
    world[{name, "moderate"}].rate = moderate;
    world[{name, "high"}].rate = high;
  };
  rates("gunicorn-sync", 1000, 500);
  rates("gunicorn", 1100, 600);
  rates("uvicorn-asgiref", 600, 620);
  rates("uvicorn-a2wsgi", 650, 630);
  rates("bjoern", 2000, 1900);
  rates("bjoern-prefork", 3000, 2900);
  rates("nginx-gunicorn", 1000, 1000);
  rates("nginx-bjoern", 2500, 2400);
  rates("fastapi-uvicorn", 900, 950);
  for (const auto* name : {"uvicorn-asgiref", "uvicorn-a2wsgi"}) world[{name, "high"}].latency_us = 1.8e6;
  for (const auto* load : {"moderate", "high"}) world[{"bjoern-prefork", load}].cpu_percent = 190;
  world[{"gunicorn", "moderate"}].failures = 1;

  auto claims = claims_in(world, 2);
  ASSERT_EQ(claims.size(), 8u);
  const auto holds = [&](const std::string& says) {
    EXPECT_TRUE(claims.contains(says)) << says;
    return claims[says].holds;
  };
  EXPECT_EQ(holds("Bjoern is the best for a synchronous Flask app"), Holds::held);
  EXPECT_EQ(holds("Uvicorn suits Flask badly"), Holds::held);
  EXPECT_EQ(holds("Gunicorn degrades at high load"), Holds::held);
  EXPECT_EQ(holds("Nginx in front helps each"), Holds::did_not_hold);
  EXPECT_EQ(holds("Bjoern keeps its errors low at high load (at most 1 in 1,000 requests)"), Holds::held);
  EXPECT_EQ(holds("A single Bjoern is limited by its one thread; several use the cores"), Holds::held);
  EXPECT_EQ(holds("Gunicorn has no errors at moderate load"), Holds::did_not_hold);
  EXPECT_EQ(holds("An asynchronous framework is what Uvicorn needs"), Holds::did_not_hold);
  for (const auto& [says, claim] : claims) {
    EXPECT_FALSE(claim.published.empty()) << says;
    EXPECT_TRUE(mentions(claim.figure, "n = 6")) << says;
  }
  const auto& nginx = claims["Nginx in front helps each"].parts;
  EXPECT_EQ(std::ranges::count(nginx, Holds::held, &ClaimPart::holds), 3);

  // On one core every server is held to one.
  EXPECT_EQ(claims_in(world, 1)["A single Bjoern is limited by its one thread; several use the cores"].holds,
            Holds::could_not_tell);
}

TEST(ServersClaims, CanAllFail) {
  auto world = everybody_alike(servers());
  world[{"bjoern", "high"}].failures = 100;
  world[{"bjoern", "moderate"}].cpu_percent = 150;
  world[{"bjoern", "high"}].rate = 500;
  world[{"gunicorn", "moderate"}].failures = 1;
  for (const auto& [says, claim] : claims_in(world, 2)) EXPECT_EQ(claim.holds, Holds::did_not_hold) << says;
}

std::set<std::string> sentences_about(const suite::Suite& suite, const World& world,
                                      const std::string& contender) {
  const auto run = run_of(suite, world, 2);
  std::set<std::string> given;
  for (const auto& advice : give_advice(Evidence(suite, run.record))) {
    EXPECT_TRUE(mentions(advice.figure, "n = 6")) << advice.says;
    if (advice.about == contender) given.insert(advice.says);
  }
  return given;
}

// Each sentence comes in one of two runs: where its contender does well in everything, and where it does
// badly. None comes in both.
TEST(ServersSentences, ComeAndStayAwayWithTheirFigures) {
  const auto suite = servers();
  const Made good{.rate = 2000, .latency_us = 50e3, .cpu_percent = 190, .cpu_us = 400, .pss = 50e6};
  Made bad{.rate = 500, .latency_us = 200e3, .cpu_percent = 60, .cpu_us = 1600, .pss = 400e6};
  bad.failures = 100;
  for (const auto& contender : suite.contenders) {
    auto world = everybody_alike(suite);
    world[{contender, "moderate"}] = world[{contender, "high"}] = good;
    const auto well = sentences_about(suite, world, contender);
    world[{contender, "moderate"}] = world[{contender, "high"}] = bad;
    auto& high = world[{contender, "high"}];
    high.rate = 300;
    high.latency_us = 1.6e6;
    high.slower_than_2s = 0.2;
    high.never_served = high.never_opened = 900;
    high.overflows = 5000;
    high.open_s = 7;
    world[{contender, "moderate"}].opened = 50'000;
    world[{contender, "moderate"}].waited_all_along = 700;
    world[{contender, "moderate"}].fullest = 0.9;
    const auto badly = sentences_about(suite, world, contender);
    std::set<std::string> groups;
    for (const auto& advice : suite.advice) {
      if (advice.about != contender) continue;
      groups.insert(advice.group);
      EXPECT_NE(well.contains(advice.says), badly.contains(advice.says)) << contender << ": " << advice.says;
    }
    EXPECT_EQ(groups, (std::set<std::string>{"Strengths", "Weaknesses", "Reasons for behaviour"}));
  }
}

}  // namespace
}  // namespace shootout::judge
