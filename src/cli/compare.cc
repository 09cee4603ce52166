// shootout compare RUN_A RUN_B: what changed from one run to another.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "base/condition.h"
#include "base/folders.h"
#include "cli/commands.h"
#include "judge/comparison.h"
#include "judge/fail_if.h"
#include "report/comparison.h"
#include "report/render.h"
#include "store/store.h"

namespace shootout::cli {
namespace {

struct CompareOptions {
  std::string before, after, format = "terminal";
  std::vector<std::string> fail_if;
  bool strict = false, json = false;
};

/// A stored run with the suite that it was measured by.
struct StoredRun {
  suite::RunRecord run;
  suite::Suite suite;
};

Result<StoredRun> stored_run(const store::Store& store, const std::string& named) {
  auto id = store.find(named);
  if (!id) return std::unexpected(id.error());
  auto run = store.read(*id);
  if (!run) return std::unexpected(run.error());
  auto suite = suite::suite_of(*run);
  if (!suite) return std::unexpected(suite.error());
  return StoredRun{std::move(*run), std::move(*suite)};
}

Result<void> comparable(const suite::RunRecord& before, const suite::RunRecord& after) {
  if (before.id == after.id)
    return fail(ExitCode::usage,
                fmt::format("both are run {}: a run does not differ from itself", before.id));
  if (before.suite == after.suite) return {};
  return fail(ExitCode::usage,
              fmt::format("run {} is of suite '{}', and run {} of '{}'", before.id, before.suite, after.id,
                          after.suite),
              fmt::format("`shootout list runs --suite {}` shows those of one suite", after.suite));
}

/// With --strict: figures of different machines or settings are not compared.
Result<void> refuse_different(const std::vector<judge::RunDifference>& differences) {
  std::vector<std::string> lines;
  for (const auto& difference : differences) {
    if (difference.kind == judge::RunDifference::Kind::measured) continue;
    lines.push_back(fmt::format("{}: {} -> {}", difference.what, difference.before, difference.after));
  }
  if (lines.empty()) return {};
  return fail(ExitCode::invalid,
              fmt::format("machines or settings of the two runs differ:\n    {}", fmt::join(lines, "\n    ")),
              "without --strict they are compared all the same");
}

Result<std::vector<report::JudgedCondition>> judged(const CompareOptions& options,
                                                    const std::vector<Condition>& conditions,
                                                    const judge::RunComparison& comparison,
                                                    const judge::Evidence& before,
                                                    const judge::Evidence& after) {
  std::vector<report::JudgedCondition> all;
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    auto verdict = judge::verdict_on(conditions[i], comparison, before, after);
    if (!verdict)
      return fail(verdict.error().code, "--fail-if: " + verdict.error().what, verdict.error().remedy);
    all.push_back({options.fail_if[i], std::move(*verdict)});
  }
  return all;
}

std::string rendered(const report::ComparedRuns& runs, const CompareOptions& options) {
  if (options.json || options.format == "json") return report::comparison_json(runs);
  const auto document = report::comparison_document(runs);
  if (options.format == "md") return report::markdown_text(document);
  return report::terminal_text(
      document, {.width = std::min(columns_of(STDOUT_FILENO), 120), .colour = colour_allowed(STDOUT_FILENO)});
}

/// Where a condition surely holds, a threshold failed.
ExitCode exit_code_of(const std::vector<report::JudgedCondition>& conditions) {
  ExitCode code = ExitCode::done;
  for (const auto& [text, verdict] : conditions) {
    if (verdict.holds != judge::Holds::held) continue;
    code = report_error({ExitCode::threshold,
                         fmt::format("--fail-if '{}' holds: {}", text, fmt::join(verdict.parts, "; ")), ""});
  }
  return code;
}

ExitCode compare_runs(const CompareOptions& options) {
  std::vector<Condition> conditions;
  for (const auto& text : options.fail_if) {
    auto condition = Condition::parse(text, Condition::On::changes);
    if (!condition) return report_error({condition.error().code, "--fail-if: " + condition.error().what, ""});
    conditions.push_back(std::move(*condition));
  }
  auto store = store::Store::open(home_folder());
  if (!store) return report_error(store.error());
  const auto first = stored_run(*store, options.before);
  if (!first) return report_error(first.error());
  const auto second = stored_run(*store, options.after);
  if (!second) return report_error(second.error());
  if (auto can = comparable(first->run, second->run); !can) return report_error(can.error());

  const judge::Evidence before(first->suite, first->run), after(second->suite, second->run);
  const auto comparison = judge::compare(before, after);
  if (options.strict) {
    if (auto same = refuse_different(comparison.differences); !same) return report_error(same.error());
  }
  const auto verdicts = judged(options, conditions, comparison, before, after);
  if (!verdicts) return report_error(verdicts.error());
  const report::ComparedRuns runs{
      .before = before, .after = after, .comparison = comparison, .conditions = *verdicts};
  if (auto printed = print_data(rendered(runs, options)); !printed) return report_error(printed.error());
  return exit_code_of(*verdicts);
}

}  // namespace

void add_compare(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<CompareOptions>();
  auto* command = app.add_subcommand("compare", "what changed from one run to another");
  command->add_option("run_a", options->before, "the earlier one: its id, a unique beginning of it, or last")
      ->required()
      ->type_name("RUN_A");
  command->add_option("run_b", options->after, "the one held against it")->required()->type_name("RUN_B");
  command
      ->add_option("--fail-if", options->fail_if,
                   "exit 99 where it surely holds: 'p99 worse than 5%'; may be given several times")
      ->type_name("CONDITION")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_flag("--strict", options->strict, "refuse (exit 4) where machines or settings differ");
  command->add_option("--format", options->format, "terminal, md or json")
      ->check(CLI::IsMember({"terminal", "md", "json"}))
      ->capture_default_str();
  command->add_flag("--json", options->json, "as --format json");
  command->callback([options, &chosen] { chosen.action = [options] { return compare_runs(*options); }; });
}

}  // namespace shootout::cli
