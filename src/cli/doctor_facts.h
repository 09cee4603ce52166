// What `doctor` looks at, before anybody judges it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "launch/environment.h"
#include "launch/ports.h"

namespace shootout::cli {

/// Facts of this machine at this moment. Absent: unknown here.
struct DoctorFacts {
  struct Folder {
    std::string name;            ///< "home", "cache"
    std::filesystem::path path;  ///< need not exist yet
    bool writable = false;       ///< it, or the nearest folder above it that exists
    std::optional<std::uintmax_t> free_bytes;
  };
  struct TakenPort {
    std::uint16_t port = 0;
    launch::PortHolder holder;
  };
  struct BusyProcess {
    pid_t pid = 0;
    std::string name;
    double cores = 0;
  };

  nlohmann::json machine = nlohmann::json::object();  ///< observe::describe_machine()
  Result<launch::Python> python;
  std::vector<Folder> folders;
  std::vector<TakenPort> taken_ports;  ///< of kDoctorPorts
  std::optional<std::int64_t> memory_available_bytes;
  std::optional<double> load_average;  ///< of the last minute
  std::vector<BusyProcess> busy;       ///< other processes, now; the busiest first
  std::optional<double> steal;         ///< 0 to 1: what other guests took of the cores, now
  Result<void> socket_diagnostics;
};

/// The ports of upstream, flask-gunicorn and quart-hypercorn.
inline constexpr std::uint16_t kDoctorPorts[] = {8001, 8002, 8003};

/// Looks; takes half a second, the time over which other processes are watched.
[[nodiscard]] DoctorFacts collect_doctor_facts();

}  // namespace shootout::cli
