#include "engine/generated_body.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "engine/random_words.h"

namespace shootout::engine {
namespace {

constexpr std::string_view kTextAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static_assert(kTextAlphabet.size() == GeneratedBody::kMostVariants);

}  // namespace

Result<GeneratedBody> GeneratedBody::make(std::uint64_t longest, unsigned variants, std::uint64_t seed,
                                          Alphabet alphabet) {
  const std::size_t size = static_cast<std::size_t>(longest) + kStride * variants;
  GeneratedBody body;
  body.block_.reset(new (std::nothrow) char[size]);
  if (!body.block_) {
    return std::unexpected(Error{Error::Kind::limits,
                                 fmt::format("no memory for a generated content of {} bytes", longest),
                                 "ask for a smaller one"});
  }
  const auto letter = [](std::uint64_t number) { return kTextAlphabet[number % kTextAlphabet.size()]; };
  const RandomWords random(seed, static_cast<std::uint64_t>(RandomStream::content));
  for (std::size_t at = 0; at < size; at += sizeof(std::uint64_t)) {
    const std::uint64_t word = random.word(at);
    char bytes[sizeof word];
    std::memcpy(bytes, &word, sizeof word);
    if (alphabet == Alphabet::text) {
      for (char& byte : bytes) byte = letter(static_cast<unsigned char>(byte));
    }
    std::memcpy(body.block_.get() + at, bytes, std::min(sizeof bytes, size - at));
  }
  const std::uint64_t first = random.word(size);
  for (unsigned variant = 0; variant < variants; ++variant) {
    body.block_[variant * kStride] =
        alphabet == Alphabet::text ? letter(first + variant) : static_cast<char>(first + variant);
  }
  return body;
}

}  // namespace shootout::engine
