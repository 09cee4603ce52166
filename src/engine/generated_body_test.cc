#include "engine/generated_body.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "engine/http_syntax.h"
#include "engine/sha256.h"

namespace shootout::engine {
namespace {

using Alphabet = GeneratedBody::Alphabet;

TEST(GeneratedBody, HasAnotherContentInEachVariant) {
  for (const auto alphabet : {Alphabet::binary, Alphabet::text}) {
    const auto body = GeneratedBody::make(1000, GeneratedBody::kMostVariants, 1, alphabet);
    ASSERT_TRUE(body);
    for (const std::uint64_t size : {1U, 2U, 65U, 1000U}) {
      std::set<std::string> digests;
      for (unsigned variant = 0; variant < GeneratedBody::kMostVariants; ++variant) {
        ASSERT_EQ(body->window(variant, size).size(), size);
        digests.insert(sha256_of(body->window(variant, size)));
      }
      EXPECT_EQ(digests.size(), GeneratedBody::kMostVariants) << size;
    }
    EXPECT_EQ(body->window(3, 0), "");
  }
}

TEST(GeneratedBody, FollowsFromTheSeed) {
  const auto one = GeneratedBody::make(100, 2, 1, Alphabet::binary);
  const auto again = GeneratedBody::make(100, 2, 1, Alphabet::binary);
  const auto other = GeneratedBody::make(100, 2, 2, Alphabet::binary);
  EXPECT_EQ(one->window(1, 100), again->window(1, 100));
  EXPECT_NE(one->window(1, 100), other->window(1, 100));
}

TEST(GeneratedBody, IsTextOrAnyByte) {
  const auto is_text = [](char c) { return is_alphanumeric(c) || c == '-' || c == '_'; };
  const auto text = GeneratedBody::make(5000, 1, 1, Alphabet::text);
  EXPECT_TRUE(std::ranges::all_of(text->window(0, 5000), is_text));
  const auto binary = GeneratedBody::make(5000, 1, 1, Alphabet::binary);
  const auto bytes = binary->window(0, 5000);
  EXPECT_EQ(std::set<char>(bytes.begin(), bytes.end()).size(), 256U);
}

TEST(GeneratedBody, IsOneBlockWhateverItsVariants) {
  const auto body = GeneratedBody::make(1 << 20, 64, 1, Alphabet::binary);
  const auto first = body->window(0, 1 << 20), last = body->window(63, 1 << 20);
  EXPECT_LT(last.data() + last.size() - first.data(), (1 << 20) + 8192);
}

// FIPS 180-4's own example, and pieces against the whole.
TEST(Sha256, IsTheStandards) {
  EXPECT_EQ(sha256_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 sha;
  sha.add("forgotten");
  sha.reset();
  sha.add("a");
  sha.add("bc");
  EXPECT_EQ(sha.digest(), sha256_of("abc"));
  EXPECT_EQ(sha.digest(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace shootout::engine
