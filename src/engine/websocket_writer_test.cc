// What a client writes: held against the standard's examples and a plain reading of section 5.
#include <gtest/gtest.h>

#include <cstring>
#include <set>

#include "engine/websocket_frame.h"

namespace shootout::engine {
namespace {

std::uint32_t key_of(std::string_view four_bytes) {
  std::uint32_t key = 0;
  std::memcpy(&key, four_bytes.data(), sizeof key);
  return key;
}

struct ClientFrame {
  unsigned opcode = 0;
  bool final = false;
  std::string key, payload;
};

/// Takes a frame from the front, as section 5.2 has it, byte for byte.
ClientFrame taken(std::string_view& wire) {
  const auto byte = [&] {
    const auto front = static_cast<unsigned char>(wire.at(0));
    wire.remove_prefix(1);
    return front;
  };
  ClientFrame frame;
  const unsigned first = byte();
  frame.final = (first & 0x80) != 0;
  frame.opcode = first & 0x7f;
  const unsigned second = byte();
  EXPECT_NE(second & 0x80, 0) << "masked";
  std::uint64_t length = second & 0x7f;
  if (length >= 126) {
    const int bytes = length == 126 ? 2 : 8;
    length = 0;
    for (int i = 0; i < bytes; ++i) length = length * 256 + byte();
    EXPECT_GT(length, bytes == 2 ? 125U : 65535U) << "the shortest form";
  }
  for (int i = 0; i < 4; ++i) frame.key += static_cast<char>(byte());
  for (std::uint64_t i = 0; i < length; ++i)
    frame.payload += static_cast<char>(byte() ^ static_cast<unsigned char>(frame.key[i % 4]));
  return frame;
}

std::string letters(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('a' + i % 26);
  return text;
}

TEST(WebSocketWriter, WritesTheExampleOfTheStandard) {
  std::string out;
  append_frame(out, Opcode::text, true, "Hello", key_of("\x37\xfa\x21\x3d"));
  EXPECT_EQ(out, "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
}

TEST(WebSocketWriter, WritesEveryLengthSoThatItIsReadBack) {
  for (const std::size_t size :
       {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 124, 125, 126, 127, 65535, 65536, 70001}) {
    std::string out = "before";
    append_frame(out, Opcode::binary, true, letters(size), key_of("\x00\xff\x5a\x81"));
    EXPECT_TRUE(out.starts_with("before"));
    std::string_view wire = std::string_view(out).substr(6);
    const ClientFrame frame = taken(wire);
    EXPECT_TRUE(frame.final);
    EXPECT_EQ(frame.opcode, 2);
    EXPECT_EQ(frame.key, std::string("\x00\xff\x5a\x81", 4));
    EXPECT_EQ(frame.payload, letters(size));
    EXPECT_TRUE(wire.empty());
  }
}

TEST(WebSocketWriter, WritesALengthThatNoMemoryHolds) {
  std::array<char, kLongestFrameHead> head{};
  EXPECT_EQ(write_frame_head(head, Opcode::binary, false, 0x0123456789abcdef, key_of("wxyz")), 14);
  EXPECT_EQ(std::string_view(head.data(), head.size()),
            std::string_view("\x02\xff\x01\x23\x45\x67\x89\xab\xcd\xefwxyz", 14));
}

TEST(WebSocketWriter, AllocatesNothingInABufferThatIsLargeEnough) {
  std::string out;
  out.reserve(200);
  const char* const place = out.data();
  for (int i = 0; i < 100; ++i) {
    out.clear();
    append_frame(out, Opcode::text, true, letters(125), 7);
    append_frame(out, Opcode::pong, true, letters(50), 9);
    ASSERT_EQ(out.data(), place);
    ASSERT_EQ(out.size(), 2 + 4 + 125 + 2 + 4 + 50);
  }
}

TEST(WebSocketWriter, MasksAPayloadInPartsAsInOne) {
  const std::string payload = letters(41);
  const std::uint32_t key = key_of("\x01\x20\x33\xf4");
  std::string whole(payload.size(), '\0');
  mask_into(whole.data(), payload, key);
  for (std::size_t i = 0; i < payload.size(); ++i)
    ASSERT_EQ(whole[i], static_cast<char>(payload[i] ^ "\x01\x20\x33\xf4"[i % 4]));
  for (std::size_t cut = 0; cut <= payload.size(); ++cut) {
    std::string parts = payload;  // in its own place
    mask_into(parts.data(), std::string_view(parts).substr(0, cut), key);
    mask_into(parts.data() + cut, std::string_view(parts).substr(cut), key, cut);
    ASSERT_EQ(parts, whole) << cut;
  }
  std::string far(payload.size(), '\0');
  mask_into(far.data(), payload, key, std::uint64_t{1} << 40);
  EXPECT_EQ(far, whole);
}

TEST(WebSocketWriter, CutsAMessageIntoFrames) {
  for (const std::size_t size : {0, 1, 9, 10, 11, 20, 25}) {
    for (const std::uint64_t fragment :
         {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{10}, ~std::uint64_t{0}}) {
      MaskKeys keys(1);
      std::string out;
      append_message(out, Opcode::text, letters(size), fragment, keys);
      std::string payload;
      std::string_view wire = out;
      std::set<std::string> used;
      std::size_t frames = 0;
      for (bool final = false; !final; ++frames) {
        ASSERT_FALSE(wire.empty());
        const ClientFrame frame = taken(wire);
        EXPECT_EQ(frame.opcode, frames == 0 ? 1 : 0);
        used.insert(frame.key);
        payload += frame.payload;
        final = frame.final;
      }
      EXPECT_TRUE(wire.empty());
      EXPECT_EQ(payload, letters(size));
      EXPECT_EQ(used.size(), frames) << "each frame has a key of its own";
      EXPECT_EQ(frames, fragment == 0 || size == 0 || fragment > size ? 1 : (size + fragment - 1) / fragment);
    }
  }
}

TEST(WebSocketWriter, WritesCloseFrames) {
  std::string out;
  append_close(out, kNormalClosure, key_of("abcd"));
  append_close(out, kNoCloseCode, key_of("abcd"));
  std::string_view wire = out;
  const ClientFrame coded = taken(wire);
  EXPECT_EQ(coded.opcode, 8);
  EXPECT_TRUE(coded.final);
  EXPECT_EQ(coded.payload, "\x03\xe8");
  const ClientFrame plain = taken(wire);
  EXPECT_EQ(plain.opcode, 8);
  EXPECT_EQ(plain.payload, "");
  EXPECT_TRUE(wire.empty());
}

TEST(MaskKeys, AreTheSameForASeedAndOthersForAnother) {
  MaskKeys first(1), again(1), other(2);
  std::set<std::uint32_t> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::uint32_t key = first.next();
    EXPECT_EQ(key, again.next());
    EXPECT_NE(key, other.next());
    seen.insert(key);
  }
  EXPECT_GE(seen.size(), 999);  // 32 bits: two of a thousand may be alike
}

}  // namespace
}  // namespace shootout::engine
