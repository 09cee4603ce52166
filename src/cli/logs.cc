// shootout logs: what the servers that `up` keeps have written.
#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <memory>
#include <thread>

#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/standing_set.h"

namespace shootout::cli {
namespace {

// One server's log, read on from where it was read to; whole lines only.
class LogReader {
 public:
  LogReader(const launch::Server& server, bool with_name)
      : file_(server.log_file), prefix_(with_name ? server.name + " | " : "") {}

  [[nodiscard]] std::vector<std::string> new_lines() {
    std::vector<std::string> lines;
    std::ifstream file(file_);
    file.seekg(position_);
    std::string line;
    while (std::getline(file, line) && !file.eof()) {
      position_ = file.tellg();
      lines.push_back(prefix_ + line + "\n");
    }
    return lines;
  }

 private:
  std::filesystem::path file_;
  std::string prefix_;
  std::streamoff position_ = 0;
};

ExitCode logs(const std::string& suite, const std::string& name, bool follow, size_t last) {
  auto set = standing_set(suite);
  if (!set) return report_error(set.error());
  auto servers = chosen_servers(*set, name);
  if (auto kept = set->hand_over(); !kept) return report_error(kept.error());
  if (!servers) return report_error(servers.error());

  std::vector<LogReader> readers;
  for (const auto& server : *servers) readers.emplace_back(server, servers->size() > 1);
  bool first = true;
  for (;;) {
    std::string text;
    for (auto& reader : readers) {
      const auto lines = reader.new_lines();
      const size_t skip = first && lines.size() > last ? lines.size() - last : 0;
      for (size_t i = skip; i < lines.size(); ++i) text += lines[i];
    }
    first = false;
    if (auto printed = print_data(text); !printed) return report_error(printed.error());
    if (!follow) return ExitCode::done;
    if (interrupted()) return interruption();
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}

}  // namespace

void add_logs(CLI::App& app, Chosen& chosen) {
  struct Options {
    std::string suite, name;
    bool follow = false;
    size_t last = 200;
  };
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("logs", "what the servers that up keeps have written");
  command->add_option("suite", options->suite, "the suite")->required()->type_name("SUITE");
  command->add_option("contender", options->name, "only this one's");
  command->add_flag("-f,--follow", options->follow, "go on as they write");
  command->add_option("-n,--lines", options->last, "so many of the last lines of each")
      ->capture_default_str();
  command->callback([options, &chosen] {
    chosen.action = [options] { return logs(options->suite, options->name, options->follow, options->last); };
  });
}

}  // namespace shootout::cli
