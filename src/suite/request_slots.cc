#include "suite/request_slots.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "suite/names.h"
#include "suite/placeholders.h"

namespace shootout::suite {
namespace {

constexpr std::string_view kUuidSlot = "uuid";
// Of what the request uploads.
constexpr const char *kDigestName = "body.sha256", *kSizeName = "body.size";

bool has(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_ranged(std::string_view placeholder) {
  return placeholder.contains(':');
}

std::string name_of_slot(std::string_view placeholder) {
  return std::string(placeholder.substr(0, placeholder.find(':')));
}

std::optional<std::int64_t> bound_of_slot(std::string_view text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return number;
}

// LOW..HIGH[:in-order]
bool is_slot_range(std::string_view text) {
  constexpr std::string_view kDots = "..", kInOrder = ":in-order";
  if (text.ends_with(kInOrder)) text.remove_suffix(kInOrder.size());
  const size_t dots = text.find(kDots);
  if (dots == std::string_view::npos) return false;
  const auto low = bound_of_slot(text.substr(0, dots));
  const auto high = bound_of_slot(text.substr(dots + kDots.size()));
  return low && high && *low <= *high;
}

std::optional<std::string> mistake_of_ranged(const std::string& placeholder) {
  const std::string name = name_of_slot(placeholder);
  if (!is_name(name) || !std::isalpha(static_cast<unsigned char>(name.front()))) {
    return fmt::format("the slot {{{}}}: {}, and begins with a letter", placeholder, kNameRule);
  }
  if (name == kUuidSlot || name == "health") {
    return fmt::format("the slot {{{}}} has a name that is taken; choose another", placeholder);
  }
  if (!is_slot_range(std::string_view(placeholder).substr(name.size() + 1))) {
    return fmt::format("the slot {{{}}} has no range of whole numbers, such as {{{}:1..1000}}", placeholder,
                       name);
  }
  return std::nullopt;
}

std::vector<std::string> placeholders_or_none(const std::string& text, Braces braces = Braces::strict) {
  return placeholders_in(text, braces).value_or(std::vector<std::string>{});
}

// A value that the slot may take: its lowest; or of a UUID's or a digest's form, which is no JSON.
std::string example_of_slot(const std::string& placeholder) {
  if (placeholder == kUuidSlot) return "00000000-0000-4000-8000-000000000000";
  if (placeholder == kDigestName) return std::string(64, 'a');
  if (!is_ranged(placeholder)) return "1";
  const size_t begin = placeholder.find(':') + 1;
  return placeholder.substr(begin, placeholder.find("..", begin) - begin);
}

}  // namespace

std::vector<std::string> slots_in(const std::string& text, Braces braces) {
  std::vector<std::string> slots;
  for (const auto& placeholder : placeholders_or_none(text, braces)) {
    if (!is_ranged(placeholder) && placeholder != kUuidSlot) continue;
    if (auto name = name_of_slot(placeholder); !has(slots, name)) slots.push_back(std::move(name));
  }
  return slots;
}

std::vector<std::string> slots_of(const RequestSpec& request) {
  auto slots = slots_in(request.target);
  const auto add = [&slots](const std::string& text) {
    for (auto& slot : slots_in(text, Braces::loose)) {
      if (!has(slots, slot)) slots.push_back(std::move(slot));
    }
  };
  for (const auto& [name, value] : request.headers) add(value);
  add(request.body.text);
  if (request.message) add(request.message->text);
  return slots;
}

std::vector<std::string> names_for_checks(const RequestSpec& request) {
  auto names = slots_of(request);
  if (request.body.kind != BodySpec::Kind::none) names.insert(names.end(), {kDigestName, kSizeName});
  return names;
}

std::vector<std::string> slot_mistakes(const std::string& text, Braces braces,
                                       std::map<std::string, std::string>& seen) {
  std::vector<std::string> mistakes;
  for (const auto& placeholder : placeholders_or_none(text, braces)) {
    if (!is_ranged(placeholder)) continue;
    const auto [first, is_new] = seen.emplace(name_of_slot(placeholder), placeholder);
    if (auto mistake = mistake_of_ranged(placeholder)) {
      mistakes.push_back(std::move(*mistake));
    } else if (!is_new && first->second != placeholder) {
      mistakes.push_back(
          fmt::format("the slot {{{}}} has another range before: {{{}}}", placeholder, first->second));
    }
  }
  return mistakes;
}

std::vector<std::string> slot_mistakes(const std::string& expected, const std::vector<std::string>& names) {
  std::vector<std::string> mistakes;
  for (const auto& placeholder : placeholders_or_none(expected)) {
    if (is_ranged(placeholder)) {
      mistakes.push_back(fmt::format("the slot {{{}}} gets its range in the request; here it is {{{}}}",
                                     placeholder, name_of_slot(placeholder)));
    } else if (has(names, placeholder)) {
      continue;
    } else if (placeholder == kUuidSlot) {
      mistakes.emplace_back("the request has no slot {uuid}");
    } else if (placeholder == kDigestName || placeholder == kSizeName) {
      mistakes.push_back(fmt::format("{{{}}} is of a request with a body", placeholder));
    }
  }
  return mistakes;
}

std::optional<std::string> slot_that_is(const std::string& text) {
  const auto parts = parts_of(text, Braces::loose);
  if (!parts || parts->size() != 1 || !parts->front().is_placeholder || !is_ranged(parts->front().text))
    return std::nullopt;
  return name_of_slot(parts->front().text);
}

Result<std::string> fill_for_engine(const std::string& text, const Values& values,
                                    const std::vector<std::string>& slots, Braces braces,
                                    const Values& slot_values) {
  const auto parts = parts_of(text, braces);
  if (!parts) return std::unexpected(parts.error());
  std::string filled;
  auto add_literal = [&filled](std::string_view literal) {
    for (const char c : literal) filled.append(c == '{' ? 2 : 1, c);
  };
  for (const auto& part : *parts) {
    if (!part.is_placeholder) {
      add_literal(part.text);
    } else if (is_ranged(part.text) || has(slots, part.text)) {
      filled += fmt::format("{{{}}}", part.text);
    } else if (const auto slot = slot_values.find(part.text); slot != slot_values.end()) {
      filled += slot->second;
    } else if (const auto value = values.find(part.text); value != values.end()) {
      add_literal(value->second);
    } else {
      auto known = slots;
      for (const auto& [name, value_of_it] : values) known.push_back(name);
      return nothing_fills(part.text, text, known);
    }
  }
  return filled;
}

std::string json_text_with_slots(const std::string& text) {
  const auto parts = parts_of(text);
  std::string example;
  for (const auto& part : parts.value_or(std::vector<TextPart>{})) {
    example += part.is_placeholder ? example_of_slot(part.text) : part.text;
  }
  if (nlohmann::json::accept(example)) return text;
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace shootout::suite
