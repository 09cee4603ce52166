#include "launch/provision.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

#include "base/text.h"
#include "launch/readiness.h"
#include "launch/run_command.h"
#include "launch/server_environment.h"
#include "launch/set_folder.h"

namespace shootout::launch {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kTimeLimit = std::chrono::seconds(60);  ///< of all commands of one kind together
constexpr auto kQuestionLimit = std::chrono::seconds(5);
constexpr size_t kLastLines = 15;

std::vector<std::string> last_lines_of(const std::string& output) {
  std::string text = output;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  auto lines = split(text, '\n');
  if (lines.size() > kLastLines) lines.erase(lines.begin(), lines.end() - static_cast<long>(kLastLines));
  return lines;
}

/// Enough to know it by: a script of many lines is known by the first.
std::string known_as(const std::vector<std::string>& words) {
  constexpr size_t kLongest = 100;
  std::string text = fmt::format("{}", fmt::join(words, " "));
  const size_t end = std::min(text.find('\n'), kLongest);
  return end < text.size() ? text.substr(0, end) + " ..." : text;
}

std::unexpected<Error> failed(const ServerSpec& spec, const std::vector<std::string>& words,
                              const std::string& how, const std::string& output) {
  const auto lines = last_lines_of(output);
  return fail(ExitCode::environment,
              fmt::format("{}: `{}` {}{}", spec.server.name, known_as(words), how,
                          lines.empty() ? " and said nothing" : "; its last lines:\n  ") +
                  fmt::format("{}", fmt::join(lines, "\n  ")),
              spec.server.log_file.empty() ? "" : "its log: " + spec.server.log_file.string());
}

/// As a server's command is run: with its variables, and nothing of shootout's. `account`: with its rights,
/// in its data folder; else with ours.
Command command_of(const ServerSpec& spec, const Surroundings& around, const std::vector<std::string>& words,
                   const std::filesystem::path& folder, const std::optional<Account>& account) {
  Command command{.words = words, .folder = folder, .alone = true, .account = account};
  for (const auto& [name, value] : server_environment(spec, around.mark, around.temporary, account))
    command.variables.emplace(name, value);
  return command;
}

struct Timed {
  std::optional<CommandOutcome> outcome;  ///< nothing: it took too long
};
Result<Timed> run_until(const Command& command, Clock::time_point deadline, const Surroundings& around) {
  bool late = false;
  auto outcome = run_command(command, [&] {
    late = Clock::now() >= deadline;
    return late || (around.stop_asked && around.stop_asked());
  });
  if (outcome) return Timed{std::move(*outcome)};
  if (late) return Timed{};
  return std::unexpected(outcome.error());
}

Result<void> run_all(const ServerSpec& spec, const Surroundings& around,
                     const std::vector<std::vector<std::string>>& commands,
                     const std::filesystem::path& folder, const std::optional<Account>& account) {
  const auto deadline = Clock::now() + kTimeLimit;
  for (const auto& words : commands) {
    auto command = command_of(spec, around, words, folder, account);
    command.log_file = spec.server.log_file;
    auto run = run_until(command, deadline, around);
    if (!run) return std::unexpected(run.error());
    if (!run->outcome) {
      const auto lines = last_lines(spec.server.log_file, spec.server.log_from, kLastLines);
      return failed(spec, words, fmt::format("did not end within {} s", kTimeLimit.count()),
                    fmt::format("{}", fmt::join(lines, "\n")));
    }
    if (run->outcome->status != 0) {
      return failed(spec, words, fmt::format("failed (exit status {})", run->outcome->status),
                    run->outcome->output);
    }
  }
  return {};
}

}  // namespace

Result<void> provide(const ServerSpec& spec, const Surroundings& around) {
  if (spec.data_folder.empty()) {
    if (spec.before_start.empty() && !spec.gives_up_rights) return {};
    return fail(ExitCode::internal, fmt::format("{} is started without a data folder", spec.server.name));
  }
  const auto account = spec.gives_up_rights ? account_without_rights() : std::nullopt;
  if (auto made = make_data_folder(spec.data_folder, account); !made) return made;
  auto done = run_all(spec, around, spec.before_start, spec.data_folder, account);
  if (!done) (void)remove_data_folder(spec.data_folder);
  return done;
}

Result<std::string> what_is_missing(const ServerSpec& spec, const Surroundings& around) {
  auto run =
      run_until(command_of(spec, around, spec.ready, spec.folder, {}), Clock::now() + kQuestionLimit, around);
  if (!run) return std::unexpected(run.error());
  if (!run->outcome)
    return fmt::format("`{}` did not end within {} s", known_as(spec.ready), kQuestionLimit.count());
  if (run->outcome->status == 0) return "";
  const auto lines = last_lines_of(run->outcome->output);
  return lines.empty()
             ? fmt::format("`{}` fails (exit status {})", known_as(spec.ready), run->outcome->status)
             : lines.back();
}

Result<void> furnish(const ServerSpec& spec, const Surroundings& around) {
  return run_all(spec, around, spec.after_ready, spec.folder, {});
}

Result<std::string> what_is_missing(const ServerSpec& spec, const Container& container) {
  auto outcome = container.exec(spec.ready, static_cast<double>(kQuestionLimit.count()));
  if (!outcome) return std::unexpected(outcome.error());
  if (outcome->status == 0) return "";
  const auto lines = last_lines_of(outcome->output);
  return lines.empty() ? fmt::format("`{}` fails (exit status {})", known_as(spec.ready), outcome->status)
                       : lines.back();
}

Result<void> furnish(const ServerSpec& spec, const Container& container) {
  for (const auto& words : spec.after_ready) {
    auto outcome = container.exec(words, static_cast<double>(kTimeLimit.count()));
    if (!outcome) return std::unexpected(outcome.error());
    if (outcome->status != 0)
      return failed(spec, words, fmt::format("failed (exit status {})", outcome->status), outcome->output);
  }
  return {};
}

}  // namespace shootout::launch
