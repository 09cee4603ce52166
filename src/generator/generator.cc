#include "generator/generator.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "base/message_channel.h"
#include "generator/load_document.h"

namespace shootout::generator {
namespace {

constexpr double kAskEvery = 0.1;

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status)) return fmt::format("signal {}", WTERMSIG(status));
  return fmt::format("exit status {}", WEXITSTATUS(status));
}

Progress progress_of(const nlohmann::json& message) {
  return {.elapsed_s = message.at("elapsed_s"),
          .completed = message.at("completed"),
          .errors = message.at("errors"),
          .p50_us = message.at("p50_us"),
          .p99_us = message.at("p99_us")};
}

}  // namespace

struct Generator::Impl {
  Impl(pid_t process, MessageChannel to_it) : pid(process), channel(std::move(to_it)) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    if (pid > 0) ::kill(pid, SIGKILL);
    static_cast<void>(wait_for_end());
  }

  int wait_for_end() {
    int status = 0;
    if (pid > 0) {
      while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
      }
    }
    pid = -1;
    return status;
  }

  /// What to tell when the channel broke: how the process ended.
  std::unexpected<Error> gone() {
    if (pid > 0) ::kill(pid, SIGKILL);  // it has closed its end: whatever it still does is of no use
    return fail(ExitCode::internal,
                fmt::format("the load generator's process ended in the middle of a load ({})",
                            how_it_ended(wait_for_end())));
  }

  pid_t pid;
  MessageChannel channel;
};

Generator::Generator(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Generator::Generator(Generator&&) noexcept = default;
Generator& Generator::operator=(Generator&&) noexcept = default;
Generator::~Generator() = default;

pid_t Generator::pid() const {
  return impl_->pid;
}

Result<Generator> Generator::start(const std::vector<int>& cpus, const std::filesystem::path& program) {
  auto pair = MessageChannel::make_pair();
  if (!pair) return std::unexpected(pair.error());
  auto& [ours, its] = *pair;

  // Between fork and exec only what is safe in a signal handler: all is made ready before.
  const std::string path = program.string(), fd_text = std::to_string(its.fd());
  const char* const arguments[] = {"shootout", "__generator", fd_text.c_str(), nullptr};
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int cpu : cpus) {
    if (cpu >= 0 && cpu < CPU_SETSIZE) CPU_SET(cpu, &set);
  }
  constexpr int kCannotPin = 126, kCannotRun = 127;
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0)
    return fail(ExitCode::environment, fmt::format("cannot start a process: {}", errno_text(errno)));
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(0);
    ::signal(SIGINT, SIG_IGN);  // Ctrl-C reaches the whole group; the parent says when to stop
    ::signal(SIGTERM, SIG_DFL);
    if (!cpus.empty() && ::sched_setaffinity(0, sizeof set, &set) != 0) ::_exit(kCannotPin);
    ::fcntl(its.fd(), F_SETFD, 0);
    ::execv(path.c_str(), const_cast<char* const*>(arguments));
    ::_exit(kCannotRun);
  }

  auto impl = std::make_unique<Impl>(child, std::move(ours));
  its = MessageChannel(UniqueFd());
  auto hello = impl->channel.receive();
  while (hello && !*hello) hello = impl->channel.receive();  // a signal came
  if (hello) return Generator(std::move(impl));
  const int status = impl->wait_for_end();
  if (WIFEXITED(status) && WEXITSTATUS(status) == kCannotPin) {
    return fail(ExitCode::environment,
                fmt::format("the load generator cannot be pinned to CPU {}", fmt::join(cpus, ", ")),
                "name CPUs that this process may use");
  }
  return fail(ExitCode::environment,
              fmt::format("cannot start the load generator {} ({})", path, how_it_ended(status)));
}

Result<engine::LoadResult> Generator::run(const engine::LoadPlan& plan,
                                          const std::function<void(const Progress&)>& on_progress,
                                          const std::function<bool()>& stop_asked) {
  if (impl_->pid < 0) return fail(ExitCode::internal, "the load generator's process has ended");
  if (auto sent = impl_->channel.send({{"type", "run"}, {"plan", to_json(plan)}}); !sent)
    return impl_->gone();
  bool stopped = false;
  while (true) {
    if (!stopped && stop_asked && stop_asked()) {
      stopped = true;
      if (auto sent = impl_->channel.send({{"type", "stop"}}); !sent) return impl_->gone();
    }
    const auto received = impl_->channel.receive(kAskEvery);
    if (!received) return impl_->gone();
    const std::optional<nlohmann::json>& message = *received;
    if (!message) continue;
    const nlohmann::json& told = *message;
    const std::string type = told.value("type", "");
    if (type == "result") return load_result_from_json(told.at("result"));
    if (type == "error")
      return fail(static_cast<ExitCode>(told.at("code").get<int>()), told.at("what"), told.at("remedy"));
    if (type == "progress" && on_progress) on_progress(progress_of(told));
  }
}

}  // namespace shootout::generator
