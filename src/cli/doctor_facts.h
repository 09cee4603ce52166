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
#include "observe/calibration.h"

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
    pid_t pid = 0;  ///< 0: one that cannot be seen
    std::string name;
    double cores = 0;
  };

  struct Docker {
    std::string address;          ///< the engine's socket, or where DOCKER_HOST says that it is
    std::optional<bool> answers;  ///< absent: it would have to be asked over the network
  };
  struct OutgoingPorts {
    int first = 0, last = 0;
    double in_use_percent = 0;  ///< towards the busiest destination
    std::int64_t time_wait = 0;
  };

  nlohmann::json machine = nlohmann::json::object();  ///< observe::describe_machine()
  Result<launch::Python> python;
  std::vector<Folder> folders;
  std::vector<TakenPort> taken_ports;  ///< of kDoctorPorts
  std::optional<std::int64_t> memory_available_bytes;
  std::optional<double> load_average;  ///< of the last minute
  std::optional<double> others_cores;  ///< what other processes take, now
  std::vector<BusyProcess> busy;       ///< the busiest of them first
  std::optional<double> steal;         ///< 0 to 1: what other guests took of the cores, now
  std::optional<OutgoingPorts> outgoing_ports;
  std::optional<Docker> docker;  ///< absent: no socket of an engine is here
  std::optional<observe::Calibration> calibration;
  Result<void> socket_diagnostics;
};

/// The ports of upstream, flask-gunicorn and quart-hypercorn.
inline constexpr std::uint16_t kDoctorPorts[] = {8001, 8002, 8003};

/// Looks; takes the 2 s of the calibration, over which other processes are watched.
[[nodiscard]] DoctorFacts collect_doctor_facts();

}  // namespace shootout::cli
