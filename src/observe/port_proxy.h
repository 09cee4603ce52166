// The processes by which a Docker engine carries the published ports of containers.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

namespace shootout::observe {

/// The `docker-proxy` of each of these ports, where there is one.
[[nodiscard]] std::vector<pid_t> port_proxies(const std::vector<std::uint16_t>& ports);

}  // namespace shootout::observe
