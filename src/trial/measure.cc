#include "trial/measure.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <thread>

#include "generator/load_document.h"
#include "judge/gates.h"
#include "observe/observer.h"
#include "trial/counters.h"

namespace shootout::trial {
namespace {

constexpr double kSampleInterval = 0.1;
constexpr double kDrainTimeout = 35;  // the upstream's longest delay, and some

observe::Watched watched(const launch::Server& server) {
  return {server.name, server.pid, server.port};
}

const observe::TreeObservation* find_tree(const observe::Observation& observation, const std::string& name) {
  const auto found = std::ranges::find(observation.trees, name, &observe::TreeObservation::name);
  return found == observation.trees.end() ? nullptr : &*found;
}

void load_metrics(const engine::LoadResult& result, std::optional<unsigned> calls, bool counts_calls,
                  std::map<std::string, double>& metrics) {
  metrics["duration_s"] = result.duration_s;
  metrics["requests"] = static_cast<double>(result.started);
  metrics["errors"] = static_cast<double>(result.error_count());
  if (result.started > 0) {
    metrics["success_rate"] = static_cast<double>(result.succeeded) / static_cast<double>(result.started);
  }
  if (result.duration_s > 0) {
    const double each = counts_calls && calls ? *calls : 1;
    metrics["requests_per_second"] = static_cast<double>(result.succeeded) * each / result.duration_s;
  }
  const auto& latency = result.latency;
  if (result.completed > 0) {
    metrics["bytes_per_answer"] =
        static_cast<double>(result.bytes_received) / static_cast<double>(result.completed);
  }
  if (latency.count() > 0) {
    metrics["latency_mean_us"] = latency.mean();
    metrics["latency_p50_us"] = latency.quantile(0.5);
    metrics["latency_max_us"] = latency.max();
  }
  // A quantile needs at least ten values beyond it (docs/method.md).
  if (latency.count_beyond(0.95) >= 10) metrics["latency_p95_us"] = latency.quantile(0.95);
  if (latency.count_beyond(0.99) >= 10) metrics["latency_p99_us"] = latency.quantile(0.99);
  if (result.wall_s > 0)
    metrics["generator_cpu_percent"] = 100 * (result.cpu_user_s + result.cpu_system_s) / result.wall_s;
}

void tree_metrics(const observe::TreeObservation& tree, std::map<std::string, double>& metrics) {
  metrics["cpu_user_s"] = tree.cpu_user_s;
  metrics["cpu_system_s"] = tree.cpu_system_s;
  metrics["cpu_percent"] = tree.cpu_percent();
  if (const auto requests = metrics.find("requests"); requests != metrics.end() && requests->second > 0) {
    metrics["cpu_us_per_request"] = 1e6 * (tree.cpu_user_s + tree.cpu_system_s) / requests->second;
  }
  metrics["rss_bytes"] = static_cast<double>(tree.peak_rss_bytes);
  const auto optional = [&metrics](const char* name, const std::optional<std::int64_t>& value) {
    if (value) metrics[name] = static_cast<double>(*value);
  };
  optional("pss_bytes", tree.peak_pss_bytes);
  optional("disk_read_bytes", tree.disk_read_bytes);
  optional("disk_written_bytes", tree.disk_written_bytes);
  optional("network_received_bytes", tree.network_received_bytes);
  optional("network_sent_bytes", tree.network_sent_bytes);
  std::uint64_t connections = 0, fullest = 0;
  for (const auto& [pid, count] : tree.connections_by_process) {
    connections += count;
    fullest = std::max(fullest, count);
  }
  if (connections > 0) {
    metrics["workers_serving"] = static_cast<double>(tree.connections_by_process.size());
    metrics["fullest_worker_share"] = static_cast<double>(fullest) / static_cast<double>(connections);
  }
}

nlohmann::json observed_json(const observe::Observation& observation, const std::string& contender,
                             const Bench& bench) {
  nlohmann::json observed{{"samples", observation.samples}};
  if (const auto* tree = find_tree(observation, contender)) {
    nlohmann::json split = nlohmann::json::object();
    for (const auto& [pid, count] : tree->connections_by_process) split[std::to_string(pid)] = count;
    observed["connections_by_worker"] = split;
    observed["connections_never_accepted"] = tree->connections_never_accepted;
    observed["ended"] = tree->ended;
    observed["appeared"] = tree->appeared;
  }
  for (const auto& [name, service] : bench.stage->services) {
    const auto* tree = find_tree(observation, service.name);
    if (tree == nullptr) continue;
    auto& json = observed["services"][name];
    json["cpu_percent"] = tree->cpu_percent();
    json["rss_bytes"] = tree->peak_rss_bytes;
    if (tree->peak_pss_bytes) json["pss_bytes"] = *tree->peak_pss_bytes;
    if (const auto idle = bench.idle.find(service.name); idle != bench.idle.end())
      json["cpu_idle_percent"] = idle->second;
  }
  return observed;
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

engine::LoadPlan load_plan(const suite::Cell& cell, const suite::Launchable& contender,
                           const Pinning& pinning) {
  engine::LoadPlan plan;
  plan.url = contender.url + cell.target;
  plan.mix.front().method = cell.method;
  plan.connections = cell.connections;
  plan.threads = 1;
  plan.requests_per_connection = cell.requests_per_connection;
  plan.timeout_s = cell.timeout_s;
  plan.cpus = pinning.generator;
  for (const auto& check : cell.checks) {
    plan.checks.push_back({engine::Check::Kind::json_equals, check.pointer, check.equals});
  }
  return plan;
}

Result<Measured> measure(const Bench& bench, const PlannedTrial& planned) {
  const auto& selection = *bench.selection;
  const auto& contender = bench.stage->contender(planned.contender);
  const auto& server = bench.stage->servers.at(planned.contender);
  auto load = suite::find_load(selection.suite, planned.load);
  auto scenario = suite::find_scenario(selection.suite, planned.scenario);
  if (!load) return std::unexpected(load.error());
  if (!scenario) return std::unexpected(scenario.error());
  auto cell = suite::cell_of(selection.suite, **load, **scenario, contender);
  if (!cell) return std::unexpected(cell.error());

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
  const auto upstream = urls.find("upstream");
  Counters before;
  if (upstream != urls.end()) {
    if (auto reset = reset_peak(upstream->second); !reset) return std::unexpected(reset.error());
    auto counters = read_counters(upstream->second);
    if (!counters) return std::unexpected(counters.error());
    before = *counters;
  }

  std::vector<observe::Watched> trees;
  if (server.pid != 0) trees.push_back(watched(server));
  for (const auto& [name, service] : bench.stage->services)
    trees.push_back(watched(bench.stage->servers.at(service.name)));
  auto observer = observe::Observer::start(std::move(trees), kSampleInterval);
  if (!observer) return std::unexpected(observer.error());

  auto result = bench.generator->run(load_plan(*cell, contender, *bench.pinning), {}, bench.stop_asked);
  std::optional<Counters> after;
  if (result && upstream != urls.end()) {
    auto counters = drained_counters(upstream->second, kDrainTimeout, bench.stop_asked);
    if (!counters) return std::unexpected(counters.error());
    after = *counters;
  }
  const auto observation = observer->finish();

  if (!result) {
    // The target cannot be reached at all: the trial is void with that reason, the servers' state tells the
    // rest.
    record.valid = false;
    record.reasons.push_back(result.error().what);
    record.observed = observed_json(observation, planned.contender, bench);
    return measured;
  }
  load_metrics(*result, cell->upstream_calls, (*load)->counts == "upstream calls", record.metrics);
  if (const auto* tree = find_tree(observation, planned.contender)) tree_metrics(*tree, record.metrics);
  if (const auto idle = bench.idle.find(planned.contender); idle != bench.idle.end()) {
    record.metrics["cpu_idle_percent"] = idle->second;
  }
  if (after && cell->upstream_calls) {
    record.metrics["upstream_calls"] = static_cast<double>(after->received - before.received);
    record.metrics["upstream_peak"] = static_cast<double>(after->max_waiting);
    record.metrics["upstream_calls_claimed"] = static_cast<double>(result->succeeded) * *cell->upstream_calls;
  }
  record.load_result = generator::to_json(*result);
  record.observed = observed_json(observation, planned.contender, bench);
  record.reasons = judge::failed_gates(record, *cell);
  record.valid = record.reasons.empty();
  measured.lied = judge::target_lied(record, *cell);
  return measured;
}

}  // namespace shootout::trial
