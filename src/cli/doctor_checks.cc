#include "cli/doctor_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>

namespace shootout::cli {
namespace {

using State = Check::State;

constexpr double kGiB = 1024.0 * 1024 * 1024;
constexpr double kRoomToWork_bytes = kGiB, kRoomToStart_bytes = kGiB / 4;

std::string gib(double bytes) {
  return fmt::format("{:.1f} GiB", bytes / kGiB);
}

Check ok(std::string name, std::string fact) {
  return {std::move(name), State::ok, std::move(fact), ""};
}
Check warning(std::string name, std::string fact, std::string remedy) {
  return {std::move(name), State::warning, std::move(fact), std::move(remedy)};
}
Check wrong(std::string name, std::string fact, std::string remedy) {
  return {std::move(name), State::wrong, std::move(fact), std::move(remedy)};
}

using Checks = std::vector<Check>;

void check_cores(const nlohmann::json& machine, Checks& checks) {
  if (!machine.contains("cores_allowed")) return;
  const size_t allowed = machine["cores_allowed"].size();
  std::string fact = fmt::format("{} of {} cores", allowed, machine.value("cores", allowed));
  if (machine.contains("cpu_model")) fact += ", " + machine["cpu_model"].get<std::string>();
  if (allowed > 2) {
    checks.push_back(ok("cores", fact));
  } else {
    checks.push_back(
        warning("cores", fact + ": the generator shares them with the servers",
                "rates are of servers and generator together; prefer a machine with 4 cores or more"));
  }
}

void check_cgroup(const nlohmann::json& machine, Checks& checks) {
  if (!machine.contains("cgroup_version")) return;
  const std::string fact = fmt::format("version {}", machine["cgroup_version"].get<int>());
  if (machine.contains("cpu_quota_cores")) {
    checks.push_back(warning(
        "cgroup", fmt::format("{}, limited to {:.3g} cores", fact, machine["cpu_quota_cores"].get<double>()),
        "the limit stops servers in mid-request; lift it (docker run --cpus, systemd CPUQuota=)"));
  } else {
    checks.push_back(ok("cgroup", fact));
  }
}

void check_virtualised(const DoctorFacts& facts, Checks& checks) {
  constexpr double kMuchSteal = 0.02;
  if (!facts.machine.contains("virtualised")) return;
  const bool guest = facts.machine["virtualised"].get<bool>();
  std::string fact = guest ? "a virtual machine: other guests can take its cores" : "no hypervisor shows";
  if (guest && facts.steal) fact += fmt::format(" ({:.1f} % now)", *facts.steal * 100);
  if (facts.steal.value_or(0) > kMuchSteal) {
    checks.push_back(warning("virtualised", fact, "measure later, or on a machine with cores of its own"));
  } else {
    checks.push_back(ok("virtualised", fact));
  }
}

void check_clock(const nlohmann::json& machine, Checks& checks) {
  if (!machine.contains("clock_source")) return;
  // These need a system call or a slow device for each reading; all others are read in user space.
  constexpr std::array<std::string_view, 4> kSlow = {"hpet", "acpi_pm", "jiffies", "pit"};
  const auto source = machine["clock_source"].get<std::string>();
  if (std::ranges::find(kSlow, source) == kSlow.end()) {
    checks.push_back(ok("clock", source));
  } else {
    checks.push_back(warning("clock", source + ": each reading takes a microsecond or more",
                             "boot with clocksource=tsc where the CPU's counter is steady"));
  }
}

void check_open_files(const nlohmann::json& machine, Checks& checks) {
  constexpr std::uint64_t kEnough = 1024, kForManyConnections = 20'000;
  const auto limit_text = [&](const char* key) {
    return machine.contains(key) ? std::to_string(machine[key].get<std::uint64_t>())
                                 : std::string("no limit");
  };
  const std::uint64_t soft = machine.value("open_files_soft", UINT64_MAX);
  const std::uint64_t hard = machine.value("open_files_hard", UINT64_MAX);
  const std::string fact =
      fmt::format("{}, can be raised to {}", limit_text("open_files_soft"), limit_text("open_files_hard"));
  if (soft < kEnough) {
    checks.push_back(warning("open files", fact, fmt::format("ulimit -n {}", std::min(kEnough, hard))));
  } else if (hard < kForManyConnections) {
    checks.push_back(warning("open files", fact + ": too few for thousands of connections",
                             "as root: ulimit -Hn 65536, or LimitNOFILE= and /etc/security/limits.conf"));
  } else {
    checks.push_back(ok("open files", fact));
  }
}

void check_somaxconn(const nlohmann::json& machine, Checks& checks) {
  constexpr int kEnough = 1024;
  if (!machine.contains("somaxconn")) return;
  const int backlog = machine["somaxconn"].get<int>();
  const std::string fact = fmt::format("backlogs of at most {} connections", backlog);
  if (backlog >= kEnough) {
    checks.push_back(ok("somaxconn", fact));
  } else {
    checks.push_back(warning("somaxconn", fact, "as root: sysctl -w net.core.somaxconn=4096"));
  }
}

void check_sockets(const DoctorFacts& facts, Checks& checks) {
  if (facts.socket_diagnostics) {
    checks.push_back(ok("sockets", "the kernel tells who holds which connection"));
  } else {
    checks.push_back(
        warning("sockets", facts.socket_diagnostics.error().what, facts.socket_diagnostics.error().remedy));
  }
}

void check_ports(const DoctorFacts& facts, Checks& checks) {
  if (facts.taken_ports.empty()) {
    checks.push_back(
        ok("ports", fmt::format("{} to {} are free", *std::begin(kDoctorPorts), *std::rbegin(kDoctorPorts))));
  }
  for (const auto& [port, holder] : facts.taken_ports) {
    const std::string who = holder.pid == 0 ? "a process of another user"
                                            : fmt::format("process {} ({})", holder.pid, holder.name);
    checks.push_back(warning(
        "ports", fmt::format("{} is held by {}", port, who),
        "`run` takes other ports; for `up` and --ports own end it (`shootout down io` if it is ours)"));
  }
}

void check_python(const DoctorFacts& facts, Checks& checks) {
  if (facts.python) {
    checks.push_back(
        ok("python", fmt::format("{} ({})", facts.python->version, facts.python->program.string())));
  } else {
    checks.push_back(wrong("python", facts.python.error().what, facts.python.error().remedy));
  }
}

void check_folder(const DoctorFacts::Folder& folder, Checks& checks) {
  const std::string path = folder.path.string();
  const std::string variable = folder.name == "home" ? "SHOOTOUT_HOME" : "XDG_CACHE_HOME";
  if (!folder.writable) {
    checks.push_back(wrong(folder.name, path + " cannot be written",
                           fmt::format("make it writable, or set {} to a folder that is", variable)));
    return;
  }
  if (!folder.free_bytes) {
    checks.push_back(ok(folder.name, path));
    return;
  }
  const auto free = static_cast<double>(*folder.free_bytes);
  const std::string fact = fmt::format("{} free in {}", gib(free), path);
  const std::string remedy = fmt::format("free some, or set {} to a folder on another disk", variable);
  if (free >= kRoomToWork_bytes) {
    checks.push_back(ok(folder.name, fact));
  } else if (free >= kRoomToStart_bytes) {
    checks.push_back(warning(folder.name, fact, remedy));
  } else {
    checks.push_back(wrong(folder.name, fact, remedy));
  }
}

void check_memory(const DoctorFacts& facts, Checks& checks) {
  if (!facts.memory_available_bytes) return;
  const auto available = static_cast<double>(*facts.memory_available_bytes);
  std::string fact = gib(available) + " available";
  if (facts.machine.contains("memory_bytes"))
    fact += " of " + gib(facts.machine["memory_bytes"].get<double>());
  if (available >= kRoomToWork_bytes) {
    checks.push_back(ok("memory", fact));
  } else if (available >= kRoomToStart_bytes) {
    checks.push_back(
        warning("memory", fact, "end what takes it: servers that swap are not what you want to measure"));
  } else {
    checks.push_back(wrong("memory", fact + ": too little for the servers", "end what takes it"));
  }
}

void check_load(const DoctorFacts& facts, Checks& checks) {
  constexpr double kMuch_cores = 0.2;
  if (!facts.others_cores) return;
  std::string fact = fmt::format("other processes take {:.2f} cores now", *facts.others_cores);
  if (facts.load_average) fact += fmt::format("; load average {:.2f}", *facts.load_average);
  if (*facts.others_cores <= kMuch_cores) {
    checks.push_back(ok("load", fact));
    return;
  }
  std::string remedy = "end them, or wait";
  if (!facts.busy.empty()) {
    const auto& most = facts.busy.front();
    const std::string who = most.pid == 0 ? "out of sight (another container's, or another user's)"
                                          : fmt::format("process {} ({})", most.pid, most.name);
    remedy += fmt::format("; the busiest is {} with {:.2f} cores", who, most.cores);
  }
  checks.push_back(warning("load", fact, remedy));
}

void check_smt(const nlohmann::json& machine, Checks& checks) {
  if (!machine.contains("cores_allowed")) return;
  if (!machine.contains("cores_shared")) {
    const bool guest = machine.value("virtualised", false);
    checks.push_back(ok("smt", fmt::format("no two of the CPUs are threads of one core{}",
                                           guest ? ", as far as the hypervisor tells" : "")));
    return;
  }
  std::vector<std::string> groups;
  for (const auto& group : machine["cores_shared"])
    groups.push_back(fmt::format("{}", fmt::join(group.get<std::vector<int>>(), "+")));
  checks.push_back(warning(
      "smt",
      fmt::format("CPUs that are threads of one core, and slow each other down: {}", fmt::join(groups, ", ")),
      "leave one of each core (`taskset -c`), or as root: echo off > /sys/devices/system/cpu/smt/control"));
}

void check_governor(const nlohmann::json& machine, Checks& checks) {
  if (!machine.contains("governors")) {
    checks.push_back(
        ok("governor", "none shows, as in most virtual machines: frequencies are the host's business"));
    return;
  }
  const auto names = machine["governors"].get<std::vector<std::string>>();
  const std::string fact = fmt::format("{}", fmt::join(names, ", "));
  if (std::ranges::all_of(names, [](const std::string& name) { return name == "performance"; })) {
    checks.push_back(ok("governor", fact));
  } else {
    checks.push_back(warning("governor", fact + ": a core's speed follows its load",
                             "as root: cpupower frequency-set -g performance"));
  }
}

void check_outgoing_ports(const DoctorFacts& facts, Checks& checks) {
  constexpr int kEnough = 10'000;
  constexpr double kManyInUse_percent = 50;
  if (!facts.outgoing_ports) return;
  const auto& ports = *facts.outgoing_ports;
  const int count = ports.last - ports.first + 1;
  const std::string fact = fmt::format(
      "{} ({} to {}), {:.1f} % of them in use towards one destination; {} connections in TIME_WAIT", count,
      ports.first, ports.last, ports.in_use_percent, ports.time_wait);
  if (count < kEnough) {
    checks.push_back(
        warning("outgoing ports", fact, "as root: sysctl -w net.ipv4.ip_local_port_range=\"10240 60999\""));
  } else if (ports.in_use_percent > kManyInUse_percent) {
    checks.push_back(warning("outgoing ports", fact, "wait: TIME_WAIT ends after a minute"));
  } else {
    checks.push_back(ok("outgoing ports", fact));
  }
}

void check_docker(const DoctorFacts& facts, Checks& checks) {
  if (!facts.docker) {
    checks.push_back(ok("docker", "no engine runs here"));
  } else if (!facts.docker->answers) {
    checks.push_back(ok("docker", facts.docker->address + " is not asked: it is not of this machine"));
  } else {
    checks.push_back(
        ok("docker", facts.docker->address +
                         (*facts.docker->answers ? " answers" : " is there, but does not answer this user")));
  }
}

void check_noise(const DoctorFacts& facts, Checks& checks) {
  constexpr double kMuch = 0.10;
  if (!facts.calibration || facts.calibration->pieces == 0) return;
  const auto& found = *facts.calibration;
  const std::string fact = fmt::format(
      "the same {:.1f} ms of arithmetic, {} times: the time varies by {:.1f} % (of the CPU's clock: {:.1f} "
      "%)",
      found.piece_s * 1000, found.pieces, found.wall_variation * 100, found.cpu_variation * 100);
  if (std::max(found.wall_variation, found.cpu_variation) <= kMuch) {
    checks.push_back(ok("noise", fact));
  } else {
    checks.push_back(
        warning("noise", fact,
                "short trials and replicates average it, but it takes more of them; measure later, or "
                "on a quieter machine"));
  }
}

}  // namespace

std::string state_name(Check::State state) {
  switch (state) {
    case State::ok:
      return "ok";
    case State::warning:
      return "warning";
    case State::wrong:
      return "wrong";
  }
  return "";
}

std::vector<Check> doctor_checks(const DoctorFacts& facts) {
  Checks checks;
  check_python(facts, checks);
  for (const auto& folder : facts.folders) check_folder(folder, checks);
  check_memory(facts, checks);
  check_cores(facts.machine, checks);
  check_smt(facts.machine, checks);
  check_governor(facts.machine, checks);
  check_load(facts, checks);
  check_noise(facts, checks);
  check_virtualised(facts, checks);
  check_cgroup(facts.machine, checks);
  check_clock(facts.machine, checks);
  check_ports(facts, checks);
  check_outgoing_ports(facts, checks);
  check_open_files(facts.machine, checks);
  check_somaxconn(facts.machine, checks);
  check_sockets(facts, checks);
  check_docker(facts, checks);
  return checks;
}

}  // namespace shootout::cli
