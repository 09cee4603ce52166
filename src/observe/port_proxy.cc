#include "observe/port_proxy.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/text.h"
#include "observe/proc_file.h"

namespace shootout::observe {

std::vector<pid_t> port_proxies(const std::vector<std::uint16_t>& ports) {
  std::vector<pid_t> found;
  if (ports.empty()) return found;
  for (const pid_t pid : numbered_entries("/proc")) {
    const auto command = read_proc_file(fmt::format("/proc/{}/cmdline", pid));
    if (!command) continue;
    const auto words = split(*command, '\0');  // docker-proxy -proto tcp -host-ip IP -host-port PORT ...
    if (words.empty() || !words.front().ends_with("docker-proxy")) continue;
    const auto option = std::ranges::find(words, "-host-port");
    if (option == words.end() || option + 1 == words.end()) continue;
    if (std::ranges::any_of(ports, [&](auto port) { return *(option + 1) == std::to_string(port); }))
      found.push_back(pid);
  }
  return found;
}

}  // namespace shootout::observe
