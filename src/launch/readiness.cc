#include "launch/readiness.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

#include "base/http_get.h"
#include "base/text.h"
#include "launch/ports.h"

namespace shootout::launch {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kPause = std::chrono::milliseconds(30);
constexpr double kHealthTimeoutS = 1;
constexpr size_t kLogLines = 15;

std::string log_tail(const Server& server) {
  const auto lines = last_lines(server.log_file, server.log_from, kLogLines);
  if (lines.empty()) return fmt::format("\nit wrote nothing to its log {}", server.log_file.string());
  return fmt::format("\nthe end of its log {}:\n  {}", server.log_file.string(), fmt::join(lines, "\n  "));
}

/// Empty where all listen that are to: the health path is answered as soon as one does.
std::string who_does_not_listen(const Server& server) {
  for (const std::uint16_t port : server.backend_ports) {
    if (listeners_of(port) == 0) return fmt::format("nobody listens on the backend port {}", port);
  }
  const auto wanted = static_cast<size_t>(server.listeners);
  if (const size_t listeners = wanted == 0 ? 0 : listeners_of(server.port); listeners < wanted)
    return fmt::format("{} of {} processes listen on port {}", listeners, wanted, server.port);
  return "";
}

/// Empty where the health path answers 200, or the server's own command calls it ready.
Result<std::string> what_ails(const Server& server, const Questions& ask) {
  if (auto silent = who_does_not_listen(server); server.pid != 0 && !silent.empty()) return silent;
  if (server.ready_by_command && server.pid != 0) return ask.missing();
  if (!server.url.starts_with("http")) return "";  // somebody else's: whoever talks to it finds out
  const std::string url = server.url + server.health;
  const auto answer = http_get(url, {.timeout_s = kHealthTimeoutS});
  if (!answer) return answer.error().what;
  return answer->status == 200 ? "" : fmt::format("{} answers {}", url, answer->status);
}

std::unexpected<Error> answered_by(const Server& server, const PortHolder& other) {
  const std::string who = other.pid == 0
                              ? "a process that the kernel does not name"
                              : fmt::format("{} (pid {}: {})", other.name, other.pid, other.command);
  return fail(ExitCode::environment,
              fmt::format("port {} of {} is answered by {}, which is none of its processes", server.port,
                          server.name, who),
              "end it, or take another port");
}

}  // namespace

std::vector<std::string> last_lines(const std::filesystem::path& file, std::uintmax_t from, size_t count) {
  constexpr std::uintmax_t kFarBack = 64 << 10;
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  if (error || size <= from) return {};
  std::ifstream in(file, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(std::max(from, size - std::min(size, kFarBack))));
  std::ostringstream tail;
  tail << in.rdbuf();
  std::string text = std::move(tail).str();
  while (text.ends_with('\n')) text.pop_back();
  auto lines = split(text, '\n');
  if (lines.size() > count) lines.erase(lines.begin(), lines.end() - static_cast<long>(count));
  return lines;
}

Result<void> wait_until_ready(const Server& server, const Questions& ask,
                              const std::function<bool()>& stop_asked) {
  const bool ours = server.pid != 0;
  const auto wanted = static_cast<size_t>(ours ? server.workers + server.other_processes : 0);
  const auto deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                           std::chrono::duration<double>(server.ready_timeout_s));
  while (true) {
    if (stop_asked && stop_asked()) {
      return fail(ExitCode::interrupted, fmt::format("interrupted while waiting for {}", server.name));
    }
    const auto asked = what_ails(server, ask);
    if (!asked) return std::unexpected(asked.error());
    const std::string& ailment = *asked;
    auto tree = ours ? ask.tree() : TreeState{};
    if (!tree) return std::unexpected(tree.error());
    if (!tree->ended.empty()) {
      return fail(ExitCode::environment, fmt::format("{} ended before it was ready: {}{}", server.name,
                                                     tree->ended, log_tail(server)));
    }
    if (ailment.empty() && tree->pids.size() >= wanted) {
      if (!ours) return {};
      if (server.bridged) return ask.furnish();  // its engine listens for it here
      if (!foreign_holder_of(server.port, tree->pids)) return ask.furnish();
      // A worker with a listener of its own (SO_REUSEPORT) may have started since: look at both again.
      tree = ask.tree();
      if (!tree) return std::unexpected(tree.error());
      const auto other = foreign_holder_of(server.port, tree->pids);
      if (!other) return ask.furnish();
      if (tree->ended.empty()) return answered_by(server, *other);
      continue;  // it is ending, perhaps because the port was taken: its log says more
    }
    if (Clock::now() >= deadline) {
      std::string missing = ailment;
      if (tree->pids.size() < wanted) {
        missing +=
            fmt::format("{}processes: {} of {}", ailment.empty() ? "" : "; ", tree->pids.size(), wanted);
      }
      return fail(ExitCode::environment,
                  fmt::format("{} was not ready within {} s: {}{}", server.name, server.ready_timeout_s,
                              missing, ours ? log_tail(server) : ""));
    }
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace shootout::launch
