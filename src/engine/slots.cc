#include "engine/slots.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "engine/http_syntax.h"

namespace shootout::engine {
namespace {

constexpr std::string_view kUuid = "uuid";

std::unexpected<Error> bad_slot(std::string_view slot, std::string_view what) {
  return std::unexpected(
      Error{Error::Kind::bad_plan, fmt::format("the slot '{}' {}", printable(slot), what),
            "a slot is {name:1..1000}, {name:1..1000:in-order}, {uuid} or the {name} of one that the request "
            "has; write {{ where a brace is meant"});
}

// The name at the beginning of the text; empty: there is none.
std::string_view slot_name(std::string_view text) {
  const auto is_letter = [](char c) { return is_alphanumeric(c) && !is_digit(c); };
  if (text.empty() || !is_letter(text.front())) return {};
  const auto end = std::ranges::find_if_not(
      text, [](char c) { return is_alphanumeric(c) || c == '_' || c == '-' || c == '.'; });
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

std::optional<std::int64_t> slot_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return number;
}

// LOW..HIGH[:in-order]
std::optional<SlotRange> slot_range(std::string_view text) {
  constexpr std::string_view kDots = "..", kInOrder = ":in-order";
  SlotRange range;
  range.in_order = text.ends_with(kInOrder);
  if (range.in_order) text.remove_suffix(kInOrder.size());
  const auto dots = text.find(kDots);
  if (dots == std::string_view::npos) return {};
  const auto low = slot_number(text.substr(0, dots)), high = slot_number(text.substr(dots + kDots.size()));
  if (!low || !high || *low > *high) return {};
  range.low = *low;
  range.high = *high;
  return range;
}

void append_slot_number(std::int64_t number, std::string& out) {
  const fmt::format_int text(number);
  out.append(text.data(), text.size());
}

void append_uuid(std::uint64_t high, std::uint64_t low, std::string& out) {
  high = (high & ~std::uint64_t{0xf000}) | 0x4000;                   // version 4
  low = (low & ~(std::uint64_t{3} << 62)) | std::uint64_t{1} << 63;  // RFC 9562's variant
  constexpr std::string_view kShape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  std::array<char, 36> text{};
  for (std::size_t i = 0, digit = 0; i < text.size(); ++i) {
    if (kShape[i] == '-') {
      text[i] = '-';
      continue;
    }
    const std::uint64_t word = digit < 16 ? high : low;
    text[i] = "0123456789abcdef"[word >> (60 - 4 * (digit % 16)) & 15];
    ++digit;
  }
  out.append(text.data(), text.size());
}

}  // namespace

Result<SlotText> SlotText::parse(std::string_view text) {
  SlotText parsed;
  while (!text.empty()) {
    const auto brace = std::min(text.find('{'), text.size());
    parsed.add_literal(text.substr(0, brace));
    text.remove_prefix(brace);
    if (text.empty()) break;
    const auto name = slot_name(text.substr(1));
    const auto after = text.substr(1 + name.size());
    if (name.empty() || after.empty() || (after.front() != '}' && after.front() != ':')) {
      parsed.add_literal("{");
      text.remove_prefix(text.starts_with("{{") ? 2 : 1);
      continue;
    }
    const auto end = text.find('}');
    if (end == std::string_view::npos) return bad_slot(text, "has no '}'");
    const auto whole = text.substr(0, end + 1);
    Piece piece{.is_slot = true, .text = std::string(name), .range = {}};
    if (after.front() == ':') {
      piece.range = slot_range(text.substr(2 + name.size(), end - name.size() - 2));
      if (!piece.range) return bad_slot(whole, "has no range of whole numbers");
      if (name == kUuid || name.starts_with("body.")) return bad_slot(whole, "has a name that is taken");
    }
    parsed.pieces_.push_back(std::move(piece));
    text.remove_prefix(whole.size());
  }
  return parsed;
}

void SlotText::add_literal(std::string_view text) {
  if (text.empty()) return;
  if (pieces_.empty() || pieces_.back().is_slot) pieces_.emplace_back();
  pieces_.back().text += text;
}

void SlotText::add(SlotText text) {
  for (Piece& piece : text.pieces_) {
    if (piece.is_slot) {
      pieces_.push_back(std::move(piece));
    } else {
      add_literal(piece.text);
    }
  }
}

bool SlotText::is_constant() const {
  return std::ranges::none_of(pieces_, &Piece::is_slot);
}

std::string_view SlotText::constant() const {
  return pieces_.empty() ? std::string_view() : pieces_.front().text;
}

Result<void> SlotSet::add(const SlotText::Piece& piece) {
  const auto known = find(piece.text);
  if (known && slots_[*known].range != piece.range) {
    return bad_slot(fmt::format("{{{}}}", piece.text), "has two ranges");
  }
  if (known) return {};
  const std::uint64_t stream = static_cast<std::uint64_t>(RandomStream::kSlots) + 2 * slots_.size();
  slots_.push_back({piece.text, piece.range, RandomWords(seed_, stream), RandomWords(seed_, stream + 1)});
  return {};
}

Result<void> SlotSet::define(const std::vector<SlotText*>& texts) {
  for (const SlotText* text : texts) {
    for (const auto& piece : text->pieces_) {
      if (!piece.range && (!piece.is_slot || piece.text != kUuid)) continue;
      if (auto added = add(piece); !added) return added;
    }
  }
  for (SlotText* text : texts) {
    for (auto& piece : text->pieces_) {
      if (!piece.is_slot) continue;
      const auto slot = find(piece.text);
      if (!slot) return bad_slot(fmt::format("{{{}}}", piece.text), "has no range in its request");
      piece.slot = *slot;
    }
  }
  return {};
}

std::optional<std::size_t> SlotSet::find(std::string_view name) const {
  const auto found = std::ranges::find(slots_, name, &Slot::name);
  if (found == slots_.end()) return {};
  return static_cast<std::size_t>(found - slots_.begin());
}

void SlotSet::append(std::size_t slot, std::uint64_t number, std::string& out) const {
  const auto& [name, range, first, second] = slots_[slot];
  if (!range) return append_uuid(first.word(number), second.word(number), out);
  // Unsigned, because the whole range of 64 bits may lie between the ends; a count of 0 stands for 2^64.
  const std::uint64_t low = static_cast<std::uint64_t>(range->low);
  const std::uint64_t count = static_cast<std::uint64_t>(range->high) - low + 1;
  const std::uint64_t in_order = count == 0 ? number : number % count;
  append_slot_number(
      static_cast<std::int64_t>(low + (range->in_order ? in_order : first.below(number, count))), out);
}

void SlotSet::append(const SlotText& text, std::uint64_t number, std::string& out) const {
  for (const auto& piece : text.pieces_) {
    if (piece.is_slot) {
      append(piece.slot, number, out);
    } else {
      out += piece.text;
    }
  }
}

}  // namespace shootout::engine
