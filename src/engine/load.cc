#include "engine/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <numeric>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/kernel_net.h"
#include "engine/preflight.h"
#include "engine/worker.h"

namespace shootout::engine {
namespace {

constexpr auto kLookAround = std::chrono::milliseconds(50);
constexpr Nanoseconds kProgressEvery = 250 * kMillisecond;
/// A cut is announced this much ahead: longer than a tick, so that every thread sees it in time.
constexpr Nanoseconds kNotice = 2 * Worker::kTick;

constexpr double kMostCpuOfAThread = 0.8;
constexpr double kShortestJudged = 0.25;  ///< seconds; CPU of less says nothing
constexpr double kMostLittlesLawError = 0.02;
constexpr double kFewestLatenciesInWindow = 20;
/// The generator's own lateness enters the latencies: what counts is how much of them it is.
constexpr double kJudgedLateness = 0.99, kMostLatenessUs = 1000, kMostLatenessOfLatency = 0.1;

/// Connections and requests are dealt out to the threads in turn.
std::vector<Share> shares_of(const LoadPlan& plan) {
  const std::uint64_t connections = plan.most_connections();
  const std::uint64_t threads = std::min<std::uint64_t>(plan.threads, connections);
  std::vector<Share> shares(threads);
  for (std::uint64_t i = 0; i < threads; ++i) {
    const auto part = [&](std::uint64_t all) { return (all + threads - 1 - i) / threads; };
    Share& share = shares[i];
    share.thread = i;
    share.connections = static_cast<unsigned>(part(connections));
    share.requests = Share::kUnlimited;
    if (plan.requests) {
      share.requests = *plan.requests / connections * share.connections + part(*plan.requests % connections);
    }
    share.requests_per_connection = plan.requests_per_connection.value_or(Share::kUnlimited);
    if (!plan.cpus.empty()) share.cpu = plan.cpus[i % plan.cpus.size()];
  }
  return shares;
}

/// Nothing has been offered when this fails.
Result<Offer> make_offer(const LoadPlan& plan) {
  if (auto valid = validate(plan); !valid) return std::unexpected(valid.error());
  Offer offer;
  offer.plan = plan;
  offer.url = *parse_url(plan.url);
  auto requests = RequestSource::make(plan, offer.url);
  if (!requests) return std::unexpected(requests.error());
  offer.requests = std::move(*requests);
  auto checks = CheckList::make(plan, offer.requests);
  if (!checks) return std::unexpected(checks.error());
  offer.checks = std::move(*checks);
  if (auto cpus = check_cpus(plan.cpus); !cpus) return std::unexpected(cpus.error());
  const unsigned connections = plan.most_connections();
  if (auto allowed = allow_open_files(connections, plan.threads); !allowed) {
    return std::unexpected(allowed.error());
  }
  if (offer.url.tls) {
    auto tls = TlsClient::make(plan.tls, offer.url.host);
    if (!tls) return std::unexpected(tls.error());
    offer.tls = std::move(*tls);
  }
  auto target = plan.unix_socket.empty() ? find_target(offer.url, plan.connect_timeout_s)
                                         : unix_socket_address(plan.unix_socket);
  if (!target) return std::unexpected(target.error());
  offer.target = std::move(*target);
  if (offer.tls) {
    if (auto trusted = probe_tls(offer.url, offer.target, *offer.tls, plan.connect_timeout_s); !trusted) {
      return std::unexpected(trusted.error());
    }
  }
  if (auto enough = check_ports(offer.target, connections); !enough) return std::unexpected(enough.error());
  // Loads of many connections are more than a second apart, and each has its turn.
  const auto turn = static_cast<std::uint32_t>(monotonic_now() / kSecond) + 1;
  offer.sources = source_addresses(offer.target, connections, local_ports(), turn);
  for (std::size_t status = 200; status < 400; ++status)
    offer.accepted[status] = plan.accepted_status.empty();
  for (const int status : plan.accepted_status) offer.accepted.set(static_cast<std::size_t>(status));
  offer.timeout = from_seconds(plan.timeout_s);
  offer.connect_timeout = from_seconds(plan.connect_timeout_s);
  offer.threads = std::min(plan.threads, connections);
  return offer;
}

/// VmHWM of proc(5). getrusage() would also count what this process was before it called exec.
std::int64_t most_resident_bytes() {
  std::ifstream status("/proc/self/status");
  std::string word;
  std::int64_t kib = 0;
  while (status >> word) {
    if (word == "VmHWM:" && status >> kib) return kib * 1024;
  }
  return 0;
}

/// Starts the threads and looks around while they run.
class Run {
 public:
  Run(const Offer& offer, std::vector<Share> shares)
      : offer_(offer),
        shares_(std::move(shares)),
        conduct_(shares_.size(), from_seconds(offer.plan.series_interval_s)) {}

  void start() {
    begun_ = reported_at_ = monotonic_now();
    // An open loop's window begins when its connections are open.
    if (!offer_.plan.is_open_loop())
      conduct_.begin = begun_ + from_seconds(opening_s() + offer_.plan.settle_s);
    reports_.resize(shares_.size());
    failures_.resize(shares_.size());
    for (std::size_t i = 0; i < shares_.size(); ++i) {
      threads_.emplace_back([this, i] {
        run_thread(i);
        const std::lock_guard lock(mutex_);
        ++ended_;
        all_ended_.notify_one();
      });
    }
  }

  /// Until all threads have ended; true: a stop was asked for.
  bool wait(const RunControl& control) {
    bool stopped = false;
    Nanoseconds next_progress = begun_ + kProgressEvery;
    std::unique_lock lock(mutex_);
    while (!all_ended_.wait_for(lock, kLookAround, [&] { return ended_ == threads_.size(); })) {
      lock.unlock();
      const Nanoseconds now = monotonic_now();
      if (!stopped && control.stop_asked && control.stop_asked()) {
        stopped = true;
        conduct_.cut = now + kNotice;
      }
      if (control.on_progress && now >= next_progress) {
        next_progress = now + kProgressEvery;
        control.on_progress(progress(now));
      }
      lock.lock();
    }
    lock.unlock();
    threads_.clear();  // joins
    return stopped;
  }

  Result<LoadResult> result();

 private:
  /// How long connections that are opened at a stated pace take.
  [[nodiscard]] double opening_s() const {
    const LoadPlan& plan = offer_.plan;
    if (plan.opened_per_second <= 0) return 0;
    return (plan.stages.empty() ? plan.connections : plan.stages.front().from) / plan.opened_per_second;
  }

  void run_thread(std::size_t i) {
    if (shares_[i].cpu) pin_this_thread(*shares_[i].cpu);  // check_cpus() has tried it
    auto net = KernelNet::create();
    if (net) {
      reports_[i] = Worker::run(offer_, shares_[i], conduct_, std::move(*net));
    } else {
      failures_[i] = net.error();
      conduct_.cut = 0;
      conduct_.series.thread_done(i);
    }
  }

  LoadProgress progress(Nanoseconds now) {
    const Slice recent = conduct_.series.take_recent();
    const double rate =
        static_cast<double>(recent.completed - reported_) / seconds(now - std::exchange(reported_at_, now));
    reported_ = recent.completed;
    return {.elapsed_s = seconds(now - begun_),
            .started = recent.sent,
            .completed = recent.completed,
            .rate_rps = rate,
            .errors = std::reduce(recent.errors.begin(), recent.errors.end()),
            .connections = conduct_.series.connections(),
            .window_begun = now >= conduct_.begin,
            .p50_us = recent.quantile(0.5),
            .p99_us = recent.quantile(0.99)};
  }

  const Offer& offer_;
  std::vector<Share> shares_;
  Conduct conduct_;
  std::vector<std::optional<Worker::Report>> reports_;  ///< a thread's, when it has ended
  std::vector<std::optional<Error>> failures_;          ///< why it has none
  Nanoseconds begun_ = 0, reported_at_ = 0;
  std::uint64_t reported_ = 0;  ///< completed at the last report
  std::mutex mutex_;
  std::condition_variable all_ended_;
  std::size_t ended_ = 0;
  std::vector<std::jthread> threads_;
};

Result<LoadResult> Run::result() {
  LoadResult result;
  Nanoseconds first_connect = kNever, last_opened = 0, last_done = 0, ended = 0;
  Window window;
  std::uint64_t sent = 0, stray = 0;
  TlsSummary tls;
  for (std::size_t i = 0; i < reports_.size(); ++i) {
    if (failures_[i]) return std::unexpected(*failures_[i]);
    const Worker::Report& report = *reports_[i];
    report.recorder.add_to(result);
    result.threads.push_back(report.rate);
    if (report.cpu_begin.at > 0) {  // else the load was stopped before its window
      result.cpu_user_s += report.cpu_end.user_s - report.cpu_begin.user_s;
      result.cpu_system_s += report.cpu_end.system_s - report.cpu_begin.system_s;
      result.spin_s += seconds(report.cpu_end.spun - report.cpu_begin.spun);
      if (report.cpu_begin.waited && report.cpu_end.waited)
        result.waited_for_cpu_s =
            result.waited_for_cpu_s.value_or(0) + seconds(*report.cpu_end.waited - *report.cpu_begin.waited);
      result.wall_s = std::max(result.wall_s, seconds(report.cpu_end.at - report.cpu_begin.at));
    }
    sent += report.recorder.sent_in_window();
    stray += report.recorder.stray_answers();
    tls.handshakes += report.tls.handshakes, tls.resumed += report.tls.resumed;
    if (!report.tls.version.empty()) {
      tls.version = report.tls.version, tls.cipher = report.tls.cipher, tls.protocol = report.tls.protocol;
    }
    first_connect = std::min(first_connect, report.first_connect);
    last_opened = std::max(last_opened, report.recorder.last_opened());
    last_done = std::max(last_done, report.recorder.last_done());
    window = report.recorder.window();
    ended = std::max(ended, report.ended);
  }
  const bool counted = !offer_.plan.window_s();
  if (counted) {
    result.duration_s = last_done > first_connect ? seconds(last_done - first_connect) : 0;
  } else if (window.end > window.begin) {
    result.duration_s = seconds(window.end - window.begin);
    result.drain_s = seconds(std::max<Nanoseconds>(ended - window.end, 0));
  }
  if (last_opened > first_connect) result.open_s = seconds(last_opened - first_connect);
  if (result.duration_s > 0) {
    result.concurrency_mean /= result.duration_s;
    if (offer_.plan.is_open_loop()) {
      result.offered_rps = static_cast<double>(result.started) / result.duration_s;
      result.sent_rps = static_cast<double>(sent) / result.duration_s;
    }
  }
  if (offer_.tls) result.tls = std::move(tls);
  result.websocket = offer_.url.websocket;
  result.address = offer_.target.text;
  if (stray > 0) {
    result.reasons.push_back(
        fmt::format("the server sent what nobody had asked for ({} times): answers may have been counted for "
                    "requests that "
                    "they do not belong to",
                    stray));
  }
  result.series = conduct_.series.points(result.duration_s);
  result.max_rss_bytes = most_resident_bytes();
  return result;
}

/// Why the generator itself spoiled the measurement, if it did.
void judge(LoadResult& result, bool by_duration) {
  const auto threads = static_cast<double>(result.threads.size());
  if (result.wall_s >= kShortestJudged) {
    const double cpu_s = result.cpu_user_s + result.cpu_system_s - result.spin_s;
    const double share = cpu_s / (result.wall_s * threads);
    if (share > kMostCpuOfAThread) {
      result.reasons.push_back(fmt::format(
          "the generator was the bottleneck: its threads used {:.0f} % of a core each (more than {:.0f} %)",
          100 * share, 100 * kMostCpuOfAThread));
    }
  }
  const double lateness_us = result.lateness.quantile(kJudgedLateness);
  if (result.lateness.count() > 0 && lateness_us > kMostLatenessUs &&
      lateness_us > kMostLatenessOfLatency * result.latency.quantile(kJudgedLateness)) {
    result.reasons.push_back(
        fmt::format("the generator was late: 1 % of the requests went out {:.1f} ms or more after their "
                    "planned time although "
                    "a connection was free (more than {:.0f} ms, and more than {:.0f} % of the p99 latency)",
                    lateness_us / 1e3, kMostLatenessUs / 1e3, 100 * kMostLatenessOfLatency));
  }
  const bool long_enough = result.latency.count() > 0 &&
                           result.duration_s * 1e6 >= kFewestLatenciesInWindow * result.latency.mean();
  if (by_duration && long_enough && result.littles_law_error() > kMostLittlesLawError) {
    result.reasons.push_back(fmt::format(
        "the generator's counts do not agree: Little's law is off by {:.1f} % (more than {:.0f} %)",
        100 * result.littles_law_error(), 100 * kMostLittlesLawError));
  }
}

}  // namespace

Result<LoadResult> run_load(const LoadPlan& plan, const RunControl& control) {
  auto offer = make_offer(plan);
  if (!offer) return std::unexpected(offer.error());
  Run run(*offer, shares_of(plan));
  run.start();
  const bool stopped = run.wait(control);
  auto result = run.result();
  if (!result) return result;
  result->url = plan.url;
  result->interrupted = stopped;
  judge(*result, plan.window_s().has_value());
  return result;
}

}  // namespace shootout::engine
