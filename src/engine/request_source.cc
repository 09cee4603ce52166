#include "engine/request_source.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/generated_body.h"
#include "engine/prepared_request.h"
#include "engine/random_words.h"
#include "engine/request_rules.h"

namespace shootout::engine {

struct RequestSource::Data {
  std::vector<PreparedRequest> requests;
  std::vector<double> weights_up_to;  ///< the weights summed up; empty: there is one request
  RandomWords choice;
  GeneratedBody contents;

  [[nodiscard]] const PreparedRequest& chosen(Ticket ticket) const {
    if (weights_up_to.empty()) return requests.front();
    const double drawn = choice.unit(ticket) * weights_up_to.back();
    const auto at = std::ranges::upper_bound(weights_up_to, drawn) - weights_up_to.begin();
    return requests[std::min(static_cast<std::size_t>(at), requests.size() - 1)];
  }
};

namespace {

// A WebSocket's handshake, with its messages where other requests have their body.
RequestPlan request_of_websocket(const LoadPlan& plan) {
  RequestPlan request = plan.mix.front();
  request.body = {};
  request.body.text = plan.websocket.message;
  if (plan.websocket.size > 0) {
    request.body.kind = BodyPlan::Kind::upload;
    request.body.size = plan.websocket.size;
    request.body.variants = GeneratedBody::kMostVariants;
  }
  return request;
}

// Contents are cut from the block by their length: the longest one's room is enough for all.
Result<GeneratedBody> contents_of(const std::vector<RequestPlan>& mix, std::uint64_t seed,
                                  GeneratedBody::Alphabet alphabet) {
  std::uint64_t longest = 0;
  unsigned variants = 0;
  for (const RequestPlan& request : mix) {
    if (request.body.kind == BodyPlan::Kind::text) continue;
    longest = std::max(longest, request.body.size);
    variants = std::max(variants, request.body.variants);
  }
  return GeneratedBody::make(longest, variants, seed, alphabet);
}

bool digests_are_checked(const LoadPlan& plan) {
  return std::ranges::any_of(
      plan.checks, [](const Check& check) { return check.expected.find(kDigestSlot) != std::string::npos; });
}

}  // namespace

Result<RequestSource> RequestSource::make(const LoadPlan& plan, const Url& url) {
  using Alphabet = GeneratedBody::Alphabet;
  const bool websocket = is_websocket(plan.url);
  std::vector<RequestPlan> handshake;
  if (websocket) handshake.push_back(request_of_websocket(plan));
  const std::vector<RequestPlan>& mix = websocket ? handshake : plan.mix;
  const auto alphabet = websocket && !plan.websocket.binary ? Alphabet::text : Alphabet::binary;
  auto contents = contents_of(mix, plan.seed, alphabet);
  if (!contents) return std::unexpected(std::move(contents.error()));

  const auto body = websocket ? PreparedRequest::Body::in_messages : PreparedRequest::Body::in_request;
  const RandomWords choice(plan.seed, static_cast<std::uint64_t>(RandomStream::choice));
  const auto data = std::make_shared<Data>(Data{{}, {}, choice, std::move(*contents)});
  double sum = 0;
  for (const RequestPlan& request : mix) {
    auto prepared = PreparedRequest::make(request, url, plan.seed, body);
    if (!prepared) return std::unexpected(std::move(prepared.error()));
    data->requests.push_back(std::move(*prepared));
    if (mix.size() > 1) data->weights_up_to.push_back(sum += request.weight);
  }
  const bool digests = digests_are_checked(plan);
  for (PreparedRequest& request : data->requests) request.complete(data->contents, digests);
  RequestSource source;
  source.data_ = data;
  return source;
}

bool RequestSource::has_slot(std::string_view name) const {
  return name == kDigestSlot || name == kSizeSlot ||
         std::ranges::any_of(data_->requests, [&](const auto& request) { return request.has_slot(name); });
}

void RequestSource::fill(const SlotText& text, Ticket ticket, std::string& out) const {
  data_->chosen(ticket).fill(text, ticket, out);
}

std::string RequestSource::filled(std::string_view text, Ticket ticket) const {
  const auto parsed = SlotText::parse(text);
  if (!parsed) return std::string(text);
  std::string out;
  fill(*parsed, ticket, out);
  return out;
}

std::string_view RequestSource::message(Ticket ticket, std::string& scratch) const {
  return data_->chosen(ticket).body(ticket, scratch);
}

RequestMaker::RequestMaker(RequestSource source) : source_(std::move(source)) {
  const auto& requests = source_.data_->requests;
  if (requests.size() == 1 && requests.front().is_constant()) only_ = requests.front().ready(0);
}

const WireRequest& RequestMaker::make_from_mix(Ticket ticket) {
  const PreparedRequest& chosen = source_.data_->chosen(ticket);
  if (const WireRequest* ready = chosen.ready(ticket)) return *ready;
  return request_ = chosen.render(ticket, buffer_);
}

}  // namespace shootout::engine
