#include "generator/generator.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <thread>

#include "engine/scripted_server.h"

namespace shootout::generator {
namespace {

using engine::testing::always;
using engine::testing::answer;
using engine::testing::Peer;
using engine::testing::ScriptedServer;

engine::LoadPlan counted(const std::string& url, std::uint64_t requests) {
  engine::LoadPlan plan;
  plan.url = url;
  plan.requests = requests;
  plan.connections = 3;
  plan.threads = 1;
  return plan;
}

TEST(Generator, RunsOneLoadAfterTheOtherInItsProcess) {
  ScriptedServer server(always(answer("hello", "404 Not Found")));
  auto generator = Generator::start({});
  ASSERT_TRUE(generator) << generator.error().what;
  EXPECT_GT(generator->pid(), 0);
  for (int i = 0; i < 2; ++i) {
    auto result = generator->run(counted(server.url(), 50));
    ASSERT_TRUE(result) << result.error().what;
    EXPECT_EQ(result->completed, 50u);
    EXPECT_EQ(result->errors[static_cast<std::size_t>(engine::ErrorClass::status)], 50u);
    EXPECT_EQ(result->latency.count(), 50u);
    ASSERT_FALSE(result->offences.empty());
    EXPECT_EQ(result->offences.front().answer, answer("hello", "404 Not Found"));
  }
}

TEST(Generator, TellsHowItGoesAndStopsWhenAsked) {
  ScriptedServer server(always(answer("x")));
  auto generator = Generator::start({0});
  ASSERT_TRUE(generator) << generator.error().what;
  auto plan = counted(server.url(), 1);
  plan.requests.reset();
  plan.duration_s = 3600;
  bool progressed = false;
  auto result = generator->run(
      plan, [&](const Progress& progress) { progressed = progressed || progress.completed > 0; },
      [&] { return progressed; });
  ASSERT_TRUE(result) << result.error().what;
  EXPECT_TRUE(result->interrupted);
  EXPECT_GT(result->succeeded, 0u);
}

TEST(Generator, HandsTheEnginesFailuresOver) {
  auto generator = Generator::start({});
  ASSERT_TRUE(generator);
  auto unreachable = generator->run(counted("http://127.0.0.1:1/", 1));
  ASSERT_FALSE(unreachable);
  EXPECT_EQ(unreachable.error().code, ExitCode::environment);
  EXPECT_FALSE(unreachable.error().remedy.empty());
  auto bad = generator->run(counted("127.0.0.1", 1));
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, ExitCode::usage);
}

TEST(Generator, ItsDeathIsAnError) {
  ScriptedServer server([](Peer& peer) { peer.wait_for_close(); });
  auto generator = Generator::start({});
  ASSERT_TRUE(generator);
  const pid_t pid = generator->pid();
  auto result = generator->run(counted(server.url(), 1), {}, [pid] {
    ::kill(pid, SIGKILL);
    return false;
  });
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().what.find("signal 9"), std::string::npos) << result.error().what;
  EXPECT_FALSE(generator->run(counted(server.url(), 1)));
}

TEST(Generator, EndsWithItsOwner) {
  pid_t pid = 0;
  {
    auto generator = Generator::start({});
    ASSERT_TRUE(generator);
    pid = generator->pid();
    EXPECT_EQ(::kill(pid, 0), 0);
  }
  EXPECT_EQ(::kill(pid, 0), -1);
}

TEST(Generator, AProgramThatCannotRunIsToldAtTheStart) {
  const auto missing = Generator::start({}, "/nowhere/shootout");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ExitCode::environment);
  EXPECT_FALSE(Generator::start({1000}));
}

}  // namespace
}  // namespace shootout::generator

// The test starts itself as the generator process.
int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "__generator") {
    return shootout::generator::generator_main(std::atoi(argv[2]));
  }
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
