// The whole plan and the whole result as JSON, and back (load_document.h).
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "generator/byte_text.h"
#include "generator/load_document.h"

namespace shootout::generator {
namespace {

using engine::Check;
using engine::ErrorClass;
using engine::Histogram;
using engine::LoadPlan;
using engine::LoadResult;
using nlohmann::json;

/// The classes' names in the design's order, for both directions.
std::string class_name(std::size_t index) {
  return std::string(name(static_cast<ErrorClass>(index)));
}

ErrorClass class_named(const std::string& wanted) {
  std::size_t index = 0;
  while (index + 1 < engine::kErrorClasses && class_name(index) != wanted) ++index;
  return static_cast<ErrorClass>(index);
}

constexpr std::array<const char*, 4> kCheckKinds = {"body_contains", "body_equals", "header_equals",
                                                    "json_equals"};

json to_json(const Histogram& histogram) {
  const auto exact = histogram.exact();
  return {{"buckets", histogram.filled_buckets()},
          {"sum_us", exact.sum_us},
          {"sum_squares_us", exact.sum_squares_us},
          {"min_us", exact.min_us},
          {"max_us", exact.max_us}};
}

bool restore(Histogram& histogram, const json& from) {
  const auto buckets = from.at("buckets").get<std::vector<std::pair<std::uint32_t, std::uint64_t>>>();
  return histogram.restore(buckets, {.sum_us = from.at("sum_us"),
                                     .sum_squares_us = from.at("sum_squares_us"),
                                     .min_us = from.at("min_us"),
                                     .max_us = from.at("max_us")});
}

/// Each plain figure of a result under its name, once for both directions.
template <class Result, class Visit>
void visit_figures(Result& r, Visit visit) {
  visit("duration_s", r.duration_s);
  visit("drain_s", r.drain_s);
  visit("started", r.started);
  visit("completed", r.completed);
  visit("succeeded", r.succeeded);
  visit("unanswered", r.unanswered);
  visit("status", r.status);
  visit("bytes_sent", r.bytes_sent);
  visit("bytes_received", r.bytes_received);
  visit("completed_in_window", r.completed_in_window);
  visit("bytes_received_in_window", r.bytes_received_in_window);
  visit("connections_opened", r.connections_opened);
  visit("connections_never_served", r.connections_never_served);
  visit("closed_by_server_idle", r.closed_by_server_idle);
  visit("open_s", r.open_s);
  visit("cpu_user_s", r.cpu_user_s);
  visit("cpu_system_s", r.cpu_system_s);
  visit("wall_s", r.wall_s);
  visit("max_rss_bytes", r.max_rss_bytes);
  visit("concurrency_mean", r.concurrency_mean);
  visit("waited_in_window_s", r.waited_in_window_s);
  visit("reasons", r.reasons);
  visit("interrupted", r.interrupted);
}

template <class Plan, class Visit>
void visit_figures_of_plan(Plan& p, Visit visit) {
  visit("connections", p.connections);
  visit("threads", p.threads);
  visit("settle_s", p.settle_s);
  visit("timeout_s", p.timeout_s);
  visit("connect_timeout_s", p.connect_timeout_s);
  visit("accepted_status", p.accepted_status);
  visit("cpus", p.cpus);
}

template <class T>
void write_optional(json& to, const char* name, const std::optional<T>& value) {
  if (value) to[name] = *value;
}

template <class T>
void read_optional(const json& from, const char* name, std::optional<T>& value) {
  if (const auto found = from.find(name); found != from.end()) value = found->template get<T>();
}

std::unexpected<Error> unreadable(const char* what, const std::string& why) {
  return fail(ExitCode::internal, fmt::format("cannot read a {} from JSON: {}", what, why));
}

LoadResult read_result(const json& from) {
  LoadResult result;
  result.url = bytes_of_text(from.at("url").get<std::string>());
  visit_figures(result, [&](const char* name, auto& value) { from.at(name).get_to(value); });
  for (std::size_t i = 0; i < engine::kErrorClasses; ++i)
    from.at("errors").at(class_name(i)).get_to(result.errors[i]);
  for (const json& rate : from.at("threads")) {
    result.threads.push_back({.mean = rate.at("mean"), .stdev = rate.at("stdev"), .max = rate.at("max")});
  }
  for (const json& point : from.at("series")) {
    result.series.push_back({.t_s = point.at("t_s"),
                             .completed = point.at("completed"),
                             .errors = point.at("errors"),
                             .bytes_received = point.at("bytes_received"),
                             .p50_us = point.at("p50_us"),
                             .p99_us = point.at("p99_us")});
  }
  for (const json& offence : from.at("offences")) {
    result.offences.push_back({.error = class_named(offence.at("error").get<std::string>()),
                               .what = bytes_of_text(offence.at("what").get<std::string>()),
                               .answer = bytes_of_text(offence.at("answer").get<std::string>())});
  }
  return result;
}

LoadPlan read_plan(const json& from) {
  LoadPlan plan;
  plan.url = bytes_of_text(from.at("url").get<std::string>());
  plan.method = bytes_of_text(from.at("method").get<std::string>());
  plan.body = bytes_of_text(from.at("body").get<std::string>());
  for (const json& header : from.at("headers")) {
    plan.headers.emplace_back(bytes_of_text(header.at(0).get<std::string>()),
                              bytes_of_text(header.at(1).get<std::string>()));
  }
  visit_figures_of_plan(plan, [&](const char* name, auto& value) { from.at(name).get_to(value); });
  read_optional(from, "duration_s", plan.duration_s);
  read_optional(from, "requests", plan.requests);
  read_optional(from, "requests_per_connection", plan.requests_per_connection);
  for (const json& check : from.at("checks")) {
    const auto kind = std::ranges::find(kCheckKinds, check.at("kind").get<std::string>());
    if (kind == kCheckKinds.end()) throw json::other_error::create(501, "an unknown kind of check", &check);
    plan.checks.push_back({.kind = static_cast<Check::Kind>(kind - kCheckKinds.begin()),
                           .name = bytes_of_text(check.at("name").get<std::string>()),
                           .expected = bytes_of_text(check.at("expected").get<std::string>())});
  }
  return plan;
}

}  // namespace

json to_json(const LoadResult& result) {
  json to = {{"url", text_of_bytes(result.url)},   {"latency", to_json(result.latency)},
             {"service", to_json(result.service)}, {"first_byte", to_json(result.first_byte)},
             {"threads", json::array()},           {"series", json::array()},
             {"offences", json::array()}};
  visit_figures(result, [&](const char* name, const auto& value) { to[name] = value; });
  for (std::size_t i = 0; i < engine::kErrorClasses; ++i) to["errors"][class_name(i)] = result.errors[i];
  for (const auto& rate : result.threads) {
    to["threads"].push_back({{"mean", rate.mean}, {"stdev", rate.stdev}, {"max", rate.max}});
  }
  for (const auto& point : result.series) {
    to["series"].push_back({{"t_s", point.t_s},
                            {"completed", point.completed},
                            {"errors", point.errors},
                            {"bytes_received", point.bytes_received},
                            {"p50_us", point.p50_us},
                            {"p99_us", point.p99_us}});
  }
  for (const auto& offence : result.offences) {
    to["offences"].push_back({{"error", name(offence.error)},
                              {"what", text_of_bytes(offence.what)},
                              {"answer", text_of_bytes(offence.answer)}});
  }
  return to;
}

Result<LoadResult> load_result_from_json(const json& from) {
  try {
    LoadResult result = read_result(from);
    if (!restore(result.latency, from.at("latency")) || !restore(result.service, from.at("service")) ||
        !restore(result.first_byte, from.at("first_byte"))) {
      return unreadable("load's result", "a histogram has values out of range");
    }
    return result;
  } catch (const json::exception& error) {
    return unreadable("load's result", error.what());
  }
}

json to_json(const LoadPlan& plan) {
  json to = {{"url", text_of_bytes(plan.url)},
             {"method", text_of_bytes(plan.method)},
             {"body", text_of_bytes(plan.body)},
             {"headers", json::array()},
             {"checks", json::array()}};
  for (const auto& [name, value] : plan.headers) {
    to["headers"].push_back(json::array({text_of_bytes(name), text_of_bytes(value)}));
  }
  visit_figures_of_plan(plan, [&](const char* name, const auto& value) { to[name] = value; });
  write_optional(to, "duration_s", plan.duration_s);
  write_optional(to, "requests", plan.requests);
  write_optional(to, "requests_per_connection", plan.requests_per_connection);
  for (const auto& check : plan.checks) {
    to["checks"].push_back({{"kind", kCheckKinds[static_cast<std::size_t>(check.kind)]},
                            {"name", text_of_bytes(check.name)},
                            {"expected", text_of_bytes(check.expected)}});
  }
  return to;
}

Result<LoadPlan> load_plan_from_json(const json& from) {
  try {
    return read_plan(from);
  } catch (const json::exception& error) {
    return unreadable("load's plan", error.what());
  }
}

}  // namespace shootout::generator
