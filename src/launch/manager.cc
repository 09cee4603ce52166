#include "launch/manager.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.h"
#include "base/folders.h"
#include "base/unique_fd.h"
#include "launch/account.h"
#include "launch/child_process.h"
#include "launch/ending.h"
#include "launch/process_table.h"
#include "launch/restart_pause.h"
#include "launch/server_environment.h"

namespace shootout::launch {
namespace {

using nlohmann::json;
using ManagerClock = std::chrono::steady_clock;

/// Before the guardian's own patience ends: it may have gone.
constexpr auto kManagerGrace = std::chrono::seconds(2);

double seconds_from(ManagerClock::time_point begin, ManagerClock::time_point end) {
  return std::chrono::duration<double>(end - begin).count();
}

/// A line in the contender's log.
void tell(const std::string& line) {
  const std::string text = "shootout: " + line + "\n";
  (void)!::write(STDERR_FILENO, text.data(), text.size());
}

std::map<std::string, std::string> own_variables() {
  std::map<std::string, std::string> variables;
  for (char** variable = ::environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    const size_t equals = text.find('=');
    if (equals != std::string::npos) variables[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return variables;
}

UniqueFd signals_of_manager() {
  for (const int ignored : {SIGINT, SIGHUP, SIGPIPE}) ::signal(ignored, SIG_IGN);
  sigset_t watched;
  ::sigemptyset(&watched);
  ::sigaddset(&watched, SIGCHLD);
  ::sigaddset(&watched, SIGTERM);
  ::sigprocmask(SIG_SETMASK, &watched, nullptr);
  return UniqueFd(::signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK));
}

class Manager {
 public:
  explicit Manager(ManagerPlan plan) : plan_(std::move(plan)), signals_(signals_of_manager()) {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    // In place of the SIGKILL that the guardian has set: when it is gone, everything is ended in order.
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    for (const auto& program : plan_.programs) children_.push_back({.program = &program});
  }

  int run() {
    for (auto& child : children_) {
      if (!kill_at_) start(child);
    }
    while (reap(), !ended()) {
      wait();
      take_signals();
      if (kill_at_ && ManagerClock::now() >= *kill_at_) kill_all();
      for (auto& child : children_) {
        if (!kill_at_ && child.start_at && ManagerClock::now() >= *child.start_at) start(child);
      }
    }
    return status_;
  }

 private:
  struct Child {
    const suite::Program* program = nullptr;
    pid_t pid = 0;  ///< 0: does not run
    ManagerClock::time_point started{};
    std::optional<ManagerClock::time_point> start_at{};
    RestartPause pause{};
  };

  [[nodiscard]] bool ended() const { return kill_at_ && no_child_; }

  void wait() const {
    auto next = kill_at_;
    for (const auto& child : children_) {
      if (!kill_at_ && child.start_at) next = next ? std::min(*next, *child.start_at) : *child.start_at;
    }
    int milliseconds = -1;
    if (next) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(*next - ManagerClock::now());
      milliseconds = static_cast<int>(std::max<long>(left.count(), 0));
    }
    pollfd signals{signals_.get(), POLLIN, 0};
    ::poll(&signals, 1, milliseconds);
  }

  void take_signals() {
    signalfd_siginfo info{};
    while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
      if (info.ssi_signo == SIGTERM) end_all();
    }
  }

  void start(Child& child) {
    child.start_at.reset();
    const suite::Program& program = *child.program;
    ChildSpec spec{.name = program.name, .command = program.command, .variables = own_variables()};
    if (program.unprivileged) {
      spec.account = account_without_rights();
      spec.folder = plan_.data_folder;
    }
    if (spec.account) settle_in(*spec.account, plan_.data_folder, spec.variables);
    const auto pid = start_child(spec);
    if (!pid) {
      tell(pid.error().what + (pid.error().remedy.empty() ? "" : "\n  " + pid.error().remedy));
      return give_up();
    }
    child.pid = *pid;
    child.started = ManagerClock::now();
    no_child_ = false;
    tell(fmt::format("{} is process {}", program.name, child.pid));
  }

  void reap() {
    int status = 0;
    pid_t pid = 0;
    while ((pid = ::waitpid(-1, &status, WNOHANG)) > 0) {
      const auto child = std::ranges::find(children_, pid, &Child::pid);
      if (child != children_.end()) died(*child, status);
    }
    no_child_ = pid < 0 && errno == ECHILD;
  }

  void died(Child& child, int status) {
    const pid_t group = std::exchange(child.pid, 0);
    const double lived_s = seconds_from(child.started, ManagerClock::now());
    ::kill(-group, SIGKILL);
    const std::string what = fmt::format("{} (process {}) has ended after {:.1f} s: {}", child.program->name,
                                         group, lived_s, how_ended(status));
    if (kill_at_) return tell(what);
    const auto pause = child.pause.after(lived_s);
    if (!pause) {
      tell(what + "; it ends at once again and again, and is given up");
      return give_up();
    }
    tell(fmt::format("{}; it is started again in {:.1f} s", what, *pause));
    child.start_at = ManagerClock::now() + std::chrono::duration_cast<ManagerClock::duration>(
                                               std::chrono::duration<double>(*pause));
  }

  void give_up() {
    status_ = 1;
    end_all();
  }

  void end_all() {
    if (kill_at_) return;
    kill_at_ = ManagerClock::now() + kManagerGrace;
    for (const auto& child : children_) {
      if (child.pid != 0) ::kill(child.pid, SIGTERM);
    }
  }

  /// Whoever is left, adopted ones too.
  void kill_all() {
    for (const pid_t pid : descendants(read_processes(), ::getpid())) kill_at_once(pid);
    kill_at_ = ManagerClock::now() + std::chrono::milliseconds(100);  // and again: they may have been forking
  }

  ManagerPlan plan_;
  UniqueFd signals_;
  std::vector<Child> children_;
  std::optional<ManagerClock::time_point> kill_at_;  ///< set when all are being ended
  bool no_child_ = false;
  int status_ = 0;
};

}  // namespace

std::vector<std::string> manager_command(const ManagerPlan& plan) {
  json programs = json::array();
  for (const auto& program : plan.programs) {
    json entry{{"name", program.name}, {"command", program.command}};
    if (program.unprivileged) entry["unprivileged"] = true;
    programs.push_back(std::move(entry));
  }
  json text{{"programs", std::move(programs)}};
  if (!plan.data_folder.empty()) text["data"] = plan.data_folder.string();
  return {program_file().string(), "__manager", text.dump()};
}

int manager_main(const std::string& text) {
  ManagerPlan plan;
  try {
    const json parsed = json::parse(text);
    for (const auto& entry : parsed.at("programs")) {
      plan.programs.push_back({.name = entry.at("name"),
                               .command = entry.at("command"),
                               .unprivileged = entry.value("unprivileged", false)});
    }
    plan.data_folder = parsed.value("data", "");
  } catch (const json::exception& problem) {
    tell(fmt::format("the process manager does not understand what it is to start: {}", problem.what()));
    return static_cast<int>(ExitCode::internal);
  }
  return Manager(std::move(plan)).run();
}

}  // namespace shootout::launch
