#include "launch/container.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <thread>

#include "launch/container_plan.h"
#include "launch/docker_words.h"
#include "launch/ending.h"
#include "launch/process_table.h"
#include "launch/readiness.h"

namespace shootout::launch {
using nlohmann::json;
namespace {

constexpr size_t kContainerLogLines = 15;
constexpr double kLogPatienceS = 1;
constexpr auto kEndPatience = std::chrono::seconds(2);
/// A worker that waits with a timeout has told its master by then that it lives.
constexpr auto kBeforeTheRoot = std::chrono::milliseconds(50);

std::string words_of_exit(int code) {
  constexpr int kSignals = 128;
  if (code <= kSignals || code >= kSignals + NSIG) return fmt::format("exit status {}", code);
  return fmt::format("signal {} ({})", code - kSignals, ::strsignal(code - kSignals));
}

std::string words_of(const json& state) {
  auto words = words_of_exit(state.value("ExitCode", -1));
  if (state.value("OOMKilled", false))
    words += "; its memory limit was reached, and the kernel killed what it held";
  return words;
}

/// The state in `GET /containers/ID/json`, once the root has ended: the engine learns of it a little later.
Result<json> final_state(const DockerEngine& engine, const std::string& id) {
  const auto deadline = std::chrono::steady_clock::now() + kEndPatience;
  while (true) {
    auto told = engine.get("/containers/" + id + "/json", "look at a container");
    if (!told) return told;
    auto state = told->value("State", json::object());
    if (!state.value("Running", false) || std::chrono::steady_clock::now() > deadline) return state;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace

Result<Container> Container::start(const ServerSpec& spec, const SetMark& mark) {
  const std::string& name = spec.server.name;
  auto engine = DockerEngine::at(spec.container->socket);
  if (!engine) return std::unexpected(engine.error());
  std::string network = "host";
  if (spec.container->bridged) {
    auto made = provide_network(*engine, mark);
    if (!made) return std::unexpected(made.error());
    network = *made;
  }
  const auto called = container_name(spec, mark);
  auto made = engine->post("/containers/create?name=" + called, container_plan(spec, mark, network),
                           "make a container for " + name);
  if (!made) return std::unexpected(made.error());
  Container container(std::move(*engine), made->at("Id"));
  container.name_ = called;

  const auto begin = [&]() -> Result<void> {
    auto output = container.engine_.upgrade(
        "/containers/" + container.id_ + "/attach?stream=1&stdout=1&stderr=1", nullptr);
    if (!output) return std::unexpected(output.error());
    auto log = ContainerLog::open(std::move(*output), spec.server.log_file);
    if (!log) return std::unexpected(log.error());
    container.log_ = std::move(*log);
    auto started =
        container.engine_.post("/containers/" + container.id_ + "/start", nullptr, "start " + name);
    if (!started) return std::unexpected(started.error());
    auto told = container.engine_.get("/containers/" + container.id_ + "/json", "look at " + name);
    if (!told) return std::unexpected(told.error());
    const auto& state = told->at("State");
    container.pid_ = state.value("Pid", 0);
    if (container.pid_ > 0)
      container.ending_.reset(static_cast<int>(::syscall(SYS_pidfd_open, container.pid_, 0)));
    if (container.pid_ > 0 && container.ending_) return {};
    const auto last = final_state(container.engine_, container.id_);
    if (last && !last->value("Running", true)) {
      container.log_.drain(kLogPatienceS);
      const auto lines = last_lines(spec.server.log_file, spec.server.log_from, kContainerLogLines);
      return fail(ExitCode::environment,
                  fmt::format("{} ended before it was ready: {}{}{}", name, words_of(*last),
                              lines.empty() ? "" : "\nthe end of its log:\n  ", fmt::join(lines, "\n  ")),
                  "its log: " + spec.server.log_file.string());
    }
    return fail(
        ExitCode::environment,
        fmt::format("the processes of {} cannot be seen from here: its engine runs in another machine or "
                    "in a namespace of its own",
                    name),
        "measure where the engine itself runs");
  };
  if (auto begun = begin(); !begun) {
    (void)container.remove();
    return std::unexpected(begun.error());
  }
  return container;
}

bool Container::has_ended() const {
  pollfd entry{ending_.get(), POLLIN, 0};
  return ::poll(&entry, 1, 0) > 0;
}

std::string Container::how_ended() {
  log_.drain(kLogPatienceS);
  const auto state = final_state(engine_, id_);
  return state ? words_of(*state) : "its Docker engine has gone, too: " + state.error().what;
}

Result<void> Container::pause() {
  if (paused_) return {};
  const auto path = "/containers/" + id_;
  auto stopped = engine_.post(path + "/kill?signal=SIGSTOP", nullptr, "stop a container's root");
  if (!stopped) return std::unexpected(stopped.error());
  auto held = engine_.post(path + "/pause", nullptr, "pause a container");
  if (!held) return std::unexpected(held.error());
  paused_ = true;
  return {};
}

Result<void> Container::resume() {
  if (!paused_) return {};
  paused_ = false;
  const auto path = "/containers/" + id_;
  auto goes = engine_.post(path + "/unpause", nullptr, "let a container go on");
  if (!goes) return std::unexpected(goes.error());
  std::this_thread::sleep_for(kBeforeTheRoot);
  auto root = engine_.post(path + "/kill?signal=SIGCONT", nullptr, "let a container's root go on");
  if (!root) return std::unexpected(root.error());
  return {};
}

void Container::ask_to_end() {
  (void)resume();
  (void)engine_.post("/containers/" + id_ + "/kill?signal=SIGTERM", nullptr, "end a container");
}

bool Container::wait_end(double seconds) const {
  if (!ending_) return true;
  pollfd entry{ending_.get(), POLLIN, 0};
  return ::poll(&entry, 1, static_cast<int>(seconds * 1000)) > 0;
}

Result<void> Container::remove() {
  (void)resume();
  log_.pump();
  auto removed = engine_.remove("/containers/" + id_ + "?force=1&v=1", "remove the container " + name_);
  if (removed) {
    log_.drain(kLogPatienceS);
    return {};
  }
  if (pid_ > 0 && !has_ended()) {
    const auto table = read_processes();
    kill_at_once(pid_);
    for (const pid_t pid : descendants(table, pid_)) kill_at_once(pid);
  }
  removed.error().what = fmt::format("the container {} cannot be removed: {}", name_, removed.error().what);
  removed.error().remedy = "`shootout clean` removes it once the engine is there again";
  return removed;
}

Result<ExecOutcome> Container::exec(const std::vector<std::string>& words, double seconds) const {
  const std::string what = fmt::format("run `{}` in a container", words.front());
  auto made = engine_.post("/containers/" + id_ + "/exec",
                           {{"AttachStdout", true}, {"AttachStderr", true}, {"Cmd", words}}, what);
  if (!made) return std::unexpected(made.error());
  const std::string id = made->at("Id");
  auto stream = engine_.upgrade("/exec/" + id + "/start", {{"Detach", false}, {"Tty", false}});
  if (!stream) return std::unexpected(stream.error());
  OutputFrames frames;
  ExecOutcome outcome{.status = 0, .output = frames.take(stream->first)};
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (true) {
    char bytes[65536];
    const ssize_t n = ::read(stream->socket.get(), bytes, sizeof bytes);
    if (n > 0) {
      outcome.output += frames.take({bytes, static_cast<size_t>(n)});
    } else if (n == 0) {
      break;
    } else if (errno != EAGAIN && errno != EINTR) {
      return fail(ExitCode::environment, fmt::format("cannot {}: {}", what, errno_text(errno)));
    } else {
      const std::chrono::duration<double, std::milli> left = deadline - std::chrono::steady_clock::now();
      if (left.count() <= 0)
        return fail(ExitCode::environment,
                    fmt::format("`{}` did not end within {} s", words.front(), seconds));
      pollfd entry{stream->socket.get(), POLLIN, 0};
      ::poll(&entry, 1, static_cast<int>(left.count()) + 1);
    }
  }
  auto told = engine_.get("/exec/" + id + "/json", what);
  if (!told) return std::unexpected(told.error());
  const auto& code = (*told)["ExitCode"];
  outcome.status = code.is_number() ? code.get<int>() : -1;
  return outcome;
}

}  // namespace shootout::launch
