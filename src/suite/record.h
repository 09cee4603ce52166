// What a run leaves behind: the vocabulary between those who measure, store, judge and report.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace shootout::suite {

/// A figure that a gate looked at.
struct GateFigure {
  std::string gate;    ///< "verification", "generator", "environment", "steady state", "fairness"
  std::string figure;  ///< its name, e.g. "steal_percent"
  double value = 0;
  double threshold = 0;  ///< of the suite
  bool passed = true;
  std::string reason;  ///< in a sentence, where it did not pass
};

/// One trial. A metric that was not taken is absent, never 0. Names and units:
///   duration_s                    of fixed work: first connect to last byte of the answers; else the window
///   requests_per_second           as the load counts them (client requests, or upstream calls)
///   latency_mean_us, latency_p50_us, latency_p95_us, latency_p99_us, latency_max_us
///   success_rate                  0 to 1
///   requests, errors              counts
///   cpu_user_s, cpu_system_s, cpu_percent (of one core), cpu_us_per_request    of the contender's tree
///   cpu_idle_percent              of the tree at rest, in the same replicate
///   pss_bytes, rss_bytes          the highest sample of the tree under load
///   network_received_bytes, network_sent_bytes, disk_read_bytes, disk_written_bytes   of the tree
///   upstream_calls                the service's count after the drain, less the count before
///   upstream_calls_claimed        what the good answers claim
///   upstream_peak                 the most calls that waited at once
///   workers_serving               worker processes that held at least one connection
///   fullest_worker_share          0 to 1: the largest share of the connections that one worker held
///   bytes_per_answer              received by the generator, heads included, a completed answer
///   generator_cpu_percent         of one core
///   generator_wait_percent        of the window, in which it could have run but had no core
///   concurrency_mean              requests in flight, over the window
///   shared_cores_percent          where the generator and the servers do not keep apart: what both took of their
///                                 cores
///   littles_law_percent           how far mean concurrency is from throughput x mean latency
///   lateness_p99_us               open loop: how much later than planned requests went out
///   offered_per_second            open loop
///   carried_percent               open loop: answers in the window by requests offered in it
///   ceiling_per_second            the ceiling server's rate under the same load, in the same replicate
///   bytes_per_second              received in the window
struct TrialRecord {
  int number = 0;   ///< its place in the plan, from 1
  int attempt = 1;  ///< a trial that was void may be measured again; each attempt is a record
  std::string contender, scenario, load;
  int replicate = 0, block = 0;  ///< from 1
  int position = 0;              ///< in the block, from 1
  std::string started_at;        ///< ISO 8601, UTC
  bool valid = true;
  std::vector<std::string> reasons;  ///< of the gates that failed
  std::vector<GateFigure> gates;     ///< every figure that a gate looked at, whatever came of it
  double run_s = 0;  ///< at its end, seconds of the run; what lay between a break and --resume is not counted
  std::map<std::string, double> metrics;
  nlohmann::json load_result;  ///< the engine's whole result, histograms included
  /// samples per interval and process, connections by worker; `environment`: what observe/environment.h
  /// tells; `portrait`: what observe/portrait.h tells, in the first block of a replicate
  nlohmann::json observed;
  std::string log_file;  ///< the contender's output
};

enum class RunState { running, finished, interrupted, failed };

struct RunRecord {
  std::string id;  ///< 2026-11-22-153012-io-4f2a
  std::string suite, profile;
  std::uint64_t seed = 0;
  std::string started_at, ended_at;
  RunState state = RunState::running;
  std::string suite_text;  ///< the suite file, as it was
  /// contenders, scenarios, loads, replicates, overrides, ports, pinning; "trials": how many are planned (the
  /// most, where precision decides); "blocks"; "precision" and "budget_s" where wanted
  nlohmann::json plan;
  nlohmann::json machine;     ///< kernel, CPU, cores, memory, limits
  nlohmann::json contenders;  ///< by name: title, framework, server, parameters, packages, workers, slots ...
  std::vector<TrialRecord> trials;
};

}  // namespace shootout::suite
