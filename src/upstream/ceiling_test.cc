#include "upstream/ceiling.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <string>

#include "base/unique_fd.h"
#include "upstream/filler.h"

namespace shootout::upstream {
namespace {

TEST(Ceiling, TheQueryOverridesTheOptions) {
  const CeilingOptions options{.bytes = 10, .work = 20};
  struct Row {
    const char* target;
    std::uint64_t bytes, work;
  };
  for (const auto& [target, bytes, work] : {
           Row{"/", 10, 20},
           Row{"*", 10, 20},
           Row{"/any/path?n=1", 10, 20},
           Row{"/?bytes=0", 0, 20},
           Row{"/?bytes=67108864&work=3", 67108864, 3},
           Row{"http://host/?a=1&work=5&b=2", 10, 5},
           Row{"/?bytes=67108865&work=1000000001", 10, 20},  // beyond the most
           Row{"/?bytes=&work=x", 10, 20},
           Row{"/?bytes=-1&work=1.5", 10, 20},
           Row{"/?mybytes=1&work", 10, 20},
           Row{"/?&&bytes=1&", 1, 20},
       }) {
    const Filler filler = find_filler(target, options);
    EXPECT_EQ(filler.bytes, bytes) << target;
    EXPECT_EQ(filler.work, work) << target;
  }
}

// What arrives of `left` bytes of filler after `sent`, sent piece by piece.
std::string received(const std::string& head, std::uint64_t sent, std::uint64_t left) {
  int ends[2];
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
  const UniqueFd from(ends[0]), to(ends[1]);
  std::string text, rest = head, buffer(1 << 20, '\0');
  while (!rest.empty() || left > 0) {
    const auto count = send_with_filler(from.get(), rest, sent, left);
    if (count > 0) {
      const auto of_head = std::min<std::size_t>(static_cast<std::size_t>(count), rest.size());
      rest.erase(0, of_head);
      sent += static_cast<std::uint64_t>(count) - of_head;
      left -= static_cast<std::uint64_t>(count) - of_head;
    }
    const auto taken = ::recv(to.get(), buffer.data(), buffer.size(), 0);
    if (count <= 0 && taken <= 0) break;
    if (taken > 0) text.append(buffer, 0, static_cast<std::size_t>(taken));
  }
  for (ssize_t taken; (taken = ::recv(to.get(), buffer.data(), buffer.size(), 0)) > 0;) {
    text.append(buffer, 0, static_cast<std::size_t>(taken));
  }
  return text;
}

TEST(FillerText, GoesOnWhereItWasBrokenOff) {
  EXPECT_EQ(received("head ", 0, 5), "head okoko");
  EXPECT_EQ(received("", 3, 4), "koko");
  const std::uint64_t length = 3'000'001;
  const std::string text = received("h", 0, length);
  ASSERT_EQ(text.size(), length + 1);
  for (std::size_t i = 0; i < length; ++i) ASSERT_EQ(text[i + 1], "ok"[i % 2]) << i;
}

TEST(DoWork, EachRoundWorksOnTheResultOfTheOneBefore) {
  const auto next = [](std::uint64_t value) { return (value ^ (value >> 29)) * 0xbf58476d1ce4e5b9; };
  EXPECT_EQ(do_work(0), 1u);
  EXPECT_EQ(do_work(3), next(next(next(3))));
  EXPECT_EQ(do_work(2), next(next(3)));
}

}  // namespace
}  // namespace shootout::upstream
