// shootout stats: what the servers that `up` keeps use, as `docker stats` shows it; live, or as CSV.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <optional>
#include <thread>

#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/standing_set.h"
#include "cli/stats_view.h"
#include "observe/connection_tracker.h"
#include "observe/observer.h"
#include "trial/measure.h"

namespace shootout::cli {
namespace {

struct StatsFlags {
  std::string suite, name, csv;
  double interval_s = 1;
  std::optional<unsigned> count;
};

// One look at all servers; a row needs two successive ones.
class Watch {
 public:
  Watch(std::vector<launch::Server> servers, observe::ConnectionReader reader)
      : servers_(std::move(servers)), reader_(std::move(reader)) {
    for (const auto& server : servers_) trackers_.emplace_back(server.port);
    const auto machine = observe::describe_machine();
    memory_bytes_ = machine.value("memory_bytes", std::int64_t{0});
    before_ = look();
  }

  Result<std::vector<StatsRow>> rows() {
    const auto now = look();
    std::vector<observe::Holders> holders;
    for (size_t i = 0; i < servers_.size(); ++i)
      holders.push_back({observe::tree_of(servers_[i].pid), servers_[i].port});
    auto connections = reader_.read(holders);
    if (!connections) return std::unexpected(connections.error());
    std::vector<StatsRow> rows;
    for (size_t i = 0; i < servers_.size(); ++i) {
      trackers_[i].add((*connections)[i]);
      rows.push_back(stats_row(servers_[i].name, before_[i], now[i], trackers_[i].bytes(), memory_bytes_));
    }
    before_ = now;
    return rows;
  }

 private:
  [[nodiscard]] std::vector<observe::TreeUsage> look() const {
    std::vector<pid_t> roots;
    for (const auto& server : servers_) roots.push_back(server.pid);
    return observe::usages_of(roots, true);
  }

  std::vector<launch::Server> servers_;
  observe::ConnectionReader reader_;
  std::vector<observe::ConnectionTracker> trackers_;
  std::vector<observe::TreeUsage> before_;
  std::int64_t memory_bytes_ = 0;
};

bool wait(double seconds) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (std::chrono::steady_clock::now() < until && !interrupted()) {
    std::this_thread::sleep_for(
        std::min(std::chrono::duration<double>(0.1), std::chrono::duration<double>(seconds)));
  }
  return !interrupted();
}

Result<void> watch_on(Watch& watch, const StatsFlags& options) {
  std::ofstream csv;
  if (!options.csv.empty()) {
    csv.open(options.csv, std::ios::binary | std::ios::trunc);
    csv << stats_csv_header();
  }
  const bool live = options.csv.empty() && ::isatty(STDOUT_FILENO) == 1 && options.count.value_or(2) > 1;
  for (unsigned shown = 0; !options.count || shown < *options.count; ++shown) {
    if (!wait(options.interval_s)) return {};
    auto rows = watch.rows();
    if (!rows) return std::unexpected(rows.error());
    if (!options.csv.empty()) {
      for (const auto& row : *rows) csv << stats_csv_row(trial::utc_now(), row);
      csv.flush();
      if (!csv)
        return fail(ExitCode::environment,
                    fmt::format("cannot write {}: {}", options.csv, errno_text(errno)));
      continue;
    }
    const std::string table = stats_table(*rows, columns_of(STDOUT_FILENO));
    if (auto printed = print_data(live ? "\033[H\033[2J" + table : table); !printed) return printed;
  }
  return {};
}

ExitCode stats(const StatsFlags& options) {
  auto set = standing_set(options.suite);
  if (!set) return report_error(set.error());
  auto servers = chosen_servers(*set, options.name);
  if (auto kept = set->hand_over(); !kept) return report_error(kept.error());
  if (!servers) return report_error(servers.error());
  std::erase_if(*servers, [](const launch::Server& server) { return server.pid == 0; });
  auto reader = observe::ConnectionReader::open();
  if (!reader) return report_error(reader.error());
  Watch watch(std::move(*servers), std::move(*reader));
  auto watched = watch_on(watch, options);
  return watched ? interruption() : report_error(watched.error());
}

}  // namespace

void add_stats(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<StatsFlags>();
  auto* command =
      app.add_subcommand("stats", "CPU, memory, network and block I/O of the servers that up keeps");
  command->add_option("suite", options->suite, "the suite")->required()->type_name("SUITE");
  command->add_option("contender", options->name, "only this one");
  command->add_option("--csv", options->csv, "write rows to this file instead");
  command->add_option("--interval", options->interval_s, "seconds between two looks")
      ->check(CLI::Range(0.05, 3600.0))
      ->capture_default_str();
  command->add_option("--count", options->count, "so many looks, then end (default: until Ctrl-C)")
      ->check(CLI::Range(1u, 1000000u));
  command->callback([options, &chosen] { chosen.action = [options] { return stats(*options); }; });
}

}  // namespace shootout::cli
