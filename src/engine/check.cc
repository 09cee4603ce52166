#include "engine/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "engine/http_syntax.h"
#include "engine/random_words.h"
#include "engine/sha256.h"

namespace shootout::engine {

/// A check, with what is known of its expected value before there is a request.
struct CheckRule {
  Check::Kind kind = Check::Kind::body_contains;
  std::string name;
  SlotText expected;
  nlohmann::json::json_pointer pointer;
  nlohmann::json value;  ///< of json_equals without slots
};

/// How far the answer under way is with a check; and what it keeps from one answer to the next.
struct CheckState {
  std::optional<nlohmann::json> before;  ///< of json_moves: the value in the answer before
  std::string filled;                    ///< the expected value, where it has slots
  std::string_view expected;             ///< the expected value
  std::optional<std::string> header;
  std::optional<std::uint64_t> differs_at;  ///< the first byte of the body that is not the expected one
};

/// What is kept of the answer under way.
struct FollowedAnswer {
  std::uint64_t size = 0;  ///< of the body
  std::string beginning;   ///< of the body, to be shown
  std::string body;        ///< up to kLongestBody, where a check must see it
  std::string digest;      ///< of the body, where a check asks for it; known at the end
};

struct CheckList::Data {
  std::vector<CheckRule> rules;
  RequestSource source;
  RandomWords sample;
  double share = 1;
  bool wants_headers = false, wants_whole_body = false, wants_digest = false;
  bool remembers = false;  ///< a check needs something of the answer before

  [[nodiscard]] bool samples(Ticket ticket) const { return share >= 1 || sample.unit(ticket) < share; }
};

struct AnswerCheck::Data {
  std::vector<CheckState> states;  ///< one a rule
  FollowedAnswer answer;
  std::optional<Sha256> sha;
};

namespace {

using nlohmann::json;
using Kind = Check::Kind;

constexpr std::size_t kShownBody = 128;          // printable() shows less
constexpr std::size_t kKeptCapacity = 64 << 10;  // of a body that was kept, from answer to answer
constexpr std::size_t kDigestDigits = 64;

std::unexpected<Error> bad_check(std::string what, std::string remedy) {
  return std::unexpected(Error{Error::Kind::bad_plan, std::move(what), std::move(remedy)});
}

bool is_whole(Kind kind) {
  return kind == Kind::body_contains || kind == Kind::json_equals || kind == Kind::json_moves;
}

std::optional<std::uint64_t> body_length(std::string_view text) {
  std::uint64_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return length;
}

bool is_digest(std::string_view text) {
  return text.size() == kDigestDigits &&
         text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

// Whether an expected value is one of its kind.
Result<void> validate_expected(Kind kind, std::string_view expected) {
  const auto says = [&](std::string_view what) {
    return fmt::format("a check expects '{}', which is {}", printable(expected), what);
  };
  if (kind == Kind::json_equals && !json::accept(expected)) {
    return bad_check(says("no JSON"), "write a text in quotes: \"ok\"");
  }
  if (kind == Kind::body_size && !body_length(expected)) {
    return bad_check(says("no length"), "a length is a whole number of bytes");
  }
  if (kind == Kind::body_sha256 && !is_digest(expected)) {
    return bad_check(says("no SHA-256"), "a digest has 64 hex digits; {body.sha256} is that of the request");
  }
  return {};
}

Result<SlotText> expected_text(const Check& check, const RequestSource& source, bool is_mix) {
  auto text = SlotText::parse(check.expected);
  if (!text) return text;
  for (const auto& piece : text->pieces()) {
    if (!piece.is_slot || (!piece.range && source.has_slot(piece.text))) continue;
    return bad_check(fmt::format("a check expects '{}', but no request has a slot {{{}}}",
                                 printable(check.expected), printable(piece.text)),
                     piece.range ? "give a slot its range in the request"
                                 : "name one of the request's, or write {{ where a brace is meant");
  }
  // In a mix, requests may lack the slot.
  if (!text->is_constant() && is_mix) return text;
  std::string example;
  source.fill(*text, 0, example);
  if (auto valid = validate_expected(check.kind, example); !valid) {
    return std::unexpected(std::move(valid.error()));
  }
  return text;
}

std::optional<std::string> broken_header(const CheckRule& rule, const CheckState& state) {
  if (state.header == state.expected) return {};
  if (!state.header) return fmt::format("there is no header {}", rule.name);
  return fmt::format("the header {} is '{}', expected '{}'", rule.name, printable(*state.header),
                     printable(state.expected));
}

std::optional<std::string> broken_json(const CheckRule& rule, const CheckState& state,
                                       const std::string& body) {
  const json document = json::parse(body, nullptr, false);
  if (document.is_discarded()) return fmt::format("the body is no JSON: '{}'", printable(body));
  const json filled = rule.expected.is_constant() ? json() : json::parse(state.expected, nullptr, false);
  const json& expected = rule.expected.is_constant() ? rule.value : filled;
  if (expected.is_discarded()) {
    return fmt::format("the check expects '{}', which is no JSON", printable(state.expected));
  }
  if (!document.contains(rule.pointer)) {
    return fmt::format("the JSON has nothing at '{}'", printable(rule.pointer.to_string()));
  }
  const json& found = document.at(rule.pointer);
  if (found == expected) return {};
  return fmt::format("the JSON at '{}' is {}, expected {}", printable(rule.pointer.to_string()),
                     printable(found.dump()), printable(expected.dump()));
}

std::optional<std::string> broken_move(const CheckRule& rule, CheckState& state, const std::string& body) {
  const json document = json::parse(body, nullptr, false);
  if (document.is_discarded()) return fmt::format("the body is no JSON: '{}'", printable(body));
  if (!document.contains(rule.pointer)) {
    return fmt::format("the JSON has nothing at '{}'", printable(rule.pointer.to_string()));
  }
  const json& found = document.at(rule.pointer);
  const bool stands_still = state.before == found;
  state.before = found;
  if (!stands_still) return {};
  return fmt::format("the JSON at '{}' is {}, as in the answer before on this connection",
                     printable(rule.pointer.to_string()), printable(found.dump()));
}

std::optional<std::string> broken_equality(const CheckState& state, const FollowedAnswer& answer) {
  if (!state.differs_at && answer.size == state.expected.size()) return {};
  return fmt::format("the body is '{}' ({} bytes), expected '{}' ({} bytes); the first {} are equal",
                     printable(answer.beginning), answer.size, printable(state.expected),
                     state.expected.size(), state.differs_at.value_or(answer.size));
}

std::optional<std::string> broken_rule(const CheckRule& rule, CheckState& state,
                                       const FollowedAnswer& answer) {
  if (is_whole(rule.kind) && answer.size > CheckList::kLongestBody) {
    return fmt::format("the body is longer than {} bytes", CheckList::kLongestBody);
  }
  switch (rule.kind) {
    case Kind::header_equals:
      return broken_header(rule, state);
    case Kind::json_equals:
      return broken_json(rule, state, answer.body);
    case Kind::json_moves:
      return broken_move(rule, state, answer.body);
    case Kind::body_equals:
      return broken_equality(state, answer);
    case Kind::body_contains:
      if (answer.body.find(state.expected) != std::string::npos) return {};
      return fmt::format("the body does not contain '{}': '{}' ({} bytes)", printable(state.expected),
                         printable(answer.beginning), answer.size);
    case Kind::body_size:
      if (body_length(state.expected) == answer.size) return {};
      return fmt::format("the body has {} bytes, expected {}", answer.size, printable(state.expected));
    case Kind::body_sha256:
      if (same_text(state.expected, answer.digest)) return {};
      return fmt::format("the body's SHA-256 is {} ({} bytes), expected {}", answer.digest, answer.size,
                         printable(state.expected));
  }
  return {};
}

}  // namespace

Result<CheckList> CheckList::make(const LoadPlan& plan, const RequestSource& source) {
  CheckList list;
  if (plan.checks.empty()) return list;
  const RandomWords sample(plan.seed, static_cast<std::uint64_t>(RandomStream::sample));
  const auto data = std::make_shared<Data>(Data{{}, source, sample, plan.checked_share});
  for (const Check& check : plan.checks) {
    CheckRule rule;
    rule.kind = check.kind;
    rule.name = check.name;
    if (check.kind == Kind::header_equals && !is_token(check.name)) {
      return bad_check(fmt::format("a check names the header '{}'", printable(check.name)),
                       "a header's name is a token: letters, digits and hyphens");
    }
    auto expected = expected_text(check, source, plan.mix.size() > 1);
    if (!expected) return std::unexpected(std::move(expected.error()));
    rule.expected = std::move(*expected);
    if (check.kind == Kind::json_equals && rule.expected.is_constant())
      rule.value = json::parse(rule.expected.constant());
    if (check.kind == Kind::json_equals || check.kind == Kind::json_moves) {
      try {
        rule.pointer = json::json_pointer(check.name);
      } catch (const json::exception&) {
        return bad_check(
            fmt::format("a check looks at '{}', which is no JSON pointer", printable(check.name)),
            "a pointer looks like /results/successful");
      }
    }
    data->wants_headers |= check.kind == Kind::header_equals;
    data->wants_whole_body |= is_whole(check.kind);
    data->wants_digest |= check.kind == Kind::body_sha256;
    data->remembers |= check.kind == Kind::json_moves;
    data->rules.push_back(std::move(rule));
  }
  list.data_ = data;
  return list;
}

bool CheckList::wants_headers() const {
  return data_ && data_->wants_headers;
}

bool CheckList::samples(Ticket ticket) const {
  return data_ && data_->samples(ticket);
}

CheckMemory::CheckMemory() = default;
CheckMemory::~CheckMemory() = default;

AnswerCheck::AnswerCheck(const CheckList& list, CheckMemory& memory)
    : list_(list.data_.get()), memory_(memory) {}
AnswerCheck::~AnswerCheck() = default;

void AnswerCheck::follow(Ticket ticket) {
  follows_ = list_->samples(ticket);
  ticket_ = ticket;
  ready_ = false;
}

/// The answer has begun to come.
void AnswerCheck::make_ready() {
  if (ready_) return;
  ready_ = true;
  if (!data_ && !memory_.free_.empty()) {
    data_ = std::move(memory_.free_.back());
    memory_.free_.pop_back();
  }
  if (!data_) {
    data_ = std::make_unique<Data>();
    data_->states.resize(list_->rules.size());
    if (list_->wants_digest) data_->sha.emplace();
  }
  FollowedAnswer& answer = data_->answer;
  answer.size = 0;
  answer.beginning.clear();
  answer.body.clear();
  if (auto& sha = data_->sha) sha->reset();
  for (std::size_t i = 0; i < list_->rules.size(); ++i) {
    CheckState& state = data_->states[i];
    const SlotText& expected = list_->rules[i].expected;
    state.header.reset();
    state.differs_at.reset();
    if (expected.is_constant()) {
      state.expected = expected.constant();
    } else {
      state.filled.clear();
      list_->source.fill(expected, ticket_, state.filled);
      state.expected = state.filled;
    }
  }
}

void AnswerCheck::take_header(std::string_view name, std::string_view value) {
  make_ready();
  const auto& rules = list_->rules;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (rules[i].kind != Kind::header_equals || !same_text(rules[i].name, name)) continue;
    // Several lines are one value, joined by commas (RFC 9110 section 5.3).
    auto& header = data_->states[i].header;
    if (header) {
      header->append(", ").append(value);
    } else {
      header = value;
    }
  }
}

void AnswerCheck::take_body(std::string_view piece) {
  make_ready();
  FollowedAnswer& answer = data_->answer;
  for (std::size_t i = 0; i < list_->rules.size(); ++i) {
    CheckState& state = data_->states[i];
    if (list_->rules[i].kind != Kind::body_equals || state.differs_at) continue;
    const auto expected = state.expected.substr(std::min<std::uint64_t>(answer.size, state.expected.size()));
    const auto same = std::ranges::mismatch(piece, expected).in1 - piece.begin();
    if (same < std::ssize(piece)) state.differs_at = answer.size + static_cast<std::uint64_t>(same);
  }
  if (auto& sha = data_->sha) sha->add(piece);
  if (list_->wants_whole_body) answer.body += piece.substr(0, CheckList::kLongestBody - answer.body.size());
  if (answer.beginning.size() < kShownBody) {
    answer.beginning += piece.substr(0, kShownBody - answer.beginning.size());
  }
  answer.size += piece.size();
}

std::optional<std::string> AnswerCheck::first_broken() {
  make_ready();
  follows_ = false;
  FollowedAnswer& answer = data_->answer;
  if (auto& sha = data_->sha) answer.digest = sha->digest();
  std::optional<std::string> broken;
  for (std::size_t i = 0; i < list_->rules.size() && !broken; ++i) {
    broken = broken_rule(list_->rules[i], data_->states[i], answer);
  }
  if (answer.body.capacity() > kKeptCapacity) answer.body = {};
  if (!list_->remembers) memory_.free_.push_back(std::move(data_));
  return broken;
}

}  // namespace shootout::engine
