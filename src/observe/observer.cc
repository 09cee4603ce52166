#include "observe/observer.h"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <map>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include "observe/clocks.h"
#include "observe/connection_tracker.h"
#include "observe/connections.h"
#include "observe/own_group.h"
#include "observe/process_stat.h"
#include "observe/process_tree.h"
#include "observe/sample_series.h"
#include "observe/usage_history.h"

namespace shootout::observe {
namespace {

constexpr double kConnectionsEvery_s = 0.05;
constexpr double kMemoryEvery_s = 1;
constexpr size_t kMostSamples = 600;
// Three activities; together they take at most about 2 % of a core.
constexpr double kCpuShareOfEach = 0.007;

// When something is due again, given what it costs.
struct Pace {
  double due_s = 0;
  void done(double now_s, double wanted_interval_s, double cost_s) {
    due_s = now_s + std::max(wanted_interval_s, cost_s / kCpuShareOfEach);
  }
};

struct Tree {
  explicit Tree(Watched what) : watched(std::move(what)), connections(watched.port) {
    if (watched.contained) group = OwnGroup::of(watched.root);
  }
  Watched watched;
  UsageHistory usage;
  ConnectionTracker connections;
  std::vector<pid_t> pids;  // the latest known
  std::map<pid_t, std::string> commands;
  double first_s = 0, last_s = 0;
  std::optional<OwnGroup> group;
  GroupUsage group_first, group_last;
  std::optional<std::int64_t> peak_group_memory;

  void look_at_group() {
    if (!group) return;
    group_last = group->read();
    if (group_last.memory_bytes)
      peak_group_memory = std::max(peak_group_memory.value_or(0), *group_last.memory_bytes);
  }
  void add_group(TreeObservation& total) const;
};

void Tree::add_group(TreeObservation& total) const {
  if (!group) return;
  const auto used = used_between(group_first, group_last);
  if (used.cpu_user_s && used.cpu_system_s) {
    total.cpu_user_s = *used.cpu_user_s;
    total.cpu_system_s = *used.cpu_system_s;
  }
  total.peak_group_memory_bytes = peak_group_memory;
  total.throttled_s = used.throttled_s;
  total.oom_kills = used.oom_kills;
}

}  // namespace

// Until finish() joins it, only the thread touches the rest.
struct Observer::Impl {
  std::vector<Tree> trees;
  double interval_s = 1;
  std::optional<ConnectionReader> reader;
  SampleSeries samples{kMostSamples};
  double started_s = monotonic_s();
  double cpu_s = 0;  // of the observing itself
  Pace usage_pace, memory_pace, connections_pace;

  std::mutex mutex;
  std::condition_variable_any wake;
  std::jthread thread;

  void look_at_usage(bool with_pss, bool keep);
  void look_at_connections();
  void first_look();
  void watch(const std::stop_token& stop);
  Observation last_look();
};

void Observer::Impl::look_at_usage(bool with_pss, bool keep) {
  const double cpu_before = thread_cpu_s();
  std::vector<pid_t> roots;
  roots.reserve(trees.size());
  for (const auto& tree : trees) roots.push_back(tree.watched.root);
  const auto moments = usages_of(roots, with_pss);
  nlohmann::json by_name = nlohmann::json::object();
  for (size_t i = 0; i < trees.size(); ++i) {
    Tree& tree = trees[i];
    tree.usage.add(moments[i]);
    if (with_pss) tree.look_at_group();
    tree.last_s = moments[i].at_s;
    tree.pids.clear();
    for (const auto& process : moments[i].processes) {
      tree.pids.push_back(process.pid);
      // While it lives: one that has ended tells nobody any more what it was.
      if (!tree.commands.contains(process.pid))
        tree.commands[process.pid] = short_command_line(process.pid).value_or(process.name);
    }
    if (keep) by_name[tree.watched.name] = tree.usage.sample();
  }
  const double now = monotonic_s(), cost = thread_cpu_s() - cpu_before;
  cpu_s += cost;
  if (with_pss) {
    memory_pace.done(now, kMemoryEvery_s, cost);
    usage_pace.due_s = now + interval_s;
  } else {
    usage_pace.done(now, interval_s, cost);
  }
  if (keep) {
    const auto rounded = [](double seconds) {
      return static_cast<double>(static_cast<std::int64_t>(seconds * 1e6)) / 1e6;
    };
    samples.add({{"t_s", rounded(now - started_s)},
                 {"observer_cpu_s", rounded(cpu_s)},
                 {"trees", std::move(by_name)}});
  }
}

void Observer::Impl::look_at_connections() {
  if (!reader) return;
  const double cpu_before = thread_cpu_s();
  std::vector<Holders> holders;
  holders.reserve(trees.size());
  for (const auto& tree : trees) holders.push_back({.tree = tree.pids, .listen_port = tree.watched.port});
  if (const auto connections = reader->read(holders)) {
    for (size_t i = 0; i < trees.size(); ++i) trees[i].connections.add((*connections)[i]);
  } else {
    reader.reset();
  }
  const double now = monotonic_s(), cost = thread_cpu_s() - cpu_before;
  cpu_s += cost;
  // The longer it lasts, the less each further look adds.
  constexpr double kLooksAtLeast = 200, kConnectionsAtMostEvery_s = 1;
  const double wanted =
      std::clamp((now - started_s) / kLooksAtLeast, kConnectionsEvery_s, kConnectionsAtMostEvery_s);
  connections_pace.done(now, wanted, cost);
}

void Observer::Impl::first_look() {
  if (auto opened = ConnectionReader::open()) reader = std::move(*opened);
  look_at_usage(true, samples.wants_next());
  look_at_connections();
  for (auto& tree : trees) {
    tree.first_s = tree.last_s;
    tree.group_first = tree.group_last;
    tree.connections.count_bytes_from_here();
  }
}

void Observer::Impl::watch(const std::stop_token& stop) {
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    const double next = std::min(usage_pace.due_s, reader ? connections_pace.due_s : usage_pace.due_s);
    const auto wait = std::chrono::duration<double>(std::max(0.0, next - monotonic_s()));
    if (wake.wait_for(lock, stop, wait, [&] { return stop.stop_requested(); })) return;
    if (const double now = monotonic_s(); now >= usage_pace.due_s) {
      look_at_usage(now >= memory_pace.due_s, samples.wants_next());
    }
    if (monotonic_s() >= connections_pace.due_s) look_at_connections();
  }
}

Observation Observer::Impl::last_look() {
  if (thread.joinable()) {
    thread.request_stop();
    thread.join();
  }
  look_at_usage(true, true);
  look_at_connections();

  Observation observation;
  observation.samples = samples.take();
  for (const auto& tree : trees) {
    TreeObservation total;
    total.name = tree.watched.name;
    total.wall_s = tree.last_s - tree.first_s;
    const CpuUsed cpu = tree.usage.cpu();
    total.cpu_user_s = cpu.user_s;
    total.cpu_system_s = cpu.system_s;
    total.peak_rss_bytes = tree.usage.peak_rss_bytes();
    total.peak_pss_bytes = tree.usage.peak_pss_bytes();
    total.disk_read_bytes = tree.usage.disk_read_bytes();
    total.disk_written_bytes = tree.usage.disk_written_bytes();
    if (reader) {
      const NetworkBytes network = tree.connections.bytes();
      total.network_received_bytes = network.received;
      total.network_sent_bytes = network.sent;
    }
    total.connections_by_process = tree.connections.by_process();
    total.connections_never_accepted = tree.connections.never_accepted();
    total.ended = tree.usage.ended();
    total.appeared = tree.usage.appeared();
    tree.add_group(total);
    for (const auto* pids : {&total.ended, &total.appeared}) {
      for (const pid_t pid : *pids) total.changed[pid] = tree.commands.at(pid);
    }
    observation.trees.push_back(std::move(total));
  }
  return observation;
}

Result<Observer> Observer::start(std::vector<Watched> trees, double interval_s) {
  auto impl = std::make_unique<Impl>();
  impl->interval_s = interval_s;
  for (auto& watched : trees) impl->trees.emplace_back(std::move(watched));
  impl->first_look();
  for (const auto& tree : impl->trees) {
    if (!tree.pids.empty()) continue;
    return fail(ExitCode::environment, fmt::format("{} cannot be observed: its process {} is gone",
                                                   tree.watched.name, tree.watched.root));
  }
  // Signals belong to the thread that waits for them.
  sigset_t all, before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  impl->thread = std::jthread([it = impl.get()](const std::stop_token& stop) { it->watch(stop); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return Observer(std::move(impl));
}

Observer::Observer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Observer::Observer(Observer&&) noexcept = default;
Observer& Observer::operator=(Observer&&) noexcept = default;
Observer::~Observer() = default;

Observation Observer::finish() {
  return impl_->last_look();
}

}  // namespace shootout::observe
