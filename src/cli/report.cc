// shootout report RUN: what a stored run shows.
#include "report/report.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <memory>

#include "base/folders.h"
#include "cli/commands.h"
#include "cli/report_text.h"
#include "judge/judgement.h"
#include "store/store.h"

namespace shootout::cli {
namespace {

Result<void> write_file(const std::string& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (out) return {};
  return fail(ExitCode::environment, fmt::format("cannot write {}: {}", file, errno_text(errno)));
}

ExitCode report(const std::string& run, const std::string& format, const std::string& output) {
  auto store = store::Store::open(home_folder());
  if (!store) return report_error(store.error());
  auto id = store->find(run);
  if (!id) return report_error(id.error());
  auto record = store->read(*id);
  if (!record) return report_error(record.error());
  auto text = report_text(*record, format, output.empty());
  if (!text) return report_error(text.error());
  auto written = output.empty() ? print_data(*text) : write_file(output, *text);
  return written ? ExitCode::done : report_error(written.error());
}

}  // namespace

Result<std::string> report_text(const suite::RunRecord& run, const std::string& format, bool to_stdout) {
  auto suite = suite::suite_of(run);
  if (!suite) return std::unexpected(suite.error());
  const auto judgement = judge::judge(*suite, run);
  if (format == "md") return report::markdown(*suite, run, judgement);
  if (format == "csv") return report::csv(run);
  if (format == "json") return report::json(*suite, run, judgement);
  report::TerminalStyle style;
  if (to_stdout)
    style = {.width = std::min(columns_of(STDOUT_FILENO), 120), .colour = colour_allowed(STDOUT_FILENO)};
  return report::terminal(*suite, run, judgement, style);
}

void add_report(CLI::App& app, Chosen& chosen) {
  struct Options {
    std::string run, format = "terminal", output;
  };
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("report", "what a stored run shows");
  command->add_option("run", options->run, "its id, a unique beginning of it, or last")
      ->required()
      ->type_name("RUN");
  command->add_option("--format", options->format, "terminal, md, csv or json")
      ->check(CLI::IsMember({"terminal", "md", "csv", "json"}))
      ->capture_default_str();
  command->add_option("--output,-o", options->output, "write it to this file");
  command->callback([options, &chosen] {
    chosen.action = [options] { return report(options->run, options->format, options->output); };
  });
}

}  // namespace shootout::cli
