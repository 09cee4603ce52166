// Places in a request's text that are filled anew for every request.
//
//   {name:1..1000}           a whole number from 1 to 1000, drawn from the seed
//   {name:1..1000:in-order}  1, 2, 3 ... 1000, 1 ...: by the request's number in the load
//   {uuid}                   a random UUID (RFC 9562, version 4)
//   {name}                   the same value again, wherever else in the request
//   {{                       one brace: {{uuid} is the text {uuid}
//
// A name is a letter, then letters, digits, '_', '-' and '.'. A brace that no name with a '}' or ':' after it
// follows is a brace; so is every '}' that ends no slot (JSON is full of "}}"). What begins like a slot and
// is none is an error, never text: a mistyped name must not go to the server as it stands.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error.h"
#include "engine/random_words.h"

namespace shootout::engine {

/// The whole numbers that a slot takes: low <= value <= high.
struct SlotRange {
  std::int64_t low = 0, high = 0;
  bool in_order = false;
  bool operator==(const SlotRange&) const = default;
};

/// A text with its slots found.
class SlotText {
 public:
  struct Piece {
    bool is_slot = false;
    std::string text;                ///< as it is, or the slot's name
    std::optional<SlotRange> range;  ///< where the text gives one
    std::size_t slot = 0;            ///< its place in a SlotSet, by SlotSet::define
  };

  /// Fails (bad_plan) where a slot is ill-formed.
  static Result<SlotText> parse(std::string_view text);

  /// Adds to the end: a text without slots; another text.
  void add_literal(std::string_view text);
  void add(SlotText text);

  /// Without slots.
  [[nodiscard]] bool is_constant() const;
  /// What a constant text says.
  [[nodiscard]] std::string_view constant() const;
  /// No two literals stand together.
  [[nodiscard]] const std::vector<Piece>& pieces() const { return pieces_; }

 private:
  friend class SlotSet;
  std::vector<Piece> pieces_;
};

/// The slots of one request. Their values are a function of the seed and the request's number.
class SlotSet {
 public:
  explicit SlotSet(std::uint64_t seed) : seed_(seed) {}

  /// Takes in the slots of all texts of a request. Fails (bad_plan) where one has two ranges or none.
  Result<void> define(const std::vector<SlotText*>& texts);
  [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const;

  /// Appends the slot's value, or a whole text of define(), for this request.
  void append(std::size_t slot, std::uint64_t number, std::string& out) const;
  void append(const SlotText& text, std::uint64_t number, std::string& out) const;

 private:
  struct Slot {
    std::string name;
    std::optional<SlotRange> range;  ///< none: a UUID
    RandomWords first, second;       ///< the second is for the other half of a UUID
  };
  Result<void> add(const SlotText::Piece& piece);

  std::uint64_t seed_;
  std::vector<Slot> slots_;
};

}  // namespace shootout::engine
