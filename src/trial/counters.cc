#include "trial/counters.h"

#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/http_get.h"

namespace shootout::trial {

Result<Counters> read_counters(const std::string& upstream_url) {
  const std::string url = upstream_url + "/stats";
  auto answer = http_get(url);
  if (!answer) return std::unexpected(answer.error());
  const auto json = nlohmann::json::parse(answer->body, nullptr, false);
  Counters counters;
  const auto take = [&json](const char* name, std::int64_t& into) {
    if (!json.is_object() || !json.contains(name) || !json[name].is_number_integer()) return false;
    into = json[name].get<std::int64_t>();
    return true;
  };
  if (answer->status != 200 || !take("received", counters.received) || !take("answered", counters.answered) ||
      !take("waiting", counters.waiting) || !take("max_waiting", counters.max_waiting)) {
    return fail(ExitCode::environment, fmt::format("{} answered {} without the counters: {}", url,
                                                   answer->status, answer->body.substr(0, 200)));
  }
  return counters;
}

Result<void> reset_peak(const std::string& upstream_url) {
  const std::string url = upstream_url + "/stats/reset";
  auto answer = http_post(url);
  if (!answer) return std::unexpected(answer.error());
  if (answer->status != 200)
    return fail(ExitCode::environment, fmt::format("POST {} answered {}", url, answer->status));
  return {};
}

Result<Counters> drained_counters(const std::string& upstream_url, double timeout_s,
                                  const std::function<bool()>& stop_asked) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + std::chrono::duration<double>(timeout_s);
  for (;;) {
    auto counters = read_counters(upstream_url);
    if (!counters || counters->waiting == 0 || Clock::now() > deadline || (stop_asked && stop_asked()))
      return counters;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace shootout::trial
