// The rules that an answer must meet.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error.h"
#include "engine/load_plan.h"
#include "engine/request_source.h"

namespace shootout::engine {

/// A plan's checks, made ready once; constant. Copies are cheap: they share it.
class CheckList {
 public:
  /// A body that a check must see whole (JSON, contains) is cut here; no such check can hold on a longer one.
  static constexpr std::size_t kLongestBody = std::size_t{16} << 20;

  /// Nothing to check.
  CheckList() = default;

  /// Fails (bad_plan) where an expected value is no JSON, number or digest, a pointer or a header's name is
  /// none, or a slot is not one of the plan's.
  static Result<CheckList> make(const LoadPlan& plan, const RequestSource& source);

  [[nodiscard]] bool empty() const { return data_ == nullptr; }
  [[nodiscard]] bool wants_headers() const;
  /// Whether the answer to this request is one of the sample that is checked.
  [[nodiscard]] bool samples(Ticket ticket) const;

 private:
  friend class AnswerCheck;
  struct Data;
  std::shared_ptr<const Data> data_;
};

class CheckMemory;

/// Follows the answers of one connection, one after the other, and holds those of the sample against the
/// checks. Bodies are not kept, but where a check must see one whole. Memory is taken when an answer of the
/// sample comes, and given back at its end: of thousands of connections few have an answer under way.
class AnswerCheck {
 public:
  /// The list, or a copy of it, and the memory must outlive this.
  AnswerCheck(const CheckList& list, CheckMemory& memory);
  ~AnswerCheck();
  AnswerCheck(const AnswerCheck&) = delete;
  AnswerCheck& operator=(const AnswerCheck&) = delete;

  /// The answer to this request begins; an unfinished one before it is forgotten.
  void begin(Ticket ticket) {
    if (list_ != nullptr) follow(ticket);
  }
  void on_header(std::string_view name, std::string_view value) {
    if (follows_) take_header(name, value);
  }
  void on_body(std::string_view piece) {
    if (follows_) take_body(piece);
  }
  /// The answer is whole: what is wrong with it, the first check that does not hold. Nothing: all hold, or
  /// the answer is none of the sample.
  [[nodiscard]] std::optional<std::string> broken() {
    if (!follows_) return {};
    return first_broken();
  }

 private:
  friend class CheckMemory;
  struct Data;
  void follow(Ticket ticket);
  void make_ready();
  void take_header(std::string_view name, std::string_view value);
  void take_body(std::string_view piece);
  std::optional<std::string> first_broken();

  const CheckList::Data* list_;
  CheckMemory& memory_;
  std::unique_ptr<Data> data_;  ///< of the answer under way; also between answers where a check remembers one
  Ticket ticket_ = 0;
  bool follows_ = false;
  bool ready_ = false;  ///< `data_` is of this answer
};

/// What answers under way take, handed on between the connections of a thread.
class CheckMemory {
 public:
  CheckMemory();
  ~CheckMemory();
  CheckMemory(const CheckMemory&) = delete;
  CheckMemory& operator=(const CheckMemory&) = delete;

 private:
  friend class AnswerCheck;
  std::vector<std::unique_ptr<AnswerCheck::Data>> free_;
};

}  // namespace shootout::engine
