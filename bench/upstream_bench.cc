// How late does an I/O simulator answer when many requests wait? And how late is a bare timer on the same
// core? One measurement a call, as JSON on stdout; upstream.py beside it runs them, pinned, and makes the
// table.
#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event_loop.h"

namespace {

using shootout::engine::EpollSet;
using shootout::engine::EventLoop;
using shootout::engine::IoHandler;
using shootout::engine::kMicrosecond;
using shootout::engine::kMillisecond;
using shootout::engine::kSecond;
using shootout::engine::monotonic_now;
using shootout::engine::Nanoseconds;
using shootout::engine::Timer;

[[noreturn]] void die(const std::string& what) {
  fmt::print(stderr, "upstream_bench: {}\n", what);
  std::exit(1);
}

/// Every sample, exact quantiles.
class Lateness {
 public:
  void record(Nanoseconds late) { samples_.push_back(late); }
  [[nodiscard]] std::size_t count() const { return samples_.size(); }
  std::string json() {
    if (samples_.empty()) die("nothing was measured");
    std::ranges::sort(samples_);
    const auto below = std::ranges::upper_bound(samples_, kMillisecond) - samples_.begin();
    const auto early = std::ranges::lower_bound(samples_, 0) - samples_.begin();
    return fmt::format(
        R"({{"early": {}, "within_1_ms": {:.6f}, "p50_us": {:.1f}, "p99_us": {:.1f}, "p99_9_us": {:.1f}, "max_us": {:.1f}}})",
        early, static_cast<double>(below) / static_cast<double>(samples_.size()), quantile(0.5),
        quantile(0.99), quantile(0.999), quantile(1));
  }

 private:
  [[nodiscard]] double quantile(double q) const {
    const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(samples_.size())));
    return static_cast<double>(samples_[std::max<std::size_t>(rank, 1) - 1]) / kMicrosecond;
  }
  std::vector<Nanoseconds> samples_;
};

struct Plan {
  unsigned port = 0;
  unsigned waiting = 20'000;
  double rate = 2'000;
  double seconds = 20;
  unsigned connections = 0;  ///< 0: as many as there may be open files, at most one for each that waits
};

/// What no server can beat here: waits that end at random times, as many a second as there are expiries.
void measure_timer(const Plan& plan) {
  auto set = EpollSet::create();
  if (!set) die(set.error().what);
  std::mt19937_64 random(1);
  std::exponential_distribution<double> gap(plan.rate);
  Lateness lateness;
  const Nanoseconds end = monotonic_now() + shootout::engine::from_seconds(plan.seconds);
  for (Nanoseconds deadline = monotonic_now(); deadline < end;) {
    deadline += shootout::engine::from_seconds(gap(random));
    Nanoseconds now = monotonic_now();
    while (now < deadline) {
      (*set)->wait(deadline);
      now = monotonic_now();
    }
    lateness.record(now - deadline);
  }
  fmt::print(R"({{"expiries": {}, "lateness": {}}})"
             "\n",
             lateness.count(), lateness.json());
}

class Client;

class Connection final : public IoHandler {
 public:
  Connection(Client& client, int fd) : client_(client), fd_(fd) {}
  void on_io(std::uint32_t events) override;
  /// Asks for an answer at about that time, never before the answers that are already under way here.
  void ask(class Slot& slot, Nanoseconds expiry);

 private:
  struct Asked {
    Slot* slot;
    Nanoseconds sent, delay;
  };
  /// Takes one answer from the front; false when there is no whole one.
  bool take_answer();

  Client& client_;
  int fd_;
  std::string input_;
  std::deque<Asked> asked_;
  Nanoseconds last_expiry_ = 0;
};

/// One of those that wait: asks again as soon as it is answered.
class Slot final : public Timer {
 public:
  Slot(Client& client, Connection& connection) : client_(client), connection_(connection) {}
  void on_timer() override { ask(); }
  void ask();

 private:
  Client& client_;
  Connection& connection_;
};

class Client {
 public:
  explicit Client(const Plan& plan) : plan_(plan), mean_delay_(plan.waiting / plan.rate) {
    auto loop = EventLoop::create();
    if (!loop) die(loop.error().what);
    loop_ = std::move(*loop);
  }

  void run() {
    open_connections();
    const Nanoseconds start = monotonic_now();
    for (unsigned i = 0; i < plan_.waiting; ++i) {
      slots_.push_back(std::make_unique<Slot>(*this, *connections_[i % connections_.size()]));
      loop_->arm(*slots_.back(), start + shootout::engine::from_seconds(i / plan_.rate));
    }
    // Twice the mean delay: then as many end in each second as in any other.
    window_start_ = start + shootout::engine::from_seconds(2 * mean_delay_);
    window_end_ = window_start_ + shootout::engine::from_seconds(plan_.seconds);
    while (monotonic_now() < window_end_) loop_->run_once(window_end_);
    fmt::print(
        R"({{"connections": {}, "answers": {}, "answers_per_second": {:.1f}, "inside": {}, "client": {}}})"
        "\n",
        connections_.size(), inside_.count(), static_cast<double>(inside_.count()) / plan_.seconds,
        inside_.json(), client_.json());
  }

  EventLoop& loop() { return *loop_; }
  Nanoseconds random_delay() {
    return shootout::engine::from_seconds(mean_delay_ *
                                          std::uniform_real_distribution<double>(0.5, 1.5)(random_));
  }
  void record(Nanoseconds received, Nanoseconds by_client, Nanoseconds by_server) {
    if (received < window_start_ || received >= window_end_) return;
    client_.record(by_client);
    inside_.record(by_server);
  }

 private:
  void open_connections();

  Plan plan_;
  double mean_delay_;  ///< seconds; with so many waiting it makes the rate (Little's law)
  std::unique_ptr<EventLoop> loop_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::mt19937_64 random_{1};
  Nanoseconds window_start_ = 0, window_end_ = 0;
  Lateness inside_, client_;
};

void Client::open_connections() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  constexpr unsigned kOtherFiles = 100;  // the server's and ours; its limit is taken to be the same
  const auto files = static_cast<unsigned>(std::min<rlim_t>(limit.rlim_max, 1'000'000));
  const unsigned most = files > 2 * kOtherFiles ? files - kOtherFiles : files / 2;
  const unsigned wanted = plan_.connections > 0 ? plan_.connections : std::min(plan_.waiting, most);

  sockaddr_in server{};
  server.sin_family = AF_INET;
  server.sin_port = htons(static_cast<std::uint16_t>(plan_.port));
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (unsigned i = 0; i < wanted; ++i) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) die(fmt::format("connection {}: {}", i, std::strerror(errno)));
    const int yes = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    // Several source addresses, so that ports in TIME_WAIT of the run before do not run out.
    ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
    sockaddr_in source{};
    source.sin_family = AF_INET;
    source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + i % 16);
    if (::bind(fd, reinterpret_cast<sockaddr*>(&source), sizeof source) < 0 ||
        ::connect(fd, reinterpret_cast<sockaddr*>(&server), sizeof server) < 0) {
      die(fmt::format("connection {}: {}", i, std::strerror(errno)));
    }
    ::fcntl(fd, F_SETFL, O_NONBLOCK);
    connections_.push_back(std::make_unique<Connection>(*this, fd));
    if (auto watched = loop_->watch(fd, *connections_.back()); !watched) die(watched.error().what);
  }
}

void Slot::ask() {
  connection_.ask(*this, monotonic_now() + client_.random_delay());
}

void Connection::ask(Slot& slot, Nanoseconds expiry) {
  last_expiry_ = std::max(expiry, last_expiry_);
  // Whole microseconds, so that the text is exact.
  const Nanoseconds delay_us = (last_expiry_ - monotonic_now()) / kMicrosecond + 1;
  const std::string request =
      fmt::format("GET /slow-io?delay={}.{:06}&request_id=1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                  delay_us / 1'000'000, delay_us % 1'000'000);
  asked_.push_back({&slot, monotonic_now(), delay_us * kMicrosecond});
  if (::send(fd_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
    die(fmt::format("a request could not be sent: {}", std::strerror(errno)));
  }
}

void Connection::on_io(std::uint32_t events) {
  if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) die("the server closed a connection");
  if ((events & EPOLLIN) == 0) return;
  std::array<char, 16 * 1024> buffer;
  for (;;) {
    const auto count = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) break;
    if (count <= 0) die("the server closed a connection");
    input_.append(buffer.data(), static_cast<std::size_t>(count));
    if (static_cast<std::size_t>(count) < buffer.size()) break;
  }
  while (take_answer()) {
  }
}

bool Connection::take_answer() {
  constexpr std::string_view kEnd = "\r\n\r\n";
  const auto head_end = input_.find(kEnd);
  if (head_end == std::string::npos) return false;
  if (!input_.starts_with("HTTP/1.1 200")) die("not a 200: " + input_.substr(0, input_.find('\r')));
  const char* const length_field = ::strcasestr(input_.c_str(), "\r\ncontent-length:");
  if (length_field == nullptr) die("an answer without Content-Length");
  const auto size = head_end + kEnd.size() + std::strtoul(std::strchr(length_field, ':') + 1, nullptr, 10);
  if (input_.size() < size) return false;
  const Nanoseconds now = monotonic_now();
  if (asked_.empty()) die("an answer that nothing asked for");

  constexpr std::string_view kField = "\"actual_delay\":";
  const auto field = input_.find(kField, head_end);
  if (field == std::string::npos) die("an answer without actual_delay");
  const double actual_s = std::strtod(input_.c_str() + field + kField.size(), nullptr);
  const Asked asked = asked_.front();
  asked_.pop_front();
  input_.erase(0, size);
  client_.record(now, now - asked.sent - asked.delay, std::llround(actual_s * 1e9) - asked.delay);
  asked.slot->ask();
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Lateness of an I/O simulator, or of a bare timer");
  Plan plan;
  app.require_subcommand(1);
  auto* const timer = app.add_subcommand("timer", "waits without sockets");
  auto* const client = app.add_subcommand("client", "a server on 127.0.0.1");
  client->add_option("--port", plan.port)->required();
  client->add_option("--waiting", plan.waiting, "requests that wait at any time");
  client->add_option("--connections", plan.connections, "what waits is spread over them, pipelined");
  for (auto* const command : {timer, client}) {
    command->add_option("--rate", plan.rate, "expiries a second");
    command->add_option("--seconds", plan.seconds, "length of the measured window");
  }
  CLI11_PARSE(app, argc, argv);
  if (*timer) {
    measure_timer(plan);
  } else {
    Client(plan).run();
  }
}
