#include "engine/prepared_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/http_syntax.h"
#include "engine/random_words.h"
#include "engine/sha256.h"

namespace shootout::engine {
namespace {

// A text body up to this length is copied to its head: one piece is sent sooner than two.
constexpr std::size_t kShortBody = 16 << 10;

bool plan_has_header(const RequestPlan& plan, std::string_view name) {
  return std::ranges::any_of(plan.headers, [&](const auto& header) { return same_text(header.first, name); });
}

// As browsers write names in Content-Disposition (WHATWG HTML, "multipart/form-data encoding algorithm").
std::string quoted_file_name(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"') {
      quoted += "%22";
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

}  // namespace

Result<PreparedRequest> PreparedRequest::make(const RequestPlan& plan, const Url& url, std::uint64_t seed,
                                              Body body) {
  PreparedRequest request(seed);
  request.is_head_ = plan.method == "HEAD";
  request.head_.add_literal(plan.method + " ");
  auto target = SlotText::parse(plan.target.empty() ? url.target : plan.target);
  if (!target) return std::unexpected(std::move(target.error()));
  request.head_.add(std::move(*target));
  request.head_.add_literal(" HTTP/1.1\r\n");
  if (!plan_has_header(plan, "host")) request.head_.add_literal(fmt::format("Host: {}\r\n", url.authority));
  for (const auto& [name, value] : plan.headers) {
    auto text = SlotText::parse(value);
    if (!text) return std::unexpected(std::move(text.error()));
    request.head_.add_literal(name + ": ");
    request.head_.add(std::move(*text));
    request.head_.add_literal("\r\n");
    if (same_text(name, "connection") && same_text(trimmed(value), "close")) request.asks_close_ = true;
  }
  request.is_generated_ = plan.body.kind != BodyPlan::Kind::text;
  if (request.is_generated_) {
    request.size_ = plan.body.size;
    request.variants_ = plan.body.variants;
  } else {
    auto text = SlotText::parse(plan.body.text);
    if (!text) return std::unexpected(std::move(text.error()));
    request.body_ = std::move(*text);
    request.body_is_constant_ = request.body_.is_constant();
  }
  if (auto defined = request.slots_.define({&request.head_, &request.body_}); !defined) {
    return std::unexpected(std::move(defined.error()));
  }
  if (body == Body::in_request) {
    request.add_headers_of_body(plan, seed);
  } else {
    request.head_.add_literal("\r\n");
  }
  return request;
}

void PreparedRequest::add_headers_of_body(const RequestPlan& plan, std::uint64_t seed) {
  if (has_text_to_fill()) {
    head_.add_literal("Content-Length: ");  // render() goes on from here
    sends_body_ = true;
    return;
  }
  const std::string_view text = body_.constant();
  std::uint64_t length = is_generated_ ? size_ : text.size();
  std::string preamble;
  if (plan.body.kind == BodyPlan::Kind::multipart) {
    const RandomWords random(seed, static_cast<std::uint64_t>(RandomStream::content));
    const std::string boundary = fmt::format("shootout-{:016x}{:016x}", random.word(0), random.word(1));
    head_.add_literal(fmt::format("Content-Type: multipart/form-data; boundary={}\r\n", boundary));
    preamble = fmt::format(
        "--{}\r\nContent-Disposition: form-data; name={}; filename={}\r\n"
        "Content-Type: application/octet-stream\r\n\r\n",
        boundary, quoted_file_name(plan.body.field), quoted_file_name(plan.body.file_name));
    epilogue_ = fmt::format("\r\n--{}--\r\n", boundary);
    length += preamble.size() + epilogue_.size();
  } else if (is_generated_ && !plan_has_header(plan, "content-type")) {
    head_.add_literal("Content-Type: application/octet-stream\r\n");
  }
  const bool by_nature = plan.method == "POST" || plan.method == "PUT" || plan.method == "PATCH";
  if (by_nature || is_generated_ || length > 0) {
    head_.add_literal(fmt::format("Content-Length: {}\r\n", length));
  }
  head_.add_literal("\r\n" + preamble);
  sends_body_ = is_generated_ || text.size() > kShortBody;
  if (!sends_body_) head_.add_literal(text);
}

void PreparedRequest::complete(const GeneratedBody& contents, bool digests) {
  contents_ = &contents;
  std::string scratch;
  for (unsigned variant = 0; variant < variants_; ++variant) {
    if (head_.is_constant() && (!sends_body_ || !has_text_to_fill())) {
      WireRequest request{
          .pieces = {head_.constant(), {}, epilogue_}, .is_head = is_head_, .asks_close = asks_close_};
      if (sends_body_) request.pieces[1] = body(variant, scratch);
      for (const auto piece : request.pieces) request.size += piece.size();
      ready_.push_back(request);
    }
    if (digests && !has_text_to_fill()) digests_.push_back(sha256_of(body(variant, scratch)));
  }
  if (!sends_body_ && !ready_.empty()) ready_.resize(1);
}

WireRequest PreparedRequest::render(Ticket ticket, std::string& buffer) const {
  WireRequest request{.is_head = is_head_, .asks_close = asks_close_};
  // A body with slots is written before its head, which tells its length.
  buffer.clear();
  const bool fills_body = sends_body_ && has_text_to_fill();
  if (fills_body) slots_.append(body_, ticket, buffer);
  const std::size_t body_size = buffer.size();
  slots_.append(head_, ticket, buffer);
  if (fills_body) {
    const fmt::format_int length(body_size);
    buffer.append(length.data(), length.size()).append("\r\n\r\n");
  }
  const bool in_one = fills_body && body_size <= kShortBody;
  if (in_one) buffer.append(buffer, 0, body_size);

  const std::string_view written = buffer;
  request.pieces[0] = written.substr(body_size);
  if (fills_body) {
    if (!in_one) request.pieces[1] = written.substr(0, body_size);
  } else if (sends_body_) {
    request.pieces[1] = is_generated_ ? contents_->window(static_cast<unsigned>(ticket % variants_), size_)
                                      : body_.constant();
  }
  request.pieces[2] = epilogue_;
  for (const auto piece : request.pieces) request.size += piece.size();
  return request;
}

std::string_view PreparedRequest::body(Ticket ticket, std::string& scratch) const {
  if (is_generated_) return contents_->window(static_cast<unsigned>(ticket % variants_), size_);
  if (body_is_constant_) return body_.constant();
  scratch.clear();
  slots_.append(body_, ticket, scratch);
  return scratch;
}

void PreparedRequest::fill(const SlotText& text, Ticket ticket, std::string& out) const {
  for (const auto& piece : text.pieces()) {
    if (!piece.is_slot) {
      out += piece.text;
    } else if (piece.text == kDigestSlot && !digests_.empty()) {
      out += digests_[ticket % digests_.size()];
    } else if (piece.text == kDigestSlot || piece.text == kSizeSlot) {
      std::string scratch;
      const auto uploaded = body(ticket, scratch);
      out += piece.text == kSizeSlot ? std::to_string(uploaded.size()) : sha256_of(uploaded);
    } else if (const auto slot = slots_.find(piece.text)) {
      slots_.append(*slot, ticket, out);
    }
  }
}

}  // namespace shootout::engine
