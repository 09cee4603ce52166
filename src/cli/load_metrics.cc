#include "cli/load_metrics.h"

#include <array>
#include <charconv>
#include <string>
#include <utility>

namespace shootout::cli {
namespace {

std::optional<double> latency_figure(const engine::Histogram& latency, std::string_view name) {
  if (latency.count() == 0) return {};
  if (name == "mean") return latency.mean();
  if (name == "min") return latency.min();
  if (name == "max") return latency.max();
  if (name == "stdev") return latency.count() > 1 ? std::optional(latency.stdev()) : std::nullopt;
  double percent = 0;
  const char* const end = name.data() + name.size();
  if (!name.starts_with('p')) return {};
  const auto [rest, error] = std::from_chars(name.data() + 1, end, percent);
  if (error != std::errc() || rest != end) return {};
  return believable_quantile(latency, percent / 100);
}

std::optional<double> count_of_errors(const engine::LoadResult& result, std::string_view error) {
  for (std::size_t i = 0; i < engine::kErrorClasses; ++i) {
    if (name(static_cast<engine::ErrorClass>(i)) == error) return static_cast<double>(result.errors[i]);
  }
  return {};
}

}  // namespace

std::optional<double> believable_quantile(const engine::Histogram& latency, double q) {
  constexpr std::uint64_t kFewestBeyond = 10;
  const bool enough = q == 0.5 ? latency.count() > 0 : latency.count_beyond(q) >= kFewestBeyond;
  return enough ? std::optional(latency.quantile(q)) : std::nullopt;
}

std::optional<double> load_metric(const engine::LoadResult& result, std::string_view name) {
  const std::pair<std::string_view, std::uint64_t> counts[] = {
      {"started", result.started},       {"completed", result.completed},   {"succeeded", result.succeeded},
      {"unanswered", result.unanswered}, {"never_sent", result.never_sent}, {"errors", result.error_count()}};
  for (const auto& [known, count] : counts) {
    if (name == known) return static_cast<double>(count);
  }
  if (name == "requests_per_second" || name == "bytes_per_second") {
    if (result.duration_s <= 0) return {};
    return name == "requests_per_second" ? result.requests_per_second() : result.bytes_per_second();
  }
  const std::size_t dot = name.find('.');
  const std::string_view first = name.substr(0, dot),
                         rest = dot == std::string_view::npos ? "" : name.substr(dot + 1);
  if (first == "errors") return count_of_errors(result, rest);
  if (first == "service") return latency_figure(result.service, rest);
  if (first == "first_byte") return latency_figure(result.first_byte, rest);
  return latency_figure(result.latency, name);
}

}  // namespace shootout::cli
