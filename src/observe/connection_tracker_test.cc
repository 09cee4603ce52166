#include "observe/connection_tracker.h"

#include <gtest/gtest.h>

namespace shootout::observe {
namespace {

constexpr std::uint16_t kPort = 8003, kOther = 40000;

Connection connection(std::uint64_t cookie, pid_t pid, std::uint64_t received = 0, std::uint64_t sent = 0,
                      std::uint16_t local_port = kPort) {
  return {.cookie = cookie,
          .local_port = local_port,
          .remote_port = 1,
          .inode = pid == 0 ? 0 : cookie + 1000,
          .pid = pid,
          .bytes_received = received,
          .bytes_sent = sent};
}

TEST(ConnectionTracker, CountsEachConnectionOnceForTheProcessThatHeldIt) {
  ConnectionTracker tracker(kPort);
  tracker.add({connection(1, 10), connection(2, 11), connection(3, 0), connection(4, 0)});
  tracker.add({connection(1, 10), connection(3, 10), connection(4, 0), connection(9, 10, 0, 0, kOther)});
  EXPECT_EQ(tracker.by_process(), (std::map<pid_t, std::uint64_t>{{10, 2}, {11, 1}}));
  EXPECT_EQ(tracker.never_accepted(), 1U);
}

TEST(ConnectionTracker, OneThatIsMissedOnceIsNotCountedTwice) {
  ConnectionTracker tracker(kPort);
  tracker.add({connection(1, 10, 5)});
  tracker.add({});
  tracker.add({connection(1, 10, 9)});
  EXPECT_EQ(tracker.by_process().at(10), 1U);
  EXPECT_EQ(tracker.bytes().received, 9);
}

TEST(ConnectionTracker, WhatIsClosedStaysCounted) {
  ConnectionTracker tracker(kPort);
  tracker.add({connection(1, 10, 100, 200), connection(2, 0)});
  for (int i = 0; i < 10; ++i) tracker.add({connection(3, 11, 1, 2)});
  EXPECT_EQ(tracker.by_process(), (std::map<pid_t, std::uint64_t>{{10, 1}, {11, 1}}));
  EXPECT_EQ(tracker.never_accepted(), 1U);
  EXPECT_EQ(tracker.bytes().received, 101);
  EXPECT_EQ(tracker.bytes().sent, 202);
}

TEST(ConnectionTracker, BytesFromHere) {
  ConnectionTracker tracker(kPort);
  tracker.add({connection(1, 10, 100, 1000), connection(5, 10, 7, 70, kOther), connection(6, 0, 50, 0)});
  tracker.count_bytes_from_here();
  EXPECT_EQ(tracker.bytes().received, 0);
  tracker.add({connection(1, 10, 150, 1000), connection(2, 10, 3, 30), connection(5, 10, 8, 80, kOther),
               connection(6, 0, 60, 0)});
  EXPECT_EQ(tracker.bytes().received, 50 + 3 + 1) << "what nobody of the tree holds does not count";
  EXPECT_EQ(tracker.bytes().sent, 0 + 30 + 10);
}

TEST(ConnectionTracker, WithoutAPortOnlyBytesCount) {
  ConnectionTracker tracker(0);
  tracker.add({connection(1, 10, 4)});
  EXPECT_TRUE(tracker.by_process().empty());
  EXPECT_EQ(tracker.bytes().received, 4);
}

}  // namespace
}  // namespace shootout::observe
