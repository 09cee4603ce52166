#include "launch/guardian.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/folders.h"
#include "base/text.h"
#include "launch/child_process.h"
#include "launch/handed_over.h"
#include "launch/ports.h"
#include "launch/server_process.h"
#include "launch/set_folder.h"

namespace shootout::launch {
namespace fs = std::filesystem;
using nlohmann::json;
namespace {

constexpr EndingRules kOrdinary{};
/// shootout was killed: the person wants the machine back.
constexpr EndingRules kAbandoned{.grace_s = 1};

std::unexpected<Error> could_not_end(const std::string& whom, const std::vector<pid_t>& left) {
  std::string list;
  for (const pid_t pid : left) list += fmt::format("\n  {} {}", pid, command_line(pid));
  return fail(ExitCode::environment, fmt::format("these processes of {} could not be ended:{}", whom, list),
              "if a freezer cgroup holds them, thaw it: they end then");
}

std::unexpected<Error> ended_by_itself(const Server& server, const std::string& to_be) {
  return fail(ExitCode::environment,
              fmt::format("{} cannot be {}: it has ended by itself ({})", server.name, to_be, server.ended),
              fmt::format("its log may say why: {}", server.log_file.string()));
}

std::unexpected<Error> about(const std::string& name, Error error) {
  error.what = fmt::format("{}: {}", name, error.what);
  return std::unexpected(std::move(error));
}

/// The answer to a request that has nothing to tell but whether it succeeded.
Result<json> nothing_or(const Result<void>& result) {
  if (!result) return std::unexpected(result.error());
  return json();
}

UniqueFd watch_signals() {
  for (const int ignored : {SIGINT, SIGHUP, SIGPIPE}) ::signal(ignored, SIG_IGN);
  for (const int seen : {SIGCHLD, SIGTERM})
    ::signal(seen, SIG_DFL);  // shootout's parent may have had them ignored
  sigset_t watched;
  ::sigemptyset(&watched);
  ::sigaddset(&watched, SIGCHLD);
  ::sigaddset(&watched, SIGTERM);
  ::sigprocmask(SIG_SETMASK, &watched, nullptr);
  return UniqueFd(::signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK));
}

}  // namespace

Guardian::Guardian(UniqueFd control) : signals_(watch_signals()), owner_(std::move(control)) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  mark_.guardian = ::getpid();
  if (const auto self = read_process(::getpid())) mark_.guardian_start_ticks = self->start_ticks;
}

int Guardian::run() {
  while (!finished_) {
    wait();
    take_signals();
    if (!finished_ && owner_ && !serve(*owner_)) {
      owner_.reset();
      if (register_folder_.empty()) return tear_down(kAbandoned) ? 0 : 1;
    }
    std::erase_if(clients_, [&](MessageChannel& client) { return !finished_ && !serve(client); });
    if (!finished_) accept_client();
    if (!finished_ && !register_folder_.empty() && !any_lives()) return tear_down(kOrdinary) ? 0 : 1;
  }
  return 0;
}

void Guardian::wait() {
  std::vector<pollfd> fds{{signals_.get(), POLLIN, 0}};
  if (owner_) fds.push_back({owner_->fd(), POLLIN, 0});
  if (listener_) fds.push_back({listener_.get(), POLLIN, 0});
  for (const auto& client : clients_) fds.push_back({client.fd(), POLLIN, 0});
  for (const auto& [name, entry] : entries_) {
    if (!entry.container) continue;
    if (entry.lives()) fds.push_back({entry.container->ending_fd(), POLLIN, 0});
    if (entry.container->log_fd() >= 0) fds.push_back({entry.container->log_fd(), POLLIN, 0});
  }
  ::poll(fds.data(), fds.size(), -1);
}

void Guardian::take_signals() {
  signalfd_siginfo info{};
  while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
    if (info.ssi_signo == SIGTERM && !finished_) (void)tear_down(kOrdinary);
  }
  reap();
  look_after_containers();
}

void Guardian::accept_client() {
  if (!listener_) return;
  if (UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)); socket) {
    clients_.emplace_back(std::move(socket));
  }
}

bool Guardian::serve(MessageChannel& client) {
  while (!finished_) {
    auto request = client.receive(0);
    if (!request) return false;
    if (!*request) return true;
    if (!client.send(answer(**request))) return false;
  }
  return true;
}

json Guardian::answer(const json& request) {
  try {
    auto result = perform(request);
    return result ? json{{"ok", std::move(*result)}} : json{{"error", to_json(result.error())}};
  } catch (const json::exception& problem) {
    return {
        {"error", to_json(Error{ExitCode::internal,
                                fmt::format("the guardian does not understand a request: {}", problem.what()),
                                "it may be of another version of shootout: end its servers with that one"})}};
  }
}

Result<json> Guardian::perform(const json& request) {
  const std::string what = request.at("do");
  if (what == "open") return open(request);
  if (what == "hello") return json{{"guardian", mark_.guardian}, {"temporary", temporary_.string()}};
  if (what == "start") return start(spec_from(request.at("spec")));
  if (what == "missing") return missing(request.at("server"));
  if (what == "furnish") return nothing_or(furnish(request.at("server")));
  if (what == "stop") return stop(request.at("server"));
  if (what == "freeze") return nothing_or(freeze(request.at("server")));
  if (what == "thaw") return nothing_or(thaw(request.at("server")));
  if (what == "restart") return restart(request.at("server"));
  if (what == "servers") return servers();
  if (what == "ended") return take_ended();
  if (what == "tree") return tree(request.at("server"));
  if (what == "hand_over") return hand_over(request.at("folder").get<std::string>());
  if (what == "stop_all") return nothing_or(tear_down(kOrdinary));
  return fail(ExitCode::internal, fmt::format("the guardian does not know the request {}", what));
}

Result<json> Guardian::open(const json& request) {
  mark_.set = request.at("name");
  temporary_ = request.at("folder").get<std::string>();
  ::prctl(PR_SET_NAME, fmt::format("guard {}", mark_.set).c_str());
  if (temporary_.empty()) {
    auto made = make_set_folder(mark_.set);
    if (!made) return std::unexpected(made.error());
    temporary_ = std::move(made->path);
    folder_lock_ = std::move(made->lock);
  } else if (auto made = make_folder(temporary_); !made) {
    return std::unexpected(made.error());
  }
  return json{{"temporary", temporary_.string()}};
}

Result<json> Guardian::start(ServerSpec spec) {
  const std::string name = spec.server.name;
  if (const auto known = entries_.find(name); known != entries_.end()) {
    if (known->second.lives()) return fail(ExitCode::usage, fmt::format("{} runs already", name));
    if (auto ended = end_server(known->second); !ended) return std::unexpected(ended.error());
  }
  Server& server = spec.server;
  server.ended.clear();
  server.pid = 0;
  server.limits_refused.clear();
  server.container.clear();
  std::optional<LimitedGroup> group;
  if (spec.container) {
    Entry entry{.spec = std::move(spec)};
    if (auto started = start_in_container(entry); !started) return std::unexpected(started.error());
    json answer = to_json(entry.spec.server);
    entries_.insert_or_assign(name, std::move(entry));
    return answer;
  }
  if (!server.command.empty()) {
    if (auto free = require_free(server.port, name); !free) return std::unexpected(free.error());
    for (const std::uint16_t port : server.backend_ports) {
      if (auto free = require_free(port, name); !free) return std::unexpected(free.error());
    }
    std::error_code no_log_yet;
    const auto size = fs::file_size(server.log_file, no_log_yet);
    server.log_from = no_log_yet ? 0 : size;
    if (auto provided = provide(spec, surroundings()); !provided) return std::unexpected(provided.error());
    if (spec.limits.cpus > 0 || spec.limits.memory_bytes > 0) {
      auto made = LimitedGroup::make(mark_, name, spec.limits);
      if (made) {
        group = std::move(*made);
      } else {
        server.limits_refused = made.error();
      }
    }
    auto pid = start_process(spec, mark_, temporary_, group ? group->doors() : std::vector<std::string>());
    if (!pid) {
      if (!spec.data_folder.empty()) (void)remove_data_folder(spec.data_folder);
      return std::unexpected(pid.error());
    }
    server.pid = *pid;
  }
  json answer = to_json(server);
  Entry entry{.spec = std::move(spec)};
  entry.group = std::move(group);
  entries_.insert_or_assign(name, std::move(entry));
  return answer;
}

Result<json> Guardian::missing(const std::string& name) {
  auto entry = find(name);
  if (!entry) return std::unexpected(entry.error());
  if ((*entry)->spec.ready.empty()) return json("");
  auto missing = (*entry)->container ? what_is_missing((*entry)->spec, *(*entry)->container)
                                     : what_is_missing((*entry)->spec, surroundings());
  if (!missing) return std::unexpected(missing.error());
  return json(*missing);
}

Result<void> Guardian::furnish(const std::string& name) {
  auto entry = find(name);
  if (!entry) return std::unexpected(entry.error());
  if ((*entry)->furnished) return {};
  auto done = (*entry)->container ? launch::furnish((*entry)->spec, *(*entry)->container)
                                  : launch::furnish((*entry)->spec, surroundings());
  (*entry)->furnished = done.has_value();
  return done;
}

Result<json> Guardian::stop(const std::string& name) {
  auto entry = find(name);
  if (!entry) return std::unexpected(entry.error());
  auto ended = end_server(**entry);
  if (!ended) return std::unexpected(ended.error());
  entries_.erase(name);
  return json();
}

Result<void> Guardian::freeze(const std::string& name) {
  auto entry = find(name);
  if (!entry) return std::unexpected(entry.error());
  const Server& server = (*entry)->spec.server;
  if (!(*entry)->lives()) return ended_by_itself(server, "frozen");
  if ((*entry)->container) {
    auto paused = (*entry)->container->pause();
    return paused ? paused : about(name, std::move(paused.error()));
  }
  if ((*entry)->frozen || server.pid == 0) return {};
  auto frozen = FrozenTree::freeze([&] { return members(server); });
  if (!frozen) return about(name, std::move(frozen.error()));
  (*entry)->frozen = std::move(*frozen);
  return {};
}

Result<void> Guardian::thaw(const std::string& name) {
  auto entry = find(name);
  if (!entry) return std::unexpected(entry.error());
  const Server& server = (*entry)->spec.server;
  if (!(*entry)->lives()) return ended_by_itself(server, "thawed");
  if ((*entry)->container) {
    auto goes = (*entry)->container->resume();
    return goes ? goes : about(name, std::move(goes.error()));
  }
  const auto frozen = std::exchange((*entry)->frozen, std::nullopt);
  if (!frozen) return {};
  auto thawed = frozen->thaw([&] { return members(server); });
  if (!thawed) return about(name, std::move(thawed.error()));
  return {};
}

Result<json> Guardian::restart(const std::string& name) {
  auto entry = find(name);
  if (!entry) return std::unexpected(entry.error());
  if (auto ended = end_server(**entry); !ended) return std::unexpected(ended.error());
  if ((*entry)->lives()) (*entry)->spec.server.ended = "ended for a restart";
  return start((*entry)->spec);
}

Result<json> Guardian::hand_over(const fs::path& folder) {
  if (!register_folder_.empty()) return json();
  auto listener = register_set(folder, {mark_.set, mark_.guardian, mark_.guardian_start_ticks, temporary_});
  if (!listener) return std::unexpected(listener.error());
  listener_ = std::move(*listener);
  register_folder_ = folder;
  return json();
}

json Guardian::servers() const {
  json list = json::array();
  for (const auto& [name, entry] : entries_) list.push_back(to_json(entry.spec.server));
  return list;
}

json Guardian::take_ended() {
  json list = json::array();
  for (const auto& ended : std::exchange(ended_, {}))
    list.push_back({{"name", ended.name}, {"how", ended.how}});
  return list;
}

Result<json> Guardian::tree(const std::string& name) const {
  const auto entry = entries_.find(name);
  if (entry == entries_.end()) return fail(ExitCode::usage, fmt::format("{} is not among the servers", name));
  const Server& server = entry->second.spec.server;
  return json{{"pids", members(server)}, {"how", server.ended}};
}

Result<Guardian::Entry*> Guardian::find(const std::string& name) {
  if (const auto entry = entries_.find(name); entry != entries_.end()) return &entry->second;
  std::vector<std::string> names;
  for (const auto& [known, entry] : entries_) names.push_back(known);
  return fail(ExitCode::usage, unknown_name("server", name, names));
}

void Guardian::reap() {
  int status = 0;
  for (pid_t pid; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
    for (auto& [name, entry] : entries_) {
      Server& server = entry.spec.server;
      if (server.pid != pid || !entry.lives()) continue;
      server.ended = how_ended(status);
      ended_.push_back({name, server.ended});
    }
  }
}

bool Guardian::belongs(const Process& orphan, const Server& server) const {
  if (orphan.session == server.pid || orphan.group == server.pid) return true;
  if (start_variable(orphan.pid, kServerVariable) == server.name) return true;
  // PostgreSQL's processes have sessions of their own, and cover their environment with their titles.
  const auto entry = entries_.find(server.name);
  return entry != entries_.end() && works_below(orphan.pid, entry->second.spec.data_folder);
}

std::vector<pid_t> Guardian::members(const Server& server) const {
  if (server.pid == 0) return {};
  const auto table = read_processes();
  std::vector<pid_t> found;
  const auto add_with_descendants = [&](pid_t pid) {
    found.push_back(pid);
    for (const pid_t descendant : descendants(table, pid)) found.push_back(descendant);
  };
  if (server.ended.empty() && table.contains(server.pid)) add_with_descendants(server.pid);
  if (!server.container.empty()) return found;  // who loses a parent there is its root's child
  // A process that lost its parent is now a child of the guardian, the subreaper.
  for (const auto& [pid, process] : table) {
    if (process.parent == ::getpid() && pid != server.pid && belongs(process, server))
      add_with_descendants(pid);
  }
  return found;
}

bool Guardian::owner_gone() const {
  if (!owner_ || !register_folder_.empty()) return false;
  pollfd owner{owner_->fd(), POLLRDHUP, 0};
  return ::poll(&owner, 1, 0) > 0;
}

Result<void> Guardian::end_server(Entry& entry) {
  if (entry.container) return end_container(entry, kOrdinary.grace_s);
  const auto reported_before = ended_.size();
  const auto left = end_processes(
      [&] {
        reap();
        return members(entry.spec.server);
      },
      [&] { return owner_gone(); });
  // What is ended on request did not end by itself.
  for (size_t i = reported_before; i < ended_.size();) {
    if (ended_[i].name == entry.spec.server.name) {
      ended_.erase(ended_.begin() + static_cast<long>(i));
    } else {
      ++i;
    }
  }
  if (!left.empty()) return could_not_end(entry.spec.server.name, left);
  return clear_away(entry);
}

Surroundings Guardian::surroundings() const {
  return {.mark = mark_, .temporary = temporary_, .stop_asked = [this] {
            sigset_t pending;
            return owner_gone() || (::sigpending(&pending) == 0 && ::sigismember(&pending, SIGTERM) == 1);
          }};
}

Result<void> Guardian::clear_away(Entry& entry) {
  entry.group.reset();
  return entry.spec.data_folder.empty() ? Result<void>() : remove_data_folder(entry.spec.data_folder);
}

Result<void> Guardian::tear_down(const EndingRules& rules) {
  finished_ = true;
  for (auto& [name, entry] : entries_) {  // all are asked before one is waited for
    if (entry.container && entry.lives()) entry.container->ask_to_end();
  }
  Result<void> cleared;
  for (auto& [name, entry] : entries_) {
    if (!entry.container) continue;
    if (auto ended = end_container(entry, rules.grace_s); !ended) cleared = ended;
  }
  if (auto removed = remove_own_network(); !removed) cleared = removed;
  const auto left = end_processes(
      [&] {
        reap();
        return descendants(read_processes(), ::getpid());
      },
      [&] { return owner_gone(); }, rules);
  if (left.empty()) {
    for (auto& [name, entry] : entries_) {
      if (auto done = clear_away(entry); !done) cleared = done;
    }
  }
  if (!temporary_.empty()) {
    if (auto removed = remove_set_folder(temporary_); !removed) cleared = removed;
  }
  if (!register_folder_.empty()) unregister_set(register_folder_, mark_.set);
  if (!left.empty()) return could_not_end(mark_.set, left);
  return cleared;
}

bool Guardian::any_lives() const {
  for (const auto& [name, entry] : entries_) {
    if (entry.lives()) return true;
  }
  return false;
}

}  // namespace shootout::launch
