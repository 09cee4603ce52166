#include "engine/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

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

std::vector<Share> shares_of(const LoadPlan& plan) {
  const std::uint64_t threads = std::min(plan.threads, plan.connections);
  std::vector<Share> shares(threads);
  // Connections evenly; requests in proportion to them.
  const auto connections_before = [&](std::uint64_t thread) { return plan.connections * thread / threads; };
  for (std::uint64_t i = 0; i < threads; ++i) {
    Share& share = shares[i];
    const std::uint64_t first = connections_before(i), last = connections_before(i + 1);
    share.thread = i;
    share.connections = static_cast<unsigned>(last - first);
    share.requests = Share::kUnlimited;
    if (plan.requests) {
      const auto requests_before = [&](std::uint64_t connections) {
        const std::uint64_t each = *plan.requests / plan.connections,
                            over = *plan.requests % plan.connections;
        return each * connections + over * connections / plan.connections;
      };
      share.requests = requests_before(last) - requests_before(first);
    }
    share.requests_per_connection = plan.requests_per_connection.value_or(Share::kUnlimited);
    if (!plan.cpus.empty()) share.cpu = plan.cpus[i % plan.cpus.size()];
  }
  return shares;
}

Result<Offer> make_offer(const LoadPlan& plan) {
  if (auto valid = validate(plan); !valid) return std::unexpected(valid.error());
  const auto url = parse_url(plan.url);
  auto checks = CheckList::make(plan.checks);
  if (auto cpus = check_cpus(plan.cpus); !cpus) return std::unexpected(cpus.error());
  if (auto allowed = allow_open_files(plan.connections, plan.threads); !allowed) {
    return std::unexpected(allowed.error());
  }
  auto target = find_target(*url, plan.connect_timeout_s);
  if (!target) return std::unexpected(target.error());
  Offer offer;
  offer.target = std::move(*target);
  offer.request = make_request(plan, *url);
  offer.checks = std::move(*checks);
  for (std::size_t status = 200; status < 400; ++status)
    offer.accepted[status] = plan.accepted_status.empty();
  for (const int status : plan.accepted_status) offer.accepted.set(static_cast<std::size_t>(status));
  offer.timeout = from_seconds(plan.timeout_s);
  offer.connect_timeout = from_seconds(plan.connect_timeout_s);
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
      : offer_(offer), shares_(std::move(shares)), conduct_(shares_.size()) {}

  void start() {
    begun_ = monotonic_now();
    reports_.resize(shares_.size(), std::unexpected(Error{}));
    for (std::size_t i = 0; i < shares_.size(); ++i) {
      threads_.emplace_back([this, i] {
        reports_[i] = Worker::run(offer_, shares_[i], conduct_);
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
  LoadProgress progress(Nanoseconds now) {
    const Slice recent = conduct_.series.take_recent();
    return {.elapsed_s = seconds(now - begun_),
            .completed = recent.completed,
            .errors = recent.errors,
            .p50_us = recent.quantile(0.5),
            .p99_us = recent.quantile(0.99)};
  }

  const Offer& offer_;
  std::vector<Share> shares_;
  Conduct conduct_;
  std::vector<Result<Worker::Report>> reports_;  ///< a thread's, when it has ended
  Nanoseconds begun_ = 0;
  std::mutex mutex_;
  std::condition_variable all_ended_;
  std::size_t ended_ = 0;
  std::vector<std::jthread> threads_;
};

Result<LoadResult> Run::result() {
  LoadResult result;
  Nanoseconds first_connect = kNever, last_opened = 0, last_done = 0, ended = 0, window_end = 0;
  for (const auto& outcome : reports_) {
    if (!outcome) return std::unexpected(outcome.error());
    const Worker::Report& report = *outcome;
    report.recorder.add_to(result);
    result.threads.push_back(report.rate);
    if (report.cpu_begin.at > 0) {  // else the load was stopped before its window
      result.cpu_user_s += report.cpu_end.user_s - report.cpu_begin.user_s;
      result.cpu_system_s += report.cpu_end.system_s - report.cpu_begin.system_s;
      result.wall_s = std::max(result.wall_s, seconds(report.cpu_end.at - report.cpu_begin.at));
    }
    first_connect = std::min(first_connect, report.first_connect);
    last_opened = std::max(last_opened, report.recorder.last_opened());
    last_done = std::max(last_done, report.recorder.last_done());
    window_end = std::max(window_end, report.recorder.window().end);
    ended = std::max(ended, report.ended);
  }
  const bool counted = offer_.window.end == kNever;
  if (counted) {
    result.duration_s = last_done > first_connect ? seconds(last_done - first_connect) : 0;
  } else {
    result.duration_s = seconds(std::max<Nanoseconds>(window_end - offer_.window.begin, 0));
    result.drain_s = seconds(std::max<Nanoseconds>(ended - window_end, 0));
  }
  if (last_opened > first_connect) result.open_s = seconds(last_opened - first_connect);
  if (result.duration_s > 0) result.concurrency_mean /= result.duration_s;
  result.service = result.latency;  // in a closed loop nothing waits to be sent
  result.series = conduct_.series.points(result.duration_s);
  result.max_rss_bytes = most_resident_bytes();
  return result;
}

/// Why the generator itself spoiled the measurement, if it did.
void judge(LoadResult& result, bool by_duration) {
  const auto threads = static_cast<double>(result.threads.size());
  if (result.wall_s >= kShortestJudged) {
    const double share = (result.cpu_user_s + result.cpu_system_s) / (result.wall_s * threads);
    if (share > kMostCpuOfAThread) {
      result.reasons.push_back(fmt::format(
          "the generator was the bottleneck: its threads used {:.0f} % of a core each (more than {:.0f} %)",
          100 * share, 100 * kMostCpuOfAThread));
    }
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
  offer->window.begin = monotonic_now() + from_seconds(plan.settle_s);
  if (plan.duration_s) offer->window.end = offer->window.begin + from_seconds(*plan.duration_s);
  Run run(*offer, shares_of(plan));
  run.start();
  const bool stopped = run.wait(control);
  auto result = run.result();
  if (!result) return result;
  result->url = plan.url;
  result->interrupted = stopped;
  judge(*result, plan.duration_s.has_value());
  return result;
}

}  // namespace shootout::engine
