#include "upstream/filler.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>

namespace shootout::upstream {
namespace {

constexpr std::string_view kUnit = "ok";
constexpr std::size_t kPiece = 64 * 1024;
constexpr std::size_t kPiecesAtOnce = 16;  // 1 MiB: more than a socket takes

const auto kFiller = [] {  // no constexpr: so many steps are too many for Clang
  std::array<char, kPiece + kUnit.size()> text{};
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = kUnit[i % kUnit.size()];
  return text;
}();

}  // namespace

std::string_view filler_text() {
  return {kFiller.data(), kPiece};
}

ssize_t send_with_filler(int fd, std::string_view head, std::uint64_t sent, std::uint64_t left) {
  std::array<iovec, kPiecesAtOnce + 1> pieces;
  std::size_t count = 0;
  const auto add = [&](std::string_view text) {
    pieces[count++] = {const_cast<char*>(text.data()), text.size()};  // sendmsg only reads it
  };
  if (!head.empty()) add(head);
  // The text goes on where it was broken off: kPiece is a multiple of the unit.
  const std::string_view piece(kFiller.data() + sent % kUnit.size(), kPiece);
  while (left > 0 && count < pieces.size()) {
    add(piece.substr(0, std::min<std::uint64_t>(left, kPiece)));
    left -= pieces[count - 1].iov_len;
  }
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = count;
  return ::sendmsg(fd, &message, MSG_NOSIGNAL);
}

std::uint64_t do_work(std::uint64_t rounds) {
  std::uint64_t value = rounds | 1;
  for (; rounds > 0; --rounds) {
    value = (value ^ (value >> 29)) * 0xbf58476d1ce4e5b9;
    asm volatile("" : "+r"(value));  // neither left out, nor done otherwise than one after the other
  }
  return value;
}

}  // namespace shootout::upstream
