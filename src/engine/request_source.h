// The requests of a load as bytes.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/error.h"
#include "engine/load_plan.h"
#include "engine/slots.h"
#include "engine/url.h"

namespace shootout::engine {

/// A request's number in its load. Everything that varies in a request (which one of the mix, its slots'
/// values, which generated content) is a function of the plan's seed and this number: so a request can be
/// made again, for what a first send left over or for a second try, and nothing of it needs to be kept.
using Ticket = std::uint64_t;

/// The bytes of one request, in order; empty pieces are nothing. Valid until the next request is made by the
/// same RequestMaker.
struct WireRequest {
  std::array<std::string_view, 3> pieces{};
  std::size_t size = 0;     ///< of all pieces
  bool is_head = false;     ///< its answer has no body
  bool asks_close = false;  ///< it tells the server to close after the answer
};

/// Everything about the requests that all threads share; constant. A plan's generated contents exist once.
/// Copies are cheap: they share it, and it lives as long as one of them does.
class RequestSource {
 public:
  /// Nothing: only to be assigned to.
  RequestSource() = default;

  /// Fails (bad_plan) where a slot is ill-formed, (limits) where there is no memory for the generated
  /// contents. The plan must be valid otherwise.
  static Result<RequestSource> make(const LoadPlan& plan, const Url& url);

  /// Whether some request of the plan has a slot of this name; body.sha256 and body.size are in all.
  [[nodiscard]] bool has_slot(std::string_view name) const;

  /// Appends what `text` (a check's expected value) says for this request: with the values of its slots, by
  /// name; one that this request of the mix does not have is empty.
  void fill(const SlotText& text, Ticket ticket, std::string& out) const;
  /// The same for a text that was not parsed before; one that is ill-formed stays as it is.
  [[nodiscard]] std::string filled(std::string_view text, Ticket ticket) const;

  /// What this request uploads: its body, the file in its multipart body, or for ws:// and wss:// URLs the
  /// message. A view of shared data, but where there are slots to fill: then of `scratch`.
  [[nodiscard]] std::string_view message(Ticket ticket, std::string& scratch) const;

 private:
  friend class RequestMaker;
  struct Data;
  std::shared_ptr<const Data> data_;
};

/// Makes requests in one thread; allocates nothing once its buffer has the longest request's length. Requests
/// without slots are made beforehand and shared by all makers.
class RequestMaker {
 public:
  explicit RequestMaker(RequestSource source);

  /// An HTTP/1.1 request (RFC 9112 section 3) with the plan's headers, Host (unless the plan has its own)
  /// and, where there is a body or the method has one by its nature, Content-Length. Generated bodies have a
  /// Content-Type too (unless the plan has its own). Of ws:// and wss:// URLs: the bare GET.
  [[nodiscard]] const WireRequest& make(Ticket ticket) {
    return only_ != nullptr ? *only_ : make_from_mix(ticket);
  }

 private:
  const WireRequest& make_from_mix(Ticket ticket);

  RequestSource source_;
  const WireRequest* only_ = nullptr;  ///< where all requests are alike
  std::string buffer_;
  WireRequest request_;
};

}  // namespace shootout::engine
