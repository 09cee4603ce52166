#include "observe/profiler.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <initializer_list>

#include "base/unique_fd.h"

namespace shootout::observe {
namespace {

bool says_any(std::string_view output, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words,
                             [output](auto word) { return output.find(word) != std::string_view::npos; });
}

/// The number after the last of such words; 0 where they do not come.
unsigned count_after(std::string_view output, std::string_view word) {
  const std::size_t at = output.rfind(word);
  unsigned number = 0;
  if (at != std::string_view::npos) {
    output.remove_prefix(at + word.size());
    std::from_chars(output.data(), output.data() + output.size(), number);
  }
  return number;
}

/// py-spy's own error, without what it logged before and its stack behind it.
std::string error_in(std::string_view output) {
  constexpr std::size_t kMost = 600;
  if (const std::size_t begin = output.rfind("Error: "); begin != std::string_view::npos)
    output.remove_prefix(begin);
  output = output.substr(0, output.find("Stack backtrace"));
  while (!output.empty() && (output.back() == '\n' || output.back() == ' ')) output.remove_suffix(1);
  if (output.size() > kMost) output.remove_prefix(output.size() - kMost);
  return output.empty() ? "it said nothing" : std::string(output);
}

Error not_permitted(const std::string& server) {
  return {
      ExitCode::environment,
      fmt::format("the kernel lets nobody look into the processes of {} (ptrace is not permitted)", server),
      "run shootout as root, or with `sysctl kernel.yama.ptrace_scope=0`; a container needs the capability "
      "SYS_PTRACE"};
}

}  // namespace

std::vector<std::string> profiler_command(const ProfilerOptions& options) {
  std::vector<std::string> words = {options.program.string(),
                                    "record",
                                    "--pid",
                                    std::to_string(options.root),
                                    "--subprocesses",
                                    "--function",  // one frame a function, whichever line it is at
                                    "--rate",
                                    std::to_string(kProfilerRate),
                                    "--duration",
                                    std::to_string(options.seconds),
                                    "--format",
                                    "raw",
                                    "--output",
                                    options.output.string()};
  if (options.native) words.emplace_back("--native");
  return words;
}

Result<void> may_be_looked_at(pid_t process, const std::string& server) {
  // What py-spy does needs the same right (PTRACE_MODE_ATTACH, ptrace(2)).
  const UniqueFd memory(::open(fmt::format("/proc/{}/mem", process).c_str(), O_RDONLY | O_CLOEXEC));
  if (memory.get() >= 0) return {};
  if (errno == EACCES || errno == EPERM) return std::unexpected(not_permitted(server));
  return fail(ExitCode::environment, fmt::format("{} is gone: there is no process {}", server, process),
              "see its log");
}

ProfilerOutcome profiler_outcome(int status, std::string_view output, const std::string& server) {
  ProfilerOutcome outcome;
  if (status == 0) {
    outcome.lost = count_after(output, "Errors: ");
  } else if (says_any(output, {"Permission denied", "Permission Denied", "Operation not permitted"})) {
    outcome.error = not_permitted(server);
  } else if (says_any(output, {"Failed to find python version"})) {
    outcome.error =
        Error{ExitCode::usage,
              fmt::format("{} is no Python program that py-spy knows: there is no flamegraph of it", server),
              "py-spy reads CPython; for other programs there is perf"};
  } else {
    outcome.error = Error{
        ExitCode::environment,
        fmt::format("py-spy took no profile of {} (exit status {}): {}", server, status, error_in(output)),
        ""};
    outcome.may_be_native = true;
  }
  return outcome;
}

}  // namespace shootout::observe
