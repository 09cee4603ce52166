#include "generator/load_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "generator/byte_text.h"

namespace shootout::generator {
namespace {

using engine::ErrorClass;
using engine::Histogram;
using engine::LoadResult;
using nlohmann::json;

constexpr std::uint64_t kFewestBeyond = 10;
constexpr std::array<std::pair<const char*, double>, 6> kQuantiles = {
    {{"p50", 0.5}, {"p75", 0.75}, {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}, {"p99_9", 0.999}}};

json summary_of(const Histogram& latencies) {
  json summary = {{"count", latencies.count()}};
  if (latencies.count() == 0) return summary;
  summary["mean"] = latencies.mean();
  summary["min"] = latencies.min();
  summary["max"] = latencies.max();
  if (latencies.count() > 1) {
    summary["stdev"] = latencies.stdev();
    summary["within_1_stdev"] = latencies.within_one_stdev();
  }
  for (const auto& [name, q] : kQuantiles) {
    if (q == 0.5 || latencies.count_beyond(q) >= kFewestBeyond) summary[name] = latencies.quantile(q);
  }
  return summary;
}

/// Only the classes that occurred: a long load has thousands of points.
json occurred(const std::array<std::uint64_t, engine::kErrorClasses>& counts) {
  json errors = json::object();
  for (std::size_t i = 0; i < engine::kErrorClasses; ++i) {
    if (counts[i] > 0) errors[std::string(name(static_cast<ErrorClass>(i)))] = counts[i];
  }
  return errors;
}

json series_of(const LoadResult& result) {
  json series = json::array();
  double begin_s = 0;
  for (const auto& point : result.series) {
    json told = {{"t_s", point.t_s},
                 {"completed", point.completed},
                 {"errors", occurred(point.errors)},
                 {"bytes_sent", point.bytes_sent},
                 {"bytes_received", point.bytes_received},
                 {"connections", point.connections}};
    if (point.t_s > begin_s)
      told["requests_per_second"] = static_cast<double>(point.completed) / (point.t_s - begin_s);
    if (point.completed > 0) told["p50_us"] = point.p50_us;
    if (point.completed / 100 >= kFewestBeyond) told["p99_us"] = point.p99_us;
    begin_s = point.t_s;
    series.push_back(std::move(told));
  }
  return series;
}

json stages_of(const LoadResult& result) {
  json stages = json::array();
  for (const auto& stage : result.stages) {
    json told = {{"level", result.offered_rps ? "requests_per_second" : "connections"},
                 {"from", stage.from},
                 {"to", stage.to},
                 {"begin_s", stage.begin_s},
                 {"end_s", stage.end_s},
                 {"started", stage.started},
                 {"completed", stage.completed},
                 {"errors", stage.error_count()},
                 {"errors_by_class", occurred(stage.errors)},
                 {"unanswered", stage.unanswered},
                 {"latency_us", summary_of(stage.latency)}};
    if (stage.end_s > stage.begin_s) told["requests_per_second"] = stage.requests_per_second();
    stages.push_back(std::move(told));
  }
  return stages;
}

json tls_of(const engine::TlsSummary& tls) {
  json told = {{"handshakes", tls.handshakes}, {"resumed", tls.resumed}};
  if (!tls.version.empty()) told["version"] = text_of_bytes(tls.version);
  if (!tls.cipher.empty()) told["cipher"] = text_of_bytes(tls.cipher);
  if (!tls.protocol.empty()) told["protocol"] = text_of_bytes(tls.protocol);
  return told;
}

json lateness_of(const Histogram& lateness) {
  json told = json::object();
  if (lateness.count() == 0) return told;
  told["p50"] = lateness.quantile(0.5);
  if (lateness.count_beyond(0.99) >= kFewestBeyond) told["p99"] = lateness.quantile(0.99);
  told["max"] = lateness.max();
  return told;
}

/// What the load generator can say of itself.
json generator_of(const LoadResult& result) {
  json generator = json::object();
  if (result.max_rss_bytes > 0) generator["max_rss_bytes"] = result.max_rss_bytes;
  if (result.wall_s > 0) {
    generator["cpu_user_s"] = result.cpu_user_s;
    generator["cpu_system_s"] = result.cpu_system_s;
    generator["spin_s"] = result.spin_s;
    if (result.waited_for_cpu_s) generator["waited_for_cpu_s"] = *result.waited_for_cpu_s;
    generator["wall_s"] = result.wall_s;
  }
  if (result.offered_rps) {
    generator["offered_rps"] = *result.offered_rps;
    generator["lateness_us"] = lateness_of(result.lateness);
  }
  if (result.sent_rps) generator["achieved_rps"] = *result.sent_rps;
  if (result.duration_s > 0) {
    if (!result.offered_rps) generator["achieved_rps"] = result.requests_per_second();
    generator["concurrency_mean"] = result.concurrency_mean;
    if (result.concurrency_mean > 0) generator["littles_law_error"] = result.littles_law_error();
  }
  return generator;
}

json threads_of(const LoadResult& result) {
  json threads = json::array();
  for (const auto& rate : result.threads) {
    json thread = json::object();  // a load shorter than an interval has no rates
    if (rate.max > 0)
      thread["requests_per_second"] = {{"mean", rate.mean},
                                       {"stdev", rate.stdev},
                                       {"max", rate.max},
                                       {"within_1_stdev", rate.within_one_stdev()}};
    threads.push_back(std::move(thread));
  }
  return threads;
}

json errors_of(const LoadResult& result) {
  json errors = json::object();
  for (std::size_t i = 0; i < engine::kErrorClasses; ++i) {
    errors[std::string(name(static_cast<ErrorClass>(i)))] = result.errors[i];
  }
  return errors;
}

json statuses_of(const LoadResult& result) {
  json statuses = json::object();
  for (const auto& [code, count] : result.status) statuses[std::to_string(code)] = count;
  return statuses;
}

json offences_of(const LoadResult& result) {
  json offences = json::array();
  for (const auto& offence : result.offences) {
    offences.push_back({{"error", name(offence.error)},
                        {"what", text_of_bytes(offence.what)},
                        {"answer", text_of_bytes(offence.answer)}});
  }
  return offences;
}

}  // namespace

json load_document(const LoadResult& result) {
  json document = {
      {"schema", "shootout.load/1"},
      {"valid", result.reasons.empty()},
      {"reasons", result.reasons},
      {"interrupted", result.interrupted},
      {"url", text_of_bytes(result.url)},
      {"duration_s", result.duration_s},
      {"drain_s", result.drain_s},
      {"requests",
       {{"started", result.started},
        {"completed", result.completed},
        {"succeeded", result.succeeded},
        {"unanswered", result.unanswered},
        {"never_sent", result.never_sent}}},
      {"errors", errors_of(result)},
      {"connections",
       {{"opened", result.connections_opened},
        {"never_opened", result.connections_never_opened},
        {"never_served", result.connections_never_served},
        {"closed_by_server_idle", result.closed_by_server_idle}}},
      {"status", statuses_of(result)},
      {"bytes", {{"sent", result.bytes_sent}, {"received", result.bytes_received}}},
      {"latency_us", summary_of(result.latency)},
      {"service_us", summary_of(result.service)},
      {"first_byte_us", summary_of(result.first_byte)},
      {"threads", threads_of(result)},
      {"generator", generator_of(result)},
      {"series", series_of(result)},
      {"offences", offences_of(result)},
  };
  if (result.connections_opened > 0) document["connections"]["open_s"] = result.open_s;
  if (!result.address.empty()) document["address"] = text_of_bytes(result.address);
  document["throughput"] = json::object();
  if (result.duration_s > 0) {
    document["throughput"] = {{"requests_per_second", result.requests_per_second()},
                              {"bytes_per_second", result.bytes_per_second()}};
  }
  if (result.unanswered_wait.count() > 0) document["unanswered_wait_us"] = summary_of(result.unanswered_wait);
  if (result.waiting_at_end.count() > 0) document["waiting_at_end_us"] = summary_of(result.waiting_at_end);
  if (auto before = occurred(result.errors_before); !before.empty())
    document["errors_before_window"] = std::move(before);
  if (!result.stages.empty()) document["stages"] = stages_of(result);
  if (result.tls) document["tls"] = tls_of(*result.tls);
  if (result.websocket) {
    document["websocket"] = {{"messages", result.completed}};
    if (result.duration_s > 0) document["websocket"]["round_trips_per_second"] = result.requests_per_second();
  }
  return document;
}

}  // namespace shootout::generator
