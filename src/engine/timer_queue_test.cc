#include "engine/timer_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <vector>

namespace shootout::engine {
namespace {

struct Call final : Timer {
  explicit Call(std::function<void()> todo = [] {}) : todo_(std::move(todo)) {}
  void on_timer() override { todo_(); }
  std::function<void()> todo_;
};

TEST(TimerQueue, ExpiresInTheOrderOfDeadlinesAndNotBefore) {
  TimerQueue queue;
  std::vector<int> fired;
  Call third([&] { fired.push_back(3); }), first([&] { fired.push_back(1); }),
      second([&] { fired.push_back(2); });
  queue.arm(third, 30);
  queue.arm(first, 10);
  queue.arm(second, 20);
  queue.expire(9);
  EXPECT_TRUE(fired.empty());
  queue.expire(20);
  EXPECT_EQ(fired, (std::vector{1, 2}));
  EXPECT_FALSE(first.armed());
  EXPECT_TRUE(third.armed());
  EXPECT_EQ(queue.earliest(), 30);
  queue.disarm(third);
  EXPECT_EQ(queue.earliest(), kNever);
}

TEST(TimerQueue, MovingLaterHoldsBackAndMovingEarlierBringsForward) {
  TimerQueue queue;
  int fired = 0;
  Call timer([&] { ++fired; });
  queue.arm(timer, 10);
  queue.arm(timer, 100);
  EXPECT_LE(queue.earliest(), 100);
  queue.expire(99);
  EXPECT_EQ(fired, 0);
  EXPECT_EQ(queue.earliest(), 100);
  queue.arm(timer, 50);
  queue.expire(50);
  EXPECT_EQ(fired, 1);
  EXPECT_EQ(queue.size(), 0U);
}

TEST(TimerQueue, ATimerMayArmItselfAnewAndDisarmOthersFromItsCall) {
  TimerQueue queue;
  int again = 0, never = 0;
  Call victim([&] { ++never; });
  Call periodic;
  periodic.todo_ = [&] {
    ++again;
    queue.disarm(victim);
    queue.arm(periodic, 0);  // due already: not before the next pass
  };
  queue.arm(periodic, 5);
  queue.arm(victim, 6);
  queue.expire(10);
  EXPECT_EQ(never, 0);
  EXPECT_EQ(again, 1);
  EXPECT_TRUE(periodic.armed());
  queue.expire(11);
  EXPECT_EQ(again, 2);
}

TEST(TimerQueue, DestroyedTimersDisarmThemselvesAndADestroyedQueueDisarmsItsTimers) {
  auto queue = std::make_unique<TimerQueue>();
  Call survivor;
  {
    Call gone([] { FAIL() << "called after its end"; });
    queue->arm(gone, 1);
    queue->arm(survivor, 2);
  }
  EXPECT_EQ(queue->size(), 1U);
  queue->expire(1);
  queue.reset();
  EXPECT_FALSE(survivor.armed());
}

TEST(TimerQueue, ATimerArmedInAnotherQueueLeavesTheFirst) {
  TimerQueue one, other;
  Call timer;
  one.arm(timer, 1);
  other.arm(timer, 2);
  EXPECT_EQ(one.size(), 0U);
  EXPECT_EQ(other.size(), 1U);
  one.disarm(timer);  // not its queue
  EXPECT_TRUE(timer.armed());
}

// Random arming, moving, disarming and expiring, against a sorted map.
TEST(TimerQueue, AgreesWithASortedMap) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    TimerQueue queue;
    std::multimap<Nanoseconds, int> reference;
    std::vector<int> fired;
    std::deque<Call> timers;
    for (int id = 0; id < 200; ++id) timers.emplace_back([&fired, id] { fired.push_back(id); });
    const auto erase = [&](int id) {
      std::erase_if(reference, [id](const auto& entry) { return entry.second == id; });
    };
    Nanoseconds now = 0;
    for (int step = 0; step < 3000; ++step) {
      const int id = static_cast<int>(random() % timers.size());
      const auto action = random() % 10;
      if (action < 7) {
        const Nanoseconds deadline = now + static_cast<Nanoseconds>(random() % 1000);
        erase(id);
        reference.emplace(deadline, id);
        queue.arm(timers[id], deadline);
      } else if (action < 8) {
        erase(id);
        queue.disarm(timers[id]);
      } else {
        now += static_cast<Nanoseconds>(random() % 40);
        std::vector<int> due;
        while (!reference.empty() && reference.begin()->first <= now) {
          due.push_back(reference.begin()->second);
          reference.erase(reference.begin());
        }
        fired.clear();
        queue.expire(now);
        for (std::size_t i = 1; i < fired.size(); ++i) {
          ASSERT_LE(timers[fired[i - 1]].deadline(), timers[fired[i]].deadline());
        }
        std::ranges::sort(fired);  // equal deadlines come in any order
        std::ranges::sort(due);
        ASSERT_EQ(fired, due) << "seed " << seed << ", step " << step;
      }
      ASSERT_EQ(queue.size(), reference.size());
      ASSERT_LE(queue.earliest(), reference.empty() ? kNever : reference.begin()->first);
    }
  }
}

}  // namespace
}  // namespace shootout::engine
