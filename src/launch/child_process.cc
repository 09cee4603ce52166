#include "launch/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/unique_fd.h"

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

std::string words(const Failure& failure, const ChildSpec& spec) {
  const std::string why = errno_text(failure.error);
  switch (failure.step) {
    case Step::input:
      return fmt::format("its input and output could not be set: {}", why);
    case Step::limits:
      return fmt::format("its control group cannot be entered: {}", why);
    case Step::account:
      return fmt::format("it cannot run as the account {}: {}", spec.account ? spec.account->name : "", why);
    case Step::folder:
      return fmt::format("its folder {}{}: {}", spec.folder.string(),
                         spec.account ? ", as the account " + spec.account->name : "", why);
    case Step::cpus:
      return fmt::format("the CPUs {} cannot be used: {}", fmt::join(spec.cpus, ","), why);
    case Step::program:
      return fmt::format("{}: {}", spec.command.front(), why);
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

/// As many as it may have, as service managers allow servers: a thousand connections are more than the usual
/// soft limit. Where the kernel refuses, it stays as it was.
void raise_open_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// The child between fork and exec; comes back only with what failed.
Failure become_it(const ChildSpec& spec, pid_t parent, char* const* arguments, char** variables) {
  if (spec.leads_session) {
    ::setsid();
  } else {
    ::setpgid(0, 0);
  }
  reset_signals();
  raise_open_files();
  if (!enter(spec.doors)) return {Step::limits, errno};
  if (spec.account && !become(*spec.account)) return {Step::account, errno};
  // A parent that is killed takes its children with it: after the change of account, which would take this
  // back. It may have gone before this line already.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing < 0 || ::dup2(nothing, STDIN_FILENO) < 0) return {Step::input, errno};
  if (spec.log >= 0 && (::dup2(spec.log, STDOUT_FILENO) < 0 || ::dup2(spec.log, STDERR_FILENO) < 0))
    return {Step::input, errno};
  if (!spec.folder.empty() && ::chdir(spec.folder.c_str()) != 0) return {Step::folder, errno};
  if (!spec.cpus.empty() && !pin_to(spec.cpus)) return {Step::cpus, errno};
  ::environ = variables;  // before the search: the program is looked for in the server's own PATH
  ::execvp(arguments[0], arguments);
  return {Step::program, errno};
}

}  // namespace

Result<pid_t> start_child(const ChildSpec& spec) {
  int pipe_fds[2];
  if (::pipe2(pipe_fds, O_CLOEXEC) != 0) {
    return fail(ExitCode::environment, fmt::format("cannot start {}: {}", spec.name, errno_text(errno)));
  }
  UniqueFd from_child(pipe_fds[0]), to_parent(pipe_fds[1]);

  auto arguments = spec.command;
  std::vector<std::string> variables;
  for (const auto& [variable, value] : spec.variables) variables.push_back(variable + "=" + value);
  const auto argv = pointers_to(arguments);
  auto envp = pointers_to(variables);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) {
    const Failure failure = become_it(spec, parent, argv.data(), envp.data());
    (void)!::write(to_parent.get(), &failure, sizeof failure);
    ::_exit(127);
  }
  if (pid < 0) {
    return fail(ExitCode::environment, fmt::format("cannot start {}: {}", spec.name, errno_text(errno)),
                "the limit of processes may be reached (ulimit -u)");
  }
  to_parent.reset();
  Failure failure{};
  ssize_t size;  // nothing comes where exec closed the pipe
  while ((size = ::read(from_child.get(), &failure, sizeof failure)) < 0 && errno == EINTR) {
  }
  if (size != sizeof failure) return pid;
  ::waitpid(pid, nullptr, 0);
  return fail(ExitCode::environment, fmt::format("cannot start {}: {}", spec.name, words(failure, spec)),
              remedy(failure));
}

std::string how_ended(int wait_status) {
  if (WIFEXITED(wait_status)) return fmt::format("exit status {}", WEXITSTATUS(wait_status));
  const int signal = WTERMSIG(wait_status);
  return fmt::format("signal {} ({})", signal, ::strsignal(signal));
}

}  // namespace shootout::launch
