#include "trial/measure.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <thread>

#include "generator/load_document.h"
#include "judge/gates.h"
#include "observe/environment.h"
#include "observe/observer.h"
#include "observe/port_proxy.h"
#include "observe/process_tree.h"
#include "trial/counters.h"
#include "trial/metrics.h"
#include "trial/phases.h"
#include "trial/rows.h"
#include "trial/wrk_metrics.h"

namespace shootout::trial {
namespace {

constexpr double kSampleInterval = 0.1;
constexpr double kDrainTimeout = 35;  // the upstream's longest delay, and some

observe::Watched watched(const launch::Server& server) {
  return {server.name, server.pid, server.port, !server.container.empty()};
}

const observe::TreeObservation* find_tree(const observe::Observation& observation, const std::string& name) {
  const auto found = std::ranges::find(observation.trees, name, &observe::TreeObservation::name);
  return found == observation.trees.end() ? nullptr : &*found;
}

nlohmann::json observed_json(const observe::Observation& observation, const std::string& contender,
                             const Bench& bench) {
  nlohmann::json observed = nlohmann::json::object();
  if (const auto* tree = find_tree(observation, contender)) {
    nlohmann::json split = nlohmann::json::object();
    for (const auto& [pid, count] : tree->connections_by_process) split[std::to_string(pid)] = count;
    observed["connections_by_worker"] = split;
    observed["connections_never_accepted"] = tree->connections_never_accepted;
    observed["ended"] = tree->ended;
    observed["appeared"] = tree->appeared;
    if (tree->throttled_s && tree->wall_s > 0)
      observed["container"]["throttled_percent"] = std::min(100 * *tree->throttled_s / tree->wall_s, 100.0);
    if (tree->oom_kills) observed["container"]["oom_kills"] = *tree->oom_kills;
    for (const auto& [pid, command] : tree->changed) observed["changed"][std::to_string(pid)] = command;
  }
  for (const auto& [name, service] : bench.stage->services_at_work()) {
    const auto* tree = find_tree(observation, service->name);
    if (tree == nullptr) continue;
    auto& json = observed["services"][name];
    json["cpu_percent"] = tree->cpu_percent();
    json["rss_bytes"] = tree->peak_rss_bytes;
    if (tree->peak_pss_bytes) json["pss_bytes"] = *tree->peak_pss_bytes;
    if (const auto idle = bench.idle.find(service->name); idle != bench.idle.end())
      json["cpu_idle_percent"] = idle->second;
  }
  return observed;
}

// Roots of trees that are not shootout's descendants: containers, and what carries their ports.
std::vector<pid_t> roots_of_containers(const Stage& stage) {
  std::vector<pid_t> roots;
  std::vector<std::uint16_t> published;
  for (const auto& [name, server] : stage.servers) {
    if (server.container.empty()) continue;
    roots.push_back(server.pid);
    if (server.bridged) published.push_back(server.port);
  }
  const auto proxies = observe::port_proxies(published);
  roots.insert(roots.end(), proxies.begin(), proxies.end());
  return roots;
}

// CPU of a process so far.
double proxy_seconds(pid_t pid) {
  const auto usage = observe::usage_of(pid, false);
  return usage.processes.empty() ? 0
                                 : usage.processes.front().cpu_user_s + usage.processes.front().cpu_system_s;
}

// Of one core: the generator, the contender and the services.
double cpu_percent_of_all(const engine::LoadResult& result, const observe::Observation& observation) {
  double percent = result.wall_s > 0 ? 100 * (result.cpu_user_s + result.cpu_system_s) / result.wall_s : 0;
  for (const auto& tree : observation.trees) percent += tree.cpu_percent();
  return percent;
}

// What the database took for the answers.
void add_database_metrics(const observe::Observation& observation, const Bench& bench,
                          const engine::LoadResult& result, Metrics& metrics) {
  const auto services = bench.stage->services_at_work();
  const auto service = services.find("postgres");
  if (service == services.end()) return;
  const auto* tree = find_tree(observation, service->second->name);
  if (tree == nullptr) return;
  metrics["database_cpu_percent"] = tree->cpu_percent();
  if (const double answers = all_answers(result); answers > 0)
    metrics["database_cpu_us_per_request"] = 1e6 * (tree->cpu_user_s + tree->cpu_system_s) / answers;
}

// What became of connections before the server took them.
void add_listener_metrics(const nlohmann::json& environment,
                          const std::map<std::string, nlohmann::json>& portraits, const std::string& server,
                          Metrics& metrics) {
  const auto take = [&metrics](const nlohmann::json& from, const char* name, const char* metric) {
    if (from.contains(name)) metrics[metric] = from.at(name).get<double>();
  };
  take(environment, "listen_overflows", "listen_overflows");
  take(environment, "listen_drops", "listen_drops");
  if (const auto portrait = portraits.find(server); portrait != portraits.end())
    take(portrait->second, "backlog", "listen_backlog");
}

// The whole result of fixed work; of the many short trials of a steady load what quantiles are merged from.
nlohmann::json kept(const engine::LoadResult& result, const suite::Cell& cell) {
  auto json = generator::to_json(result);
  if (cell.window) {
    for (const char* bulky : {"series", "threads", "first_byte", "waiting_at_end"}) json.erase(bulky);
    if (!cell.rate) json.erase("service");  // a closed loop sends when it plans
  }
  return json;
}

// As long as the load says, and at least so many of its mean latencies.
suite::Cell with_room(suite::Cell cell, const WarmedUp& warmed_up) {
  constexpr double kLongest = 60;
  auto& window = *cell.window;
  window.seconds =
      std::max(window.seconds, std::min(window.latencies * warmed_up.mean_latency_us * 1e-6, kLongest));
  return cell;
}

}  // namespace

std::string utc_now() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

Result<IdleCpu> measure_idle(const Stage& stage, double seconds, const std::function<bool()>& stop_asked) {
  std::vector<observe::Watched> all;
  for (const auto& [name, server] : stage.servers) {
    if (server.pid != 0) all.push_back(watched(server));
  }
  auto observer = observe::Observer::start(std::move(all), kSampleInterval);
  if (!observer) return std::unexpected(observer.error());
  const auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (std::chrono::steady_clock::now() < until && !(stop_asked && stop_asked())) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  IdleCpu idle;
  for (const auto& tree : observer->finish().trees) idle[tree.name] = tree.cpu_percent();
  return idle;
}

Result<suite::Cell> cell_for(const Bench& bench, const CellName& name, const suite::Launchable& contender) {
  auto load = suite::find_load(bench.selection->suite, name.load);
  if (!load) return std::unexpected(load.error());
  auto scenario = suite::find_scenario(bench.selection->suite, name.scenario);
  if (!scenario) return std::unexpected(scenario.error());
  return suite::cell_of(bench.selection->suite, **load, **scenario, contender);
}

Result<Measured> measure(const Bench& bench, const PlannedTrial& planned) {
  // Another server may serve this scenario in the contender's name.
  const auto& serves = bench.selection->server_of(planned.contender, planned.scenario);
  const auto& contender = bench.stage->contender(serves);
  const auto& server = bench.stage->servers.at(serves);
  auto cell = cell_for(bench, planned.cell(), contender);
  if (!cell) return std::unexpected(cell.error());
  const WarmedUp* warmed_up = nullptr;
  if (cell->window) {
    warmed_up = &bench.warmed_up.at({planned.contender, planned.cell()});
    cell = with_room(std::move(*cell), *warmed_up);
  }
  const bool counts_calls =
      (*suite::find_load(bench.selection->suite, planned.load))->counts == "upstream calls";

  Measured measured;
  auto& record = measured.record;
  record.number = planned.number;
  record.contender = planned.contender;
  record.scenario = planned.scenario;
  record.load = planned.load;
  record.replicate = planned.replicate;
  record.block = planned.block;
  record.position = planned.position;
  record.started_at = utc_now();
  record.log_file = server.log_file.string();

  const auto urls = bench.stage->service_urls();
  const auto upstream = cell->upstream_calls ? urls.find("upstream") : urls.end();
  Counters before;
  if (upstream != urls.end()) {
    if (auto reset = reset_peak(upstream->second); !reset) return std::unexpected(reset.error());
    auto counters = read_counters(upstream->second);
    if (!counters) return std::unexpected(counters.error());
    before = *counters;
  }

  std::vector<observe::Watched> trees;
  if (server.pid != 0) trees.push_back(watched(server));
  for (const auto& [name, service] : bench.stage->services_at_work()) trees.push_back(watched(*service));
  RowCounts rows_before;
  const bool counts_rows = cell->rows && bench.database != nullptr;
  if (counts_rows) {
    auto counts = count_rows(*bench.database, *cell->rows);
    if (!counts) return std::unexpected(counts.error());
    rows_before = *counts;
  }
  observe::EnvironmentWatch environment(::getpid(), server.pid, roots_of_containers(*bench.stage));
  auto observer = observe::Observer::start(std::move(trees), kSampleInterval);
  if (!observer) return std::unexpected(observer.error());

  std::map<pid_t, double> proxies_before;
  if (server.bridged)
    for (const pid_t pid : observe::port_proxies({server.port})) proxies_before[pid] = proxy_seconds(pid);

  const auto seed = bench.seed + static_cast<std::uint64_t>(planned.number);
  auto result = bench.generator->run(load_plan(*cell, contender, *bench.pinning, seed), {}, bench.stop_asked);
  std::optional<Counters> after;
  if (result && upstream != urls.end()) {
    auto counters = drained_counters(upstream->second, kDrainTimeout, bench.stop_asked);
    if (!counters) return std::unexpected(counters.error());
    after = *counters;
  }
  const auto observation = observer->finish();
  record.observed = observed_json(observation, serves, bench);
  if (serves != planned.contender) record.observed["served_by"] = serves;
  if (!server.limits_refused.empty()) record.observed["limits_refused"] = server.limits_refused;
  record.observed["environment"] = environment.finish();
  if (!cell->window) record.observed["samples"] = observation.samples;

  if (!result) {
    // The target cannot be reached at all: the trial is void with that reason, the servers' state tells the
    // rest.
    record.valid = false;
    record.reasons.push_back(result.error().what);
    return measured;
  }
  add_load_metrics(*result, *cell, counts_calls, record.metrics);
  if (server.bridged) {
    const auto proxies = observe::port_proxies({server.port});
    double used_s = 0;
    for (const auto& [pid, before_s] : proxies_before) {
      if (std::ranges::find(proxies, pid) != proxies.end()) used_s += proxy_seconds(pid) - before_s;
    }
    if (const double answers = all_answers(*result); answers > 0 && !proxies_before.empty())
      record.metrics["proxy_cpu_us_per_request"] = 1e6 * used_s / answers;
  }
  if (cell->statistics == suite::Statistics::wrk) add_wrk_metrics(*result, record.metrics);
  if (server.pid != 0)
    add_listener_metrics(record.observed["environment"], bench.portraits, serves, record.metrics);
  if (const auto* tree = find_tree(observation, serves)) {
    add_tree_metrics(*tree, all_answers(*result), record.metrics);
    add_memory_metrics(observation.samples, serves, record.metrics);
  }
  add_database_metrics(observation, bench, *result, record.metrics);
  if (counts_rows) {
    auto counts = count_rows(*bench.database, *cell->rows);
    if (!counts) return std::unexpected(counts.error());
    add_row_metrics(rows_before, *counts, *cell->rows, *result, record.metrics);
  }
  if (!cell->phases.empty()) {
    record.observed["phases"] = phases_json(*result, *cell);
    add_spike_metrics(*result, *cell, record.metrics);
    add_memory_kept(record.metrics);
  }
  if (const auto idle = bench.idle.find(serves); idle != bench.idle.end()) {
    record.metrics["cpu_idle_percent"] = idle->second;
  }
  if (bench.pinning->shared_cores > 0)
    record.metrics["shared_cores_percent"] =
        cpu_percent_of_all(*result, observation) / bench.pinning->shared_cores;
  if (after && cell->upstream_calls) {
    record.metrics["upstream_calls"] = static_cast<double>(after->received - before.received);
    record.metrics["upstream_peak"] = static_cast<double>(after->max_waiting);
    record.metrics["upstream_calls_claimed"] = static_cast<double>(result->succeeded) * *cell->upstream_calls;
  }
  if (const auto portrait = bench.portraits.find(serves);
      warmed_up == nullptr && portrait != bench.portraits.end())
    record.observed["portrait"] = portrait->second;
  if (warmed_up != nullptr) {
    // In the load's own unit, as requests_per_second is.
    const double each = counts_calls && cell->upstream_calls ? *cell->upstream_calls : 1;
    if (warmed_up->ceiling_per_second)
      record.metrics["ceiling_per_second"] = each * *warmed_up->ceiling_per_second;
    if (planned.block == 1) {
      record.observed["portrait"] = warmed_up->portrait;
      record.observed["warm_up"] = {{"seconds", warmed_up->seconds}, {"at_rest", warmed_up->at_rest}};
    }
  }
  record.observed["generator_cores"] = bench.pinning->generator.empty()
                                           ? std::max(bench.pinning->shared_cores, 1)
                                           : static_cast<int>(bench.pinning->generator.size());
  record.load_result = kept(*result, *cell);
  record.gates =
      judge::gate_figures(record, *cell, suite::gates_of(bench.selection->suite, planned.scenario));
  record.reasons = judge::failures(record.gates);
  record.valid = record.reasons.empty();
  measured.lied = judge::target_lied(record, *cell);
  return measured;
}

}  // namespace shootout::trial
