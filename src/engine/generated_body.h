// Generated contents of uploads and messages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "engine/error.h"

namespace shootout::engine {

/// One block of random bytes, from which every generated content of a plan is cut: each variant is a window
/// of its own onto it, so that many contents take the memory of one.
class GeneratedBody {
 public:
  static constexpr unsigned kMostVariants = 64;
  static constexpr std::uint64_t kLongest = std::uint64_t{4} << 30;  ///< bytes of one content

  enum class Alphabet {
    binary,  ///< any byte: does not compress
    text,    ///< 64 letters, digits and signs of ASCII, so also valid UTF-8
  };

  /// Room for contents of up to `longest` bytes in up to `variants` (at most kMostVariants) variants. Fails
  /// (limits) where there is no memory for them.
  static Result<GeneratedBody> make(std::uint64_t longest, unsigned variants, std::uint64_t seed,
                                    Alphabet alphabet);

  /// The content of this variant and length. Contents of one length, but for 0, differ by their first byte.
  [[nodiscard]] std::string_view window(unsigned variant, std::uint64_t size) const {
    return {block_.get() + std::size_t{variant} * kStride, static_cast<std::size_t>(size)};
  }

 private:
  static constexpr std::size_t kStride = 64;
  std::unique_ptr<char[]> block_;
};

}  // namespace shootout::engine
