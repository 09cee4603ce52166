#include "engine/event_loop.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <random>
#include <thread>
#include <vector>

#include "engine/epoll_set.h"

namespace shootout::engine {
namespace {

struct Call final : Timer {
  explicit Call(std::function<void()> todo) : todo_(std::move(todo)) {}
  void on_timer() override { todo_(); }
  std::function<void()> todo_;
};

/// Two connected sockets; the first is watched.
class Pair final : public IoHandler {
 public:
  explicit Pair(std::function<void(std::uint32_t)> todo = [](std::uint32_t) {}) : todo_(std::move(todo)) {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends_.data()), 0);
  }
  virtual ~Pair() {
    ::close(ends_[0]);
    close_other();
  }
  void on_io(std::uint32_t events) override { todo_(events); }
  [[nodiscard]] int fd() const { return ends_[0]; }
  void poke() const { EXPECT_EQ(::write(ends_[1], "x", 1), 1); }
  void close_other() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }

  std::function<void(std::uint32_t)> todo_;

 private:
  std::array<int, 2> ends_{-1, -1};
};

std::unique_ptr<EventLoop> make_loop() {
  auto loop = EventLoop::create();
  EXPECT_TRUE(loop) << loop.error().what;
  return std::move(*loop);
}

TEST(EventLoop, TellsReadableWritableAndHangUp) {
  auto loop = make_loop();
  std::uint32_t seen = 0;
  Pair pair([&](std::uint32_t events) { seen = events; });
  ASSERT_TRUE(loop->watch(pair.fd(), pair));
  loop->run_once(kNever);
  EXPECT_EQ(seen, static_cast<std::uint32_t>(EPOLLOUT));
  pair.poke();
  loop->run_once(kNever);
  EXPECT_TRUE(seen & EPOLLIN);
  pair.close_other();
  loop->run_once(kNever);
  EXPECT_TRUE(seen & EPOLLRDHUP);
}

TEST(EventLoop, TellsAnEdgeOnce) {
  auto loop = make_loop();
  int calls = 0;
  Pair pair([&](std::uint32_t) { ++calls; });
  ASSERT_TRUE(loop->watch(pair.fd(), pair));
  pair.poke();
  loop->run_once(0);
  loop->run_once(0);
  EXPECT_EQ(calls, 1);
}

TEST(EventLoop, WatchingTwiceIsAnError) {
  auto loop = make_loop();
  Pair pair;
  ASSERT_TRUE(loop->watch(pair.fd(), pair));
  const auto again = loop->watch(pair.fd(), pair);
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().what.find("epoll_ctl"), std::string::npos);
}

// Both sockets are ready in one batch; whoever comes first ends the other.
TEST(EventLoop, ForgetInABatchKeepsFetchedEventsFromADeadHandler) {
  auto loop = make_loop();
  std::array<std::unique_ptr<Pair>, 2> pairs;
  int calls = 0;
  const auto end_of = [&](std::size_t victim) {
    return [&, victim](std::uint32_t) {
      ++calls;
      ASSERT_TRUE(pairs[victim]);
      loop->forget(pairs[victim]->fd(), *pairs[victim]);
      pairs[victim].reset();
    };
  };
  pairs[0] = std::make_unique<Pair>(end_of(1));
  pairs[1] = std::make_unique<Pair>(end_of(0));
  for (auto& pair : pairs) ASSERT_TRUE(loop->watch(pair->fd(), *pair));
  loop->run_once(kNever);
  EXPECT_EQ(calls, 1);
  EXPECT_NE(pairs[0] == nullptr, pairs[1] == nullptr);
}

TEST(EventLoop, AHandlerMayForgetItselfAndWatchAnotherSocket) {
  auto loop = make_loop();
  int calls = 0;
  Pair next;
  Pair pair([&](std::uint32_t) {
    if (++calls > 1) return;
    loop->forget(pair.fd(), pair);
    ASSERT_TRUE(loop->watch(next.fd(), pair));
  });
  ASSERT_TRUE(loop->watch(pair.fd(), pair));
  loop->run_once(kNever);
  pair.poke();  // the forgotten one
  EXPECT_EQ(calls, 1);
  loop->run_once(kNever);  // the new one is writable
  loop->run_once(0);
  EXPECT_EQ(calls, 2);
}

TEST(EventLoop, TimersFireOnceAndNeverEarly) {
  auto loop = make_loop();
  std::mt19937 random(7);
  std::vector<std::unique_ptr<Call>> timers;
  int fired = 0;
  constexpr int kTimers = 300;
  const Nanoseconds start = monotonic_now();
  for (int i = 0; i < kTimers; ++i) {
    timers.push_back(std::make_unique<Call>([] {}));
    Call& timer = *timers.back();
    timer.todo_ = [&] {
      EXPECT_GE(monotonic_now(), timer.deadline());
      EXPECT_GE(loop->now(), timer.deadline());
      if (++fired == kTimers) loop->stop();
    };
    loop->arm(timer, start + static_cast<Nanoseconds>(random() % (50 * kMillisecond)));
  }
  loop->run();
  EXPECT_EQ(fired, kTimers);
}

TEST(EventLoop, AMovedTimerWaitsForItsNewDeadline) {
  auto loop = make_loop();
  Call timer([&] { loop->stop(); });
  const Nanoseconds deadline = monotonic_now() + 20 * kMillisecond;
  loop->arm(timer, deadline - 19 * kMillisecond);
  loop->arm(timer, deadline);
  loop->run();
  EXPECT_GE(monotonic_now(), deadline);
}

TEST(EventLoop, StopsFromAnotherThread) {
  auto loop = make_loop();
  std::thread stopper([&] { loop->stop(); });
  loop->run();
  stopper.join();
  loop->stop();  // before run()
  loop->run();
}

/// Both alarms: the second one is what kernels before 5.11 get.
class EpollSetTest : public testing::TestWithParam<EpollSet::Alarm> {};

TEST_P(EpollSetTest, WaitsUntilTheDeadlineAndTellsWhatIsReady) {
  auto set = EpollSet::create(GetParam());
  if (!set) GTEST_SKIP() << set.error().what;
  const Nanoseconds begun = monotonic_now();
  EXPECT_TRUE((*set)->wait(begun - 1, begun).empty());  // past: returns

  for (int round = 0; round < 3; ++round) {
    const Nanoseconds deadline = monotonic_now() + 15 * kMillisecond;
    int waits = 0;
    while (monotonic_now() < deadline) {
      for (const epoll_event& event : (*set)->wait(deadline, monotonic_now()))
        EXPECT_EQ(event.data.ptr, nullptr);
      ++waits;
    }
    EXPECT_LT(waits, 10) << "it spins";
  }

  Pair pair;
  pair.poke();
  ASSERT_TRUE((*set)->add(pair.fd(), EPOLLIN | EPOLLET, &pair));
  const auto ready = (*set)->wait(kNever, monotonic_now());
  ASSERT_EQ(ready.size(), 1U);
  EXPECT_EQ(ready.front().data.ptr, &pair);
}

INSTANTIATE_TEST_SUITE_P(Alarms, EpollSetTest,
                         testing::Values(EpollSet::Alarm::pwait2, EpollSet::Alarm::timerfd));

}  // namespace
}  // namespace shootout::engine
