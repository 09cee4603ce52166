// One kind of request of a plan, ready to be made for any ticket.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error.h"
#include "engine/generated_body.h"
#include "engine/load_plan.h"
#include "engine/request_source.h"
#include "engine/slots.h"
#include "engine/url.h"

namespace shootout::engine {

/// Names that a check can use for the digest and the length of what its request uploads.
inline constexpr std::string_view kDigestSlot = "body.sha256", kSizeSlot = "body.size";

class PreparedRequest {
 public:
  /// Where the plan's body goes.
  enum class Body {
    in_request,
    in_messages,  ///< of a WebSocket: the request itself has none
  };

  /// Fails (bad_plan) where a slot is ill-formed. The plan must be valid otherwise.
  static Result<PreparedRequest> make(const RequestPlan& plan, const Url& url, std::uint64_t seed,
                                      Body body = Body::in_request);

  /// To be called once, before the functions below and when the request will not be moved any more.
  /// `contents` has room for the request's and outlives it; `digests`: {body.sha256} will be asked for.
  void complete(const GeneratedBody& contents, bool digests);

  /// The request, where it needs no filling: shared, constant. Else null.
  [[nodiscard]] const WireRequest* ready(Ticket ticket) const {
    return ready_.empty() ? nullptr : &ready_[ready_.size() == 1 ? 0 : ticket % ready_.size()];
  }
  [[nodiscard]] bool is_constant() const { return ready_.size() == 1; }
  /// The request, its text written to `buffer`.
  [[nodiscard]] WireRequest render(Ticket ticket, std::string& buffer) const;

  /// What it uploads; see RequestSource::message().
  [[nodiscard]] std::string_view body(Ticket ticket, std::string& scratch) const;

  [[nodiscard]] bool has_slot(std::string_view name) const { return slots_.find(name).has_value(); }
  /// See RequestSource::fill().
  void fill(const SlotText& text, Ticket ticket, std::string& out) const;

 private:
  explicit PreparedRequest(std::uint64_t seed) : slots_(seed) {}
  void add_headers_of_body(const RequestPlan& plan, std::uint64_t seed);
  [[nodiscard]] bool has_text_to_fill() const { return !is_generated_ && !body_is_constant_; }

  SlotSet slots_;
  SlotText head_;         ///< to the end of the pieces before the body; short constant bodies are in it
  SlotText body_;         ///< the text
  std::string epilogue_;  ///< what follows a multipart body's file
  const GeneratedBody* contents_ = nullptr;
  std::uint64_t size_ = 0;  ///< of the generated content
  unsigned variants_ = 1;
  bool is_generated_ = false, body_is_constant_ = true;
  bool sends_body_ = false;  ///< apart from what stands in head_
  bool is_head_ = false, asks_close_ = false;
  std::vector<WireRequest> ready_;    ///< one a variant; empty: there are slots to fill
  std::vector<std::string> digests_;  ///< one a variant; empty: to be taken when asked for
};

}  // namespace shootout::engine
