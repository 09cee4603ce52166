// The rules that an answer must meet.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/error.h"
#include "engine/load_plan.h"

namespace shootout::engine {

/// What of an answer the checks look at; kept only where there are checks.
struct CheckedAnswer {
  std::vector<std::pair<std::string, std::string>> headers;  ///< those that a check names
  std::string body;                                          ///< where a check looks at it

  void clear() {
    headers.clear();
    body.clear();
  }
};

/// A plan's checks, made ready once and evaluated on many answers.
class CheckList {
 public:
  /// A body longer than this is cut here; no check can hold on it.
  static constexpr std::size_t kLongestBody = std::size_t{16} << 20;

  /// Fails (bad_plan) where an expected value is no JSON, or a pointer is none.
  static Result<CheckList> make(const std::vector<Check>& checks);

  [[nodiscard]] bool empty() const { return rules_.empty(); }
  [[nodiscard]] bool wants_body() const { return wants_body_; }
  [[nodiscard]] bool wants_headers() const { return wants_headers_; }
  [[nodiscard]] bool wants_header(std::string_view name) const;

  /// What is wrong with the answer: the first check that does not hold. Nothing: all hold.
  [[nodiscard]] std::optional<std::string> broken_by(const CheckedAnswer& answer) const;

 private:
  struct Rule {
    Check check;
    nlohmann::json value;  ///< of json_equals
    nlohmann::json::json_pointer pointer;
  };
  [[nodiscard]] static std::optional<std::string> broken(const Rule& rule, const CheckedAnswer& answer);

  std::vector<Rule> rules_;
  bool wants_body_ = false, wants_headers_ = false;
};

}  // namespace shootout::engine
