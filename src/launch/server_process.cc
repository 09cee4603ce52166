#include "launch/server_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "base/folders.h"
#include "base/unique_fd.h"
#include "launch/account.h"
#include "launch/server_environment.h"

namespace shootout::launch {
namespace {

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (auto& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

enum class Step : int { input, limits, account, folder, cpus, program };

/// What the child says when it could not become the server.
struct Failure {
  Step step;
  int error;
};

std::string words(const Failure& failure, const ServerSpec& spec, const std::optional<Account>& account) {
  const std::string why = errno_text(failure.error);
  switch (failure.step) {
    case Step::input:
      return fmt::format("its input and output could not be set: {}", why);
    case Step::limits:
      return fmt::format("its control group cannot be entered: {}", why);
    case Step::account:
      return fmt::format("it cannot run as the account {}: {}", account ? account->name : "", why);
    case Step::folder:
      return fmt::format("its folder {}{}: {}", spec.works_in().string(),
                         account ? ", as the account " + account->name : "", why);
    case Step::cpus:
      return fmt::format("the CPUs {} cannot be used: {}", fmt::join(spec.cpus, ","), why);
    case Step::program:
      return fmt::format("{}: {}", spec.server.command.front(), why);
  }
  return why;
}

std::string remedy(const Failure& failure) {
  switch (failure.step) {
    case Step::program:
      return "`shootout prepare` makes the programs that a suite needs";
    case Step::folder:
      return "every folder above it must let that account through (chmod o+x)";
    case Step::account:
      return "start shootout as an ordinary user";
    case Step::cpus:
      return "pin to CPUs that this process may use (see `taskset -p $$`)";
    default:
      return "";
  }
}

void reset_signals() {
  for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

bool pin_to(const std::vector<int>& cpus) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int cpu : cpus) {
    if (cpu >= 0 && cpu < CPU_SETSIZE) CPU_SET(static_cast<size_t>(cpu), &set);
  }
  return ::sched_setaffinity(0, sizeof set, &set) == 0;
}

bool enter(const std::vector<std::string>& doors) {
  for (const auto& door : doors) {
    const int fd = ::open(door.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0 || ::write(fd, "0", 1) != 1) return false;
  }
  return true;
}

/// The child between fork and exec; comes back only with what failed.
Failure become_server(const ServerSpec& spec, const std::optional<Account>& account,
                      const std::vector<std::string>& doors, int log, pid_t guardian, char* const* arguments,
                      char** variables) {
  ::setsid();
  reset_signals();
  if (!enter(doors)) return {Step::limits, errno};
  if (account && !become(*account)) return {Step::account, errno};
  // A guardian that is killed takes the roots with it: after the change of account, which would take this
  // back. It may have gone before this line already.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != guardian) ::_exit(1);
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing < 0 || ::dup2(nothing, STDIN_FILENO) < 0 || ::dup2(log, STDOUT_FILENO) < 0 ||
      ::dup2(log, STDERR_FILENO) < 0) {
    return {Step::input, errno};
  }
  if (const auto& folder = spec.works_in(); !folder.empty() && ::chdir(folder.c_str()) != 0)
    return {Step::folder, errno};
  if (!spec.cpus.empty() && !pin_to(spec.cpus)) return {Step::cpus, errno};
  ::environ = variables;  // before the search: the program is looked for in the server's own PATH
  ::execvp(arguments[0], arguments);
  return {Step::program, errno};
}

}  // namespace

Result<pid_t> start_process(const ServerSpec& spec, const SetMark& mark,
                            const std::filesystem::path& temporary, const std::vector<std::string>& doors) {
  const std::string& name = spec.server.name;
  if (auto made = make_folder(spec.server.log_file.parent_path()); !made)
    return std::unexpected(made.error());
  const UniqueFd log(::open(spec.server.log_file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644));
  if (!log) {
    return fail(
        ExitCode::environment,
        fmt::format("cannot write {}'s log {}: {}", name, spec.server.log_file.string(), errno_text(errno)),
        "make it writable, or name another place with SHOOTOUT_HOME");
  }
  int pipe_fds[2];
  if (::pipe2(pipe_fds, O_CLOEXEC) != 0) {
    return fail(ExitCode::environment, fmt::format("cannot start {}: {}", name, errno_text(errno)));
  }
  UniqueFd from_child(pipe_fds[0]), to_parent(pipe_fds[1]);

  auto arguments = spec.server.command;
  const auto account = spec.unprivileged ? account_without_rights() : std::nullopt;
  std::vector<std::string> variables;
  for (const auto& [variable, value] : server_environment(spec, mark, temporary, account))
    variables.push_back(variable + "=" + value);
  const auto argv = pointers_to(arguments);
  auto envp = pointers_to(variables);
  const pid_t guardian = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) {
    const Failure failure =
        become_server(spec, account, doors, log.get(), guardian, argv.data(), envp.data());
    (void)!::write(to_parent.get(), &failure, sizeof failure);
    ::_exit(127);
  }
  if (pid < 0) {
    return fail(ExitCode::environment, fmt::format("cannot start {}: {}", name, errno_text(errno)),
                "the limit of processes may be reached (ulimit -u)");
  }
  to_parent.reset();
  Failure failure{};
  ssize_t size;  // nothing comes where exec closed the pipe
  while ((size = ::read(from_child.get(), &failure, sizeof failure)) < 0 && errno == EINTR) {
  }
  if (size != sizeof failure) return pid;
  ::waitpid(pid, nullptr, 0);
  return fail(ExitCode::environment, fmt::format("cannot start {}: {}", name, words(failure, spec, account)),
              remedy(failure));
}

std::string how_ended(int wait_status) {
  if (WIFEXITED(wait_status)) return fmt::format("exit status {}", WEXITSTATUS(wait_status));
  const int signal = WTERMSIG(wait_status);
  return fmt::format("signal {} ({})", signal, ::strsignal(signal));
}

}  // namespace shootout::launch
