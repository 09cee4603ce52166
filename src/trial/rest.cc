#include "trial/rest.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "observe/socket_dump.h"

namespace shootout::trial {
namespace {

constexpr std::chrono::seconds kDrainTime{2};

bool is_among(const std::vector<std::uint16_t>& ports, std::uint16_t port) {
  return std::ranges::find(ports, port) != ports.end();
}

// Without socket diagnostics nobody can tell; the generator has closed its connections then. A proxy keeps
// connections to its backends: none waits to be accepted there.
bool drained(const launch::Server& server) {
  auto dump = observe::SocketDump::open();
  if (!dump) return true;
  auto sockets = dump->read();
  if (!sockets) return true;
  return std::ranges::none_of(*sockets, [&](const auto& socket) {
    return socket.local_port == server.port ||
           (socket.inode == 0 && is_among(server.backend_ports, socket.local_port));
  });
}

}  // namespace

Result<bool> lay_to_rest(Stage& stage, const std::string& contender,
                         const std::function<bool()>& stop_asked) {
  const auto& server = stage.servers.at(contender);
  if (server.pid == 0) return true;
  const auto deadline = std::chrono::steady_clock::now() + kDrainTime;
  while (!drained(server)) {
    if (std::chrono::steady_clock::now() > deadline || (stop_asked && stop_asked())) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  if (auto frozen = stage.set.freeze(contender); !frozen) return std::unexpected(frozen.error());
  return true;
}

Result<void> wake(Stage& stage, const std::string& contender, const Listener& listener,
                  const std::function<bool()>& stop_asked) {
  const auto& server = stage.servers.at(contender);
  if (server.pid == 0) return {};
  auto thawed = stage.set.thaw(contender);
  if (thawed) return {};
  if (!server.container.empty()) return thawed;  // its engine does not answer: it stays as it is
  if (auto whole = stage.set.wait_ready(server, stop_asked); !whole) return whole;
  if (listener) listener(Warning{thawed.error().what});
  return {};
}

}  // namespace shootout::trial
