#include "trial/pinning.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sched.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "base/text.h"

namespace shootout::trial {
namespace {

std::vector<int> allowed_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> cpus;
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
  }
  return cpus;
}

bool parse_number(const std::string& text, int& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number >= 0;
}

// "0-2,5"
Result<std::vector<int>> parse_list(const std::string& text, const std::vector<int>& allowed) {
  std::vector<int> cpus;
  for (const auto& part : split(text, ',')) {
    const size_t dash = part.find('-');
    int first = 0, last = 0;
    const bool good =
        parse_number(part.substr(0, dash), first) &&
        (dash == std::string::npos ? (last = first, true) : parse_number(part.substr(dash + 1), last));
    if (!good || last < first)
      return fail(ExitCode::usage, fmt::format("--pin: '{}' is no list of CPUs such as 0-2,5", text));
    for (int cpu = first; cpu <= last; ++cpu) {
      if (std::ranges::find(allowed, cpu) == allowed.end()) {
        return fail(ExitCode::usage, fmt::format("--pin: this process may not use CPU {}; it may use {}", cpu,
                                                 fmt::join(allowed, ",")));
      }
      cpus.push_back(cpu);
    }
  }
  if (cpus.empty()) return fail(ExitCode::usage, "--pin: an empty list of CPUs");
  return cpus;
}

}  // namespace

Result<Pinning> choose_pinning(const std::string& how) {
  const auto allowed = allowed_cpus();
  const auto all = static_cast<int>(allowed.size());
  if (how == "none") return Pinning{{}, {}, "nothing was pinned: generator and servers share all cores", all};
  if (how == "auto") {
    if (all < 2) return Pinning{{}, {}, "only one core: the generator takes CPU from the servers", all};
    Pinning pinning{{allowed.back()}, {allowed.begin(), allowed.end() - 1}, "", 0};
    if (pinning.servers.size() == 1) {
      pinning.note =
          "two cores: the generator has one; all workers of a server and the services share the other";
    }
    return pinning;
  }
  const size_t slash = how.find('/');
  if (slash == std::string::npos) {
    return fail(ExitCode::usage,
                fmt::format("--pin {}: not auto, none or GENERATOR/SERVERS such as 3/0-2", how));
  }
  auto generator = parse_list(how.substr(0, slash), allowed);
  if (!generator) return std::unexpected(generator.error());
  auto servers = parse_list(how.substr(slash + 1), allowed);
  if (!servers) return std::unexpected(servers.error());
  Pinning pinning{*generator, *servers, "", 0};
  if (std::ranges::find_first_of(pinning.generator, pinning.servers) != pinning.generator.end()) {
    pinning.note = "the generator and the servers share a core (--pin)";
    std::set<int> both(pinning.generator.begin(), pinning.generator.end());
    both.insert(pinning.servers.begin(), pinning.servers.end());
    pinning.shared_cores = static_cast<int>(both.size());
  }
  return pinning;
}

}  // namespace shootout::trial
