#include "base/message_channel.h"

#include <gtest/gtest.h>

#include <thread>

namespace shootout {
namespace {

TEST(MessageChannel, CarriesMessagesInOrderAndLargeOnesWhole) {
  auto pair = MessageChannel::make_pair();
  ASSERT_TRUE(pair);
  auto& [a, b] = *pair;
  const std::string large(3'000'000, 'x');
  std::thread sender([&a, &large] {
    ASSERT_TRUE(a.send({{"n", 1}}));
    ASSERT_TRUE(a.send({{"text", large}}));
  });
  auto first = b.receive();
  auto second = b.receive();
  sender.join();
  ASSERT_TRUE(first && *first && second && *second);
  EXPECT_EQ((**first)["n"], 1);
  EXPECT_EQ((**second)["text"], large);
}

TEST(MessageChannel, TimesOutAndTellsOfAPeerThatIsGone) {
  auto pair = MessageChannel::make_pair();
  ASSERT_TRUE(pair);
  auto nothing = pair->second.receive(0.01);
  ASSERT_TRUE(nothing);
  EXPECT_FALSE(*nothing);
  {
    auto gone = std::move(pair->first);
  }
  EXPECT_FALSE(pair->second.receive(1));
  EXPECT_FALSE(pair->second.send({{"n", 1}}));
}

}  // namespace
}  // namespace shootout
