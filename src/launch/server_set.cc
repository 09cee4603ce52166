#include "launch/server_set.h"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <mutex>
#include <system_error>
#include <thread>

#include "base/message_channel.h"
#include "launch/guardian_protocol.h"
#include "launch/handed_over.h"
#include "launch/manager.h"
#include "launch/process_table.h"
#include "launch/readiness.h"
#include "launch/set_folder.h"

namespace shootout::launch {
namespace fs = std::filesystem;
using nlohmann::json;
namespace {

/// Longer than any request takes, behind the requests of others: only a stopped guardian is that silent.
constexpr auto kAnswerTimeout = std::chrono::seconds(120);
constexpr auto kExitTimeout = std::chrono::seconds(3);

Result<void> check_name(const std::string& name) {
  if (name.empty() || name.size() > 64 || name.front() == '.' || name.find('/') != std::string::npos) {
    return fail(ExitCode::usage, fmt::format("\"{}\" cannot be the name of a set of servers", name),
                "use 1 to 64 characters, no slash, no dot at the beginning");
  }
  return {};
}

/// Starts this very program in the role of the guardian, with `control` as its descriptor 3.
Result<pid_t> start_guardian(int control, const std::string& set) {
  constexpr int kControlFd = 3;
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, control, kControlFd);  // not close-on-exec there
  std::string program = "shootout:" + set;                            // what the process list shows
  char role[] = "__guardian", fd[] = "3";
  char* const arguments[] = {program.data(), role, fd, nullptr};
  pid_t pid = 0;
  // Of its own session from the start: Ctrl-C in the terminal is shootout's business, not the guardian's.
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  // Not by its path: the file may have been replaced by a newer build since.
  const int error = ::posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, arguments, ::environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    return fail(ExitCode::environment, fmt::format("cannot start the guardian: {}", errno_text(error)),
                "the limit of processes may be reached (ulimit -u)");
  }
  return pid;
}

}  // namespace

struct ServerSet::Impl {
  std::string name;
  fs::path temporary;
  pid_t guardian = 0;
  std::uint64_t guardian_start_ticks = 0;
  bool is_child = false;   ///< the guardian is this process's child, to be waited for
  bool kept = false;       ///< handed over: it outlives this object
  bool over = false;       ///< there is nobody to ask any more
  bool all_ended = false;  ///< nothing of the set is left
  MessageChannel channel;
  std::mutex mutex;
  std::vector<Server> last_known;

  Impl(std::string set, fs::path folder, MessageChannel to_guardian)
      : name(std::move(set)), temporary(std::move(folder)), channel(std::move(to_guardian)) {}

  /// Asks the guardian, and gives what `read` makes of its answer.
  template <class Read>
  auto ask(json request, Read read) -> Result<decltype(read(json()))> {
    const std::lock_guard lock(mutex);
    if (over)
      return fail(ExitCode::environment, fmt::format("the guardian of {} is not there any more", name));
    auto answer = exchange(request);
    if (!answer) return std::unexpected(answer.error());
    try {
      if (answer->contains("error")) return std::unexpected(error_from(answer->at("error")));
      return read(answer->at("ok"));
    } catch (const json::exception& problem) {
      return fail(ExitCode::internal,
                  fmt::format("the guardian of {} answers strangely: {}", name, problem.what()),
                  "it may be of another version of shootout: end its servers with that one");
    }
  }
  Result<void> tell(json request) {
    auto answer = ask(std::move(request), [](const json&) { return true; });
    if (!answer) return std::unexpected(answer.error());
    return {};
  }

  Result<json> exchange(const json& request) {
    if (!channel.send(request)) return std::unexpected(guardian_gone());
    const auto deadline = std::chrono::steady_clock::now() + kAnswerTimeout;
    while (std::chrono::steady_clock::now() < deadline) {
      auto answer = channel.receive(1);
      if (!answer) return std::unexpected(guardian_gone());
      if (*answer) return std::move(**answer);
    }
    over = true;
    return fail(ExitCode::environment,
                fmt::format("the guardian of {} (pid {}) does not answer", name, guardian),
                fmt::format("if it is stopped, continue it: kill -CONT {}", guardian));
  }

  bool wait_for_exit() {
    const auto deadline = std::chrono::steady_clock::now() + kExitTimeout;
    while (std::chrono::steady_clock::now() < deadline) {
      if (is_child ? ::waitpid(guardian, nullptr, WNOHANG) != 0 : !lives(guardian, guardian_start_ticks))
        return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
  }

  /// Does what the guardian cannot do any more.
  Error guardian_gone() {
    over = true;
    wait_for_exit();
    const auto ended = end_strays();
    all_ended = ended.has_value();
    if (!temporary.empty()) (void)remove_set_folder(temporary);
    if (kept) (void)registered_set(handed_over_folder(), name);  // removes the entry of a dead guardian
    return {ExitCode::environment,
            fmt::format("the guardian of {} (pid {}) has gone, and its servers with it{}", name, guardian,
                        ended ? "" : "; " + ended.error().what),
            "somebody ended it from outside; start the servers again"};
  }
};

ServerSet::ServerSet(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ServerSet::ServerSet(ServerSet&&) noexcept = default;
ServerSet& ServerSet::operator=(ServerSet&& other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}
ServerSet::~ServerSet() {
  if (impl_ && !impl_->kept && !impl_->over) (void)stop_all();
}

Result<ServerSet> ServerSet::create(const std::string& name, const fs::path& folder) {
  if (auto good = check_name(name); !good) return std::unexpected(good.error());
  auto pair = MessageChannel::make_pair();
  if (!pair) return std::unexpected(pair.error());
  auto guardian = start_guardian(pair->second.fd(), name);
  if (!guardian) return std::unexpected(guardian.error());
  {
    const MessageChannel closed = std::move(pair->second);
  }  // only the guardian may hold its end
  const auto process = read_process(*guardian);
  ServerSet set(
      std::make_unique<Impl>(name, folder.empty() ? folder : fs::absolute(folder), std::move(pair->first)));
  set.impl_->guardian = *guardian;
  set.impl_->guardian_start_ticks = process ? process->start_ticks : 0;
  set.impl_->is_child = true;
  auto made = set.impl_->ask({{"do", "open"}, {"name", name}, {"folder", set.impl_->temporary.string()}},
                             [](const json& opened) { return opened.at("temporary").get<std::string>(); });
  if (!made) return std::unexpected(made.error());
  set.impl_->temporary = *made;
  return set;
}

Result<std::optional<ServerSet>> ServerSet::attach(const std::string& name) {
  if (auto good = check_name(name); !good) return std::unexpected(good.error());
  const auto folder = handed_over_folder();
  const auto entry = registered_set(folder, name);
  if (!entry) return std::nullopt;
  auto socket = connect_to_set(folder, name);
  if (!socket) return std::nullopt;  // it is just going
  ServerSet set(std::make_unique<Impl>(name, entry->temporary, MessageChannel(std::move(*socket))));
  set.impl_->guardian = entry->guardian;
  set.impl_->guardian_start_ticks = entry->guardian_start_ticks;
  set.impl_->kept = true;
  if (auto hello = set.impl_->tell({{"do", "hello"}}); !hello) {
    if (!entry->guardian_lives()) return std::nullopt;
    return std::unexpected(hello.error());
  }
  return std::optional(std::move(set));
}

const fs::path& ServerSet::temporary_folder() const {
  return impl_->temporary;
}

Result<Server> ServerSet::start(const suite::Launchable& what, const StartOptions& options) {
  const auto data_folder = options.data_folder.empty() ? fs::path() : fs::absolute(options.data_folder);
  auto command = what.command;
  if (!what.programs.empty()) {
    command = manager_command({what.programs, options.container ? fs::path(kDataInContainer) : data_folder});
    if (options.container) command.front() = kProgramInContainer;
  }
  const ServerSpec spec{
      .server = {.name = what.name,
                 .title = what.title,
                 .port = what.port,
                 .url = what.url,
                 .health = what.health,
                 .workers = what.workers,
                 .other_processes = what.other_processes,
                 .ready_timeout_s = what.ready_timeout_s,
                 .log_file = options.log_file.empty() ? fs::path() : fs::absolute(options.log_file),
                 .command = std::move(command),
                 .backend_ports = what.backend_ports,
                 .listeners = what.listeners,
                 .ready_by_command = !what.ready.empty(),
                 .bridged = options.container && options.container->bridged},
      .folder = what.folder.empty() ? fs::path() : fs::absolute(what.folder),
      .variables = what.variables,
      .cpus = options.cpus,
      .ready = what.ready,
      .before_start = what.before_start,
      .after_ready = what.after_ready,
      .data_folder = data_folder,
      .unprivileged = what.unprivileged,
      .gives_up_rights = what.gives_up_rights(),
      .limits = options.limits,
      .container = options.container};
  return impl_->ask({{"do", "start"}, {"spec", to_json(spec)}}, server_from);
}

Result<void> ServerSet::wait_ready(const Server& server, const std::function<bool()>& stop_asked) {
  const Questions questions{
      .tree =
          [&] {
            return impl_->ask({{"do", "tree"}, {"server", server.name}}, [](const json& tree) {
              return TreeState{.pids = tree.at("pids"), .ended = tree.at("how")};
            });
          },
      .missing =
          [&] {
            return impl_->ask({{"do", "missing"}, {"server", server.name}},
                              [](const json& missing) { return missing.get<std::string>(); });
          },
      .furnish = [&] { return impl_->tell({{"do", "furnish"}, {"server", server.name}}); }};
  return wait_until_ready(server, questions, stop_asked);
}

Result<void> ServerSet::stop(const std::string& name) {
  return impl_->tell({{"do", "stop"}, {"server", name}});
}

Result<void> ServerSet::freeze(const std::string& name) {
  return impl_->tell({{"do", "freeze"}, {"server", name}});
}

Result<void> ServerSet::thaw(const std::string& name) {
  return impl_->tell({{"do", "thaw"}, {"server", name}});
}

Result<Server> ServerSet::restart(const std::string& name) {
  return impl_->ask({{"do", "restart"}, {"server", name}}, server_from);
}

Result<void> ServerSet::stop_all() {
  auto stopped = impl_->tell({{"do", "stop_all"}});
  if (impl_->all_ended) return {};  // before, or together with the guardian: that is what was asked for
  if (!impl_->over) impl_->wait_for_exit();
  impl_->over = true;
  impl_->all_ended = stopped.has_value();
  return stopped;
}

std::vector<Server> ServerSet::servers() const {
  auto list = impl_->ask({{"do", "servers"}}, [](const json& servers) {
    std::vector<Server> found;
    for (const auto& server : servers) found.push_back(server_from(server));
    return found;
  });
  const std::lock_guard lock(impl_->mutex);
  if (list) impl_->last_known = std::move(*list);
  return impl_->last_known;
}

Result<std::vector<Ended>> ServerSet::ended() {
  return impl_->ask({{"do", "ended"}}, [](const json& list) {
    std::vector<Ended> found;
    for (const auto& one : list) found.push_back({.name = one.at("name"), .how = one.at("how")});
    return found;
  });
}

Result<std::vector<pid_t>> ServerSet::tree(const std::string& name) {
  return impl_->ask({{"do", "tree"}, {"server", name}},
                    [](const json& tree) { return tree.at("pids").get<std::vector<pid_t>>(); });
}

Result<void> ServerSet::hand_over() {
  auto kept = impl_->tell({{"do", "hand_over"}, {"folder", handed_over_folder().string()}});
  if (kept) impl_->kept = true;
  return kept;
}

std::vector<std::string> handed_over_sets() {
  return registered_sets(handed_over_folder());
}

}  // namespace shootout::launch
