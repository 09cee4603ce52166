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
///   latency_mean_us, latency_p50_us, latency_p90_us, latency_p95_us, latency_p99_us, latency_max_us
///   success_rate                  0 to 1
///   requests, errors              counts
///   cpu_user_s, cpu_system_s, cpu_percent (of one core), cpu_us_per_request    of the contender's tree
///   cpu_idle_percent              of the tree at rest, in the same replicate
///   pss_bytes, rss_bytes          the highest sample of the tree under load
///   container_memory_bytes        of a container: what its control group held at most, inactive page cache
///   not counted proxy_cpu_us_per_request      of a container on a network of its own: the process that
///   carries its port pss_start_bytes, rss_start_bytes, pss_end_bytes, rss_end_bytes   its first and last
///   sample network_received_bytes, network_sent_bytes, disk_read_bytes, disk_written_bytes   of the tree
///   upstream_calls                the service's count after the drain, less the count before
///   upstream_calls_claimed        what the good answers claim
///   upstream_peak                 the most calls that waited at once
///   workers_serving               worker processes that held at least one connection
///   fullest_worker_share          0 to 1: the largest share of the connections that one worker held
///   bytes_per_answer              received by the generator, heads included, a completed answer
///   generator_cpu_percent         of one core
///   generator_wait_percent        of the window, in which it could have run but had no core; of several
///                                 threads the mean
///   concurrency_mean              requests in flight, over the window
///   shared_cores_percent          where the generator and the servers do not keep apart: what both took of
///   their
///                                 cores
///   littles_law_percent           how far mean concurrency is from throughput x mean latency
///   lateness_p99_us               open loop: how much later than planned requests went out
///   offered_per_second            open loop
///   carried_percent               open loop: answers in the window by requests offered in it
///   ceiling_per_second            the ceiling server's rate under the same load, in the same replicate
///   bytes_per_second              received in the window
///   sent_bytes_per_second         of the requests that were answered in the window
///   first_byte_p50_us, first_byte_p99_us   from the send to the answer's first byte
///   latency_stdev_us, latency_within_1_stdev   the latter 0 to 1: the share within one of the mean
///   thread_rate_mean, thread_rate_stdev, thread_rate_max, thread_rate_within_1_stdev   answers/s of one of
///                                 the generator's threads, over intervals of 100 ms
///   answers, bytes_received       whole answers that came inside the window, and what came in it
///   generator_rss_bytes           the most that the generator's process ever held
///   connections_opened            sockets, those opened again after an error included
///   connections_never_accepted    seen waiting in the server's backlog only
///   open_s                        from the first connect() until each connection had been open once;
///                                 absent where one never was
///   listen_backlog                the server's listening queue, as listen(2) got it
///   listen_overflows, listen_drops   connections that it lost: TcpExt of the server's network namespace over
///                                 the trial, its opening and settling included
///   database_cpu_percent, database_cpu_us_per_request   of the service postgres, the latter an answer
///   rows_read, rows_written       the database's own counts over the trial
///   rows_read_claimed, rows_written_claimed   what the good answers claim
/// and of a spike, whose rates and latencies above are over all of it:
///   hold_requests_per_second, hold_p99_us   while it holds its highest level
///   shed                          requests that got no good answer, of all classes
///   recovery_s                    from the end of the highest level until p99 stays within 10 % of what it
///   was
///                                 at the first level; absent where it never did
///   memory_kept_bytes             PSS (else RSS) at the end less that at the start; below 0 it gave back
/// and of a steady load with the statistics of wrk, where errors are findings:
///   socket_errors_connect, socket_errors_read, socket_errors_write, socket_errors_timeout   as wrk has them:
///                                 resolve, connect and tls; read, reset, closed and protocol; write; timeout
///   errors_before_window          of requests that were sent while connections were opened and settled
///   slower_than_2s                0 to 1: of the requests that were answered, timed out or were given up,
///                                 those with more than 2 s
///   waiting_at_end                requests under way when the window ended
///   waited_at_end_p50_us, waited_at_end_max_us   how long those had waited then
///   waited_all_along              of those, the ones sent before the window began: in a closed loop as many
///                                 connections got no answer in all of it
///   connections_never_opened      of the load's, those that no connect() came through for
///   connections_never_served      sockets that were open and closed without one whole answer
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
  /// tells; of a container `container`: {throttled_percent (of the time, by its CPU limit), oom_kills};
  /// `portrait`: what observe/portrait.h tells, in the first block of a replicate; `served_by`: the
  /// contender whose server it was, where it was another's; `generator_cores`: how many it had; of a spike
  /// `phases`: [{name, role, connections, begin_s, end_s, started, completed, completed_in_phase, errors,
  /// unanswered, requests_per_second, p50_us, p99_us}], a quantile only with 10 values beyond it
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
