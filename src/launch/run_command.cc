#include "launch/run_command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "base/text.h"
#include "base/unique_fd.h"

namespace shootout::launch {
namespace {

constexpr size_t kKeptOutput = 64 * 1024;

std::map<std::string, std::string> merged_environment(const Command& command) {
  std::map<std::string, std::string> all;
  for (char** entry = environ; !command.alone && *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (const auto equals = text.find('='); equals != std::string::npos) {
      all[text.substr(0, equals)] = text.substr(equals + 1);
    }
  }
  for (const auto& [name, value] : command.variables) {
    if (value) {
      all[name] = *value;
    } else {
      all.erase(name);
    }
  }
  return all;
}

// What exec needs, made before fork(): between fork() and exec() nothing may be allocated, other threads may
// hold the allocator's lock.
struct Prepared {
  std::string program = {}, folder = {};
  std::vector<std::string> words = {}, variables = {};
  std::vector<char*> argv = {}, envp = {};
  const Account* account = nullptr;
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (auto& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

/// Where the program's own words would be: "FOLDER: No such file or directory".
void say_why(const char* about) {
  for (const char* part : {about, ": ", strerrordesc_np(errno), "\n"}) [[maybe_unused]]
    auto written = write(STDERR_FILENO, part, strlen(part));
}

[[noreturn]] void become_command(const Prepared& what, int output) {
  signal(SIGTERM, SIG_DFL);
  signal(SIGPIPE, SIG_DFL);
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  dup2(nothing, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  if (what.account != nullptr && !become(*what.account)) {
    say_why(what.account->name.c_str());
  } else if (!what.folder.empty() && chdir(what.folder.c_str()) != 0) {
    say_why(what.folder.c_str());
  } else {
    execve(what.program.c_str(), what.argv.data(), what.envp.data());
    say_why(what.program.c_str());
  }
  _exit(127);
}

// The process between: it leads the group, ends with shootout, and then takes the whole group along.
// (PR_SET_PDEATHSIG on the command alone would leave what the command itself has started.)
[[noreturn]] void keep(const Prepared& what, int output, pid_t shootout) {
  setpgid(0, 0);
  signal(SIGTERM, [](int) { kill(0, SIGKILL); });
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != shootout) _exit(1);
  const pid_t command = fork();
  if (command == 0) become_command(what, output);
  if (command < 0) _exit(126);
  close(output);
  int status = 0;
  while (waitpid(command, &status, 0) < 0 && errno == EINTR) {
  }
  _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

bool has_ended(pid_t keeper) {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(keeper), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == keeper;
}

// Kills what is left of the group, and only then lets the kernel reuse its number.
int end_group(pid_t keeper) {
  kill(-keeper, SIGKILL);
  int status = 0;
  while (waitpid(keeper, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void read_available(int fd, int log, std::string& output) {
  std::array<char, 4096> buffer{};
  ssize_t count = 0;
  while ((count = read(fd, buffer.data(), buffer.size())) > 0) {
    const auto size = static_cast<size_t>(count);
    output.append(buffer.data(), size);
    if (output.size() > 2 * kKeptOutput) output.erase(0, output.size() - kKeptOutput);
    // A log that cannot be written (the disk may be full) must not hide the output, which is kept here as
    // well.
    if (log >= 0) [[maybe_unused]]
      auto written = write(log, buffer.data(), size);
  }
}

}  // namespace

std::optional<std::filesystem::path> find_program(const std::string& name, const std::string& path) {
  if (name.contains('/')) return name;
  for (const auto& folder : split(path, ':')) {
    auto file = std::filesystem::path(folder) / name;
    std::error_code ignored;
    if (std::filesystem::is_regular_file(file, ignored) && access(file.c_str(), X_OK) == 0) return file;
  }
  return std::nullopt;
}

Result<CommandOutcome> run_command(const Command& command, const std::function<bool()>& stop_asked) {
  auto environment = merged_environment(command);
  const auto program = find_program(command.words.front(), environment["PATH"]);
  if (!program) {
    return fail(ExitCode::environment, fmt::format("there is no program `{}` in PATH", command.words.front()),
                fmt::format("install {}", command.words.front()));
  }
  Prepared what{.program = program->string(), .folder = command.folder.string(), .words = command.words};
  for (const auto& [name, value] : environment) what.variables.push_back(name + "=" + value);
  what.argv = pointers(what.words);
  if (command.account) what.account = &*command.account;
  what.envp = pointers(what.variables);

  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    return fail(ExitCode::environment, fmt::format("cannot make a pipe: {}", errno_text(errno)));
  }
  UniqueFd output(ends[0]), input(ends[1]);
  fcntl(output.get(), F_SETFL, O_NONBLOCK);
  UniqueFd log(command.log_file.empty()
                   ? -1
                   : open(command.log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));

  const pid_t shootout = getpid();
  const pid_t keeper = fork();
  if (keeper == 0) keep(what, input.get(), shootout);
  if (keeper < 0)
    return fail(ExitCode::environment, fmt::format("cannot start a process: {}", errno_text(errno)));
  setpgid(keeper, keeper);  // here too: whoever comes first, the group exists before it may have to be killed
  input.reset();

  CommandOutcome outcome;
  while (!has_ended(keeper)) {
    if (stop_asked && stop_asked()) {
      end_group(keeper);
      return fail(ExitCode::interrupted, fmt::format("interrupted in `{}`", fmt::join(command.words, " ")));
    }
    // The output's end comes before the process's; then poll() would return at once, again and again.
    pollfd waiting{.fd = output.get(), .events = POLLIN, .revents = 0};
    poll(&waiting, 1, 20);
    read_available(output.get(), log.get(), outcome.output);
    if ((waiting.revents & (POLLIN | POLLHUP)) == POLLHUP) poll(nullptr, 0, 5);
  }
  outcome.status = end_group(keeper);
  read_available(output.get(), log.get(), outcome.output);
  if (outcome.output.size() > kKeptOutput) outcome.output.erase(0, outcome.output.size() - kKeptOutput);
  return outcome;
}

}  // namespace shootout::launch
