#include "observe/profiler.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

namespace shootout::observe {
namespace {

// What py-spy 0.4.3 writes, but for the numbers.
constexpr std::string_view kDone =
    "py-spy> Sampling process 100 times a second for 3 seconds. Press Control-C to exit.\n\n"
    "py-spy> Wrote raw flamegraph data to '/tmp/a.folded'. Samples: 146 Errors: 12\n"
    "py-spy> You can use the flamegraph.pl script to generate a SVG\n";
constexpr std::string_view kNoPython =
    "[2026-11-22T14:50:05Z WARN  py_spy::sampler] Failed to profile python from process 32497: Failed to "
    "find "
    "python version from target process\n"
    "Error: No python processes found in process 32497 or any of its subprocesses\n\nStack backtrace:\n   0: "
    "x\n";
constexpr std::string_view kDenied =
    "[2026-11-22T14:50:05Z WARN  py_spy::sampler] Failed to profile python from process 7: Operation not "
    "permitted (os error 1)\nError: No python processes found in process 7 or any of its subprocesses\n";
constexpr std::string_view kOther =
    "[2026-11-22T14:50:05Z WARN  py_spy::sampler] something\nError: Failed to unwind\n\nStack backtrace:\n   "
    "0: x\n";

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Profiler, ItsCommandLooksAtAllProcessesOfTheServer) {
  ProfilerOptions options{
      .program = "/x/py-spy", .root = 41, .seconds = 7, .native = true, .output = "/y/out"};
  auto words = profiler_command(options);
  EXPECT_EQ(words.front(), "/x/py-spy");
  for (const char* word : {"41", "7", "/y/out", "--subprocesses", "--native", "raw"})
    EXPECT_NE(std::ranges::find(words, word), words.end()) << word;
  EXPECT_EQ(std::ranges::find(words, "--idle"), words.end());
  options.native = false;
  words = profiler_command(options);
  EXPECT_EQ(std::ranges::find(words, "--native"), words.end());
}

TEST(Profiler, TellsWhatItLost) {
  const auto outcome = profiler_outcome(0, kDone, "flask");
  EXPECT_FALSE(outcome.error);
  EXPECT_EQ(outcome.lost, 12u);
  EXPECT_EQ(profiler_outcome(0, "", "flask").lost, 0u);
}

TEST(Profiler, WhatIsNoPythonIsTheUsersMistake) {
  const auto outcome = profiler_outcome(1, kNoPython, "nginx");
  ASSERT_TRUE(outcome.error);
  EXPECT_EQ(outcome.error->code, ExitCode::usage);
  EXPECT_TRUE(holds(outcome.error->what, "nginx is no Python program"));
  EXPECT_FALSE(outcome.may_be_native);
}

TEST(Profiler, WhatTheKernelForbidsHasARemedy) {
  const auto outcome = profiler_outcome(1, kDenied, "flask");
  ASSERT_TRUE(outcome.error);
  EXPECT_EQ(outcome.error->code, ExitCode::environment);
  EXPECT_TRUE(holds(outcome.error->remedy, "ptrace_scope"));
  EXPECT_FALSE(outcome.may_be_native);
}

TEST(Profiler, AnythingElseIsToldInItsOwnWords) {
  const auto outcome = profiler_outcome(1, kOther, "flask");
  ASSERT_TRUE(outcome.error);
  EXPECT_EQ(outcome.error->code, ExitCode::environment);
  EXPECT_TRUE(outcome.error->what.ends_with("Error: Failed to unwind")) << outcome.error->what;
  EXPECT_TRUE(outcome.may_be_native);
  EXPECT_TRUE(profiler_outcome(137, "", "flask").error->what.ends_with("it said nothing"));
}

TEST(Profiler, KnowsBeforehandWhomItMayLookAt) {
  EXPECT_TRUE(may_be_looked_at(::getpid(), "self"));
  const pid_t child = ::fork();
  if (child == 0) {
    // Another account may not look at us.
    constexpr uid_t kNobody = 65534;
    const bool another = ::geteuid() != 0 || ::setuid(kNobody) == 0;
    const auto looked = may_be_looked_at(::geteuid() == kNobody ? ::getppid() : 1, "another's");
    ::_exit(another && !looked && looked.error().remedy.find("ptrace_scope") != std::string::npos ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  const auto gone = may_be_looked_at(child, "flask");
  ASSERT_FALSE(gone);
  EXPECT_TRUE(holds(gone.error().what, "flask is gone"));
}

}  // namespace
}  // namespace shootout::observe
