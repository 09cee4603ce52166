// Every member of the engine's plan and result under its name, once for both directions of the transport.
// Each struct is taken apart whole: a member that is new there does not compile here until it is carried.
#pragma once

#include <array>
#include <string_view>
#include <type_traits>

#include "engine/load_plan.h"
#include "engine/load_result.h"

namespace shootout::generator {

/// The enumerators' names, in their order.
template <class Enum>
inline constexpr std::array<std::string_view, 0> kEnumerators = {};
template <>
inline constexpr std::array kEnumerators<engine::Check::Kind> =
    std::to_array<std::string_view>({"body_contains", "body_equals", "body_size", "body_sha256",
                                     "header_equals", "json_equals", "json_moves"});
template <>
inline constexpr std::array kEnumerators<engine::BodyPlan::Kind> =
    std::to_array<std::string_view>({"text", "upload", "multipart"});
template <>
inline constexpr std::array kEnumerators<engine::Arrivals> =
    std::to_array<std::string_view>({"poisson", "constant"});
template <>
inline constexpr std::array kEnumerators<engine::ErrorClass> =
    std::to_array<std::string_view>({"resolve", "connect", "tls", "write", "read", "reset", "closed",
                                     "timeout", "protocol", "status", "check"});
static_assert(kEnumerators<engine::ErrorClass>.size() == engine::kErrorClasses);

/// `Same<T, S>`: S is T, const or not.
template <class S, class T>
concept Same = std::is_same_v<std::remove_const_t<S>, T>;

template <Same<engine::Check> T>
void each_member(T& whole, auto visit) {
  auto& [kind, name, expected] = whole;
  visit("kind", kind), visit("name", name), visit("expected", expected);
}

template <Same<engine::BodyPlan> T>
void each_member(T& whole, auto visit) {
  auto& [kind, text, size, variants, field, file_name] = whole;
  visit("kind", kind), visit("text", text), visit("size", size), visit("variants", variants);
  visit("field", field), visit("file_name", file_name);
}

template <Same<engine::RequestPlan> T>
void each_member(T& whole, auto visit) {
  auto& [weight, method, target, headers, body] = whole;
  visit("weight", weight), visit("method", method), visit("target", target);
  visit("headers", headers), visit("body", body);
}

template <Same<engine::WebSocketPlan> T>
void each_member(T& whole, auto visit) {
  auto& [message, size, binary, in_flight, fragment, echo] = whole;
  visit("message", message), visit("size", size), visit("binary", binary);
  visit("in_flight", in_flight), visit("fragment", fragment), visit("echo", echo);
}

template <Same<engine::TlsPlan> T>
void each_member(T& whole, auto visit) {
  auto& [verify, authorities, server_name, resume] = whole;
  visit("verify", verify), visit("authorities", authorities);
  visit("server_name", server_name), visit("resume", resume);
}

template <Same<engine::Stage> T>
void each_member(T& whole, auto visit) {
  auto& [from, to, duration_s] = whole;
  visit("from", from), visit("to", to), visit("duration_s", duration_s);
}

template <Same<engine::LoadPlan> T>
void each_member(T& whole, auto visit) {
  auto& [url, unix_socket, mix, websocket, tls, connections, threads, duration_s, requests,
         requests_per_connection, stages, rate, stages_are_rates, arrivals, settle_s, opened_per_second,
         timeout_s, connect_timeout_s, accepted_status, checks, checked_share, series_interval_s, seed,
         cpus] = whole;
  visit("url", url), visit("unix_socket", unix_socket), visit("mix", mix);
  visit("websocket", websocket), visit("tls", tls);
  visit("connections", connections), visit("threads", threads);
  visit("duration_s", duration_s), visit("requests", requests);
  visit("requests_per_connection", requests_per_connection), visit("stages", stages);
  visit("rate", rate), visit("stages_are_rates", stages_are_rates), visit("arrivals", arrivals);
  visit("settle_s", settle_s), visit("opened_per_second", opened_per_second);
  visit("timeout_s", timeout_s), visit("connect_timeout_s", connect_timeout_s);
  visit("accepted_status", accepted_status), visit("checks", checks);
  visit("checked_share", checked_share), visit("series_interval_s", series_interval_s);
  visit("seed", seed), visit("cpus", cpus);
}

template <Same<engine::Offence> T>
void each_member(T& whole, auto visit) {
  auto& [error, what, answer] = whole;
  visit("error", error), visit("what", what), visit("answer", answer);
}

template <Same<engine::SeriesPoint> T>
void each_member(T& whole, auto visit) {
  auto& [t_s, completed, errors, bytes_sent, bytes_received, connections, p50_us, p99_us] = whole;
  visit("t_s", t_s), visit("completed", completed), visit("errors", errors);
  visit("bytes_sent", bytes_sent), visit("bytes_received", bytes_received);
  visit("connections", connections), visit("p50_us", p50_us), visit("p99_us", p99_us);
}

template <Same<engine::StageResult> T>
void each_member(T& whole, auto visit) {
  auto& [from, to, begin_s, end_s, started, completed, unanswered, errors, completed_in_stage, latency] =
      whole;
  visit("from", from), visit("to", to), visit("begin_s", begin_s), visit("end_s", end_s);
  visit("started", started), visit("completed", completed), visit("errors", errors);
  visit("unanswered", unanswered), visit("completed_in_stage", completed_in_stage);
  visit("latency", latency);
}

template <Same<engine::TlsSummary> T>
void each_member(T& whole, auto visit) {
  auto& [version, cipher, protocol, handshakes, resumed] = whole;
  visit("version", version), visit("cipher", cipher), visit("protocol", protocol);
  visit("handshakes", handshakes), visit("resumed", resumed);
}

template <Same<engine::ThreadRate> T>
void each_member(T& whole, auto visit) {
  auto& [mean, stdev, max, intervals] = whole;
  visit("mean", mean), visit("stdev", stdev), visit("max", max), visit("intervals", intervals);
}

template <Same<engine::LoadResult> T>
void each_member(T& whole, auto visit) {
  auto& [url, address, duration_s, drain_s, started, completed, succeeded, unanswered, never_sent, errors,
         errors_before, status, bytes_sent, bytes_received, completed_in_window, bytes_received_in_window,
         completed_settling, completed_draining, connections_opened, connections_never_opened,
         connections_never_served, closed_by_server_idle, open_s, latency, service, first_byte,
         unanswered_wait, waiting_at_end, threads, series, stages, offences, tls, websocket, offered_rps,
         sent_rps, lateness, spin_s, cpu_user_s, cpu_system_s, waited_for_cpu_s, wall_s, max_rss_bytes,
         concurrency_mean, waited_in_window_s, reasons, interrupted] = whole;
  visit("url", url), visit("address", address), visit("duration_s", duration_s), visit("drain_s", drain_s);
  visit("started", started), visit("completed", completed), visit("succeeded", succeeded);
  visit("unanswered", unanswered), visit("never_sent", never_sent), visit("errors", errors);
  visit("errors_before", errors_before);
  visit("status", status), visit("bytes_sent", bytes_sent), visit("bytes_received", bytes_received);
  visit("completed_in_window", completed_in_window);
  visit("bytes_received_in_window", bytes_received_in_window);
  visit("completed_settling", completed_settling), visit("completed_draining", completed_draining);
  visit("connections_opened", connections_opened);
  visit("connections_never_opened", connections_never_opened);
  visit("connections_never_served", connections_never_served);
  visit("closed_by_server_idle", closed_by_server_idle), visit("open_s", open_s);
  visit("latency", latency), visit("service", service), visit("first_byte", first_byte);
  visit("unanswered_wait", unanswered_wait), visit("waiting_at_end", waiting_at_end);
  visit("threads", threads), visit("series", series);
  visit("stages", stages), visit("offences", offences), visit("tls", tls);
  visit("websocket", websocket), visit("offered_rps", offered_rps), visit("sent_rps", sent_rps);
  visit("lateness", lateness), visit("spin_s", spin_s), visit("cpu_user_s", cpu_user_s);
  visit("waited_for_cpu_s", waited_for_cpu_s);
  visit("cpu_system_s", cpu_system_s), visit("wall_s", wall_s), visit("max_rss_bytes", max_rss_bytes);
  visit("concurrency_mean", concurrency_mean), visit("waited_in_window_s", waited_in_window_s);
  visit("reasons", reasons), visit("interrupted", interrupted);
}

}  // namespace shootout::generator
