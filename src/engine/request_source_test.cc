#include "engine/request_source.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <utility>

#include "engine/sha256.h"

namespace shootout::engine {
namespace {

using Body = BodyPlan::Kind;

RequestPlan request_of(std::string method, std::string target = "", std::string text = "") {
  RequestPlan request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.body.text = std::move(text);
  return request;
}

RequestPlan upload_of(Body kind, std::uint64_t size) {
  RequestPlan request = request_of("POST");
  request.body.kind = kind;
  request.body.size = size;
  return request;
}

// A plan with one request; the URL is not the plan's own but what is made of it.
LoadPlan plan_of(RequestPlan request) {
  LoadPlan plan;
  plan.url = "http://h:81/x?y";
  plan.mix = {std::move(request)};
  return plan;
}

RequestSource source_of(const LoadPlan& plan) {
  const Url url = *parse_url("http://h:81/x?y");
  auto source = RequestSource::make(plan, url);
  EXPECT_TRUE(source) << source.error().what;
  return source ? std::move(*source) : RequestSource();
}

std::string text_of(const WireRequest& request) {
  std::string text;
  for (const auto piece : request.pieces) text += piece;
  EXPECT_EQ(text.size(), request.size);
  return text;
}

std::string made(const RequestPlan& request, Ticket ticket = 0) {
  RequestMaker maker(source_of(plan_of(request)));
  return text_of(maker.make(ticket));
}

TEST(Request, HasHostAndTheHeadersAsGiven) {
  RequestPlan get;
  EXPECT_EQ(made(get), "GET /x?y HTTP/1.1\r\nHost: h:81\r\n\r\n");
  get.target = "/z";
  get.headers = {{"hOst", "other"}, {"A", "b"}};
  EXPECT_EQ(made(get), "GET /z HTTP/1.1\r\nhOst: other\r\nA: b\r\n\r\n");
}

TEST(Request, TellsTheLengthOfItsBody) {
  RequestPlan post = request_of("POST");
  EXPECT_EQ(made(post), "POST /x?y HTTP/1.1\r\nHost: h:81\r\nContent-Length: 0\r\n\r\n");
  post.method = "DELETE";
  post.body.text = "abc";
  EXPECT_EQ(made(post), "DELETE /x?y HTTP/1.1\r\nHost: h:81\r\nContent-Length: 3\r\n\r\nabc");
  post.body.text = std::string(100'000, 'x');
  EXPECT_TRUE(made(post).ends_with("Content-Length: 100000\r\n\r\n" + post.body.text));
}

TEST(Request, KnowsWhatFollowsFromIt) {
  RequestPlan head = request_of("HEAD");
  for (const char* target : {"", "/{id:1..9}"}) {
    head.target = target;
    head.headers = {{"Connection", "Close"}};
    RequestMaker maker(source_of(plan_of(head)));
    EXPECT_TRUE(maker.make(1).is_head);
    EXPECT_TRUE(maker.make(1).asks_close);
    RequestMaker other(source_of(plan_of(request_of("GET", target))));
    EXPECT_FALSE(other.make(1).is_head);
    EXPECT_FALSE(other.make(1).asks_close);
  }
}

TEST(Request, IsMadeOnceWhereNothingVaries) {
  const RequestSource source = source_of(plan_of({}));
  RequestMaker one(source), other(source);
  EXPECT_EQ(&one.make(1), &other.make(2));
}

TEST(Request, FillsSlotsEverywhereWithOneValue) {
  RequestPlan plan = request_of("PUT", "/items/{id:10..99}");
  plan.headers = {{"X-Id", "<{id}>"}};
  plan.body.text = R"({"id":{id},"n":{n:1..1000000:in-order}})";
  EXPECT_EQ(made(plan, 999'998).size(), made(plan, 0).size() + 5);  // 999999 against 1
  std::set<std::string> ids;
  for (Ticket ticket = 0; ticket < 50; ++ticket) {
    const std::string id = made(plan, ticket).substr(11, 2), n = std::to_string(ticket + 1);
    const std::string body = R"({"id":)" + id + R"(,"n":)" + n + "}";
    EXPECT_EQ(made(plan, ticket), "PUT /items/" + id + " HTTP/1.1\r\nHost: h:81\r\nX-Id: <" + id +
                                      ">\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                                      body);
    ids.insert(id);
  }
  EXPECT_GT(ids.size(), 20U);
}

TEST(Request, WithALongBodyToFillIsTheSameInPieces) {
  RequestPlan plan = request_of("POST");
  plan.body.text = "{n:7..7}" + std::string(100'000, 'x');
  EXPECT_EQ(made(plan), "POST /x?y HTTP/1.1\r\nHost: h:81\r\nContent-Length: 100001\r\n\r\n7" +
                            std::string(100'000, 'x'));
}

TEST(Request, FillsTheTargetOfTheUrl) {
  LoadPlan plan = plan_of({});
  const Url url = *parse_url("http://h/{n:3..3}");
  RequestMaker maker(*RequestSource::make(plan, url));
  EXPECT_EQ(text_of(maker.make(0)), "GET /3 HTTP/1.1\r\nHost: h\r\n\r\n");
}

TEST(Request, IsChosenByWeight) {
  LoadPlan plan = plan_of(request_of("GET", "/a"));
  plan.mix.push_back(request_of("GET", "/b{n:1..9}"));
  plan.mix.push_back(request_of("GET", "/c"));
  plan.mix[0].weight = 3;
  plan.mix[2].weight = 0.5;
  const RequestSource source = source_of(plan);
  RequestMaker maker(source), again(source);
  std::map<char, int> seen;
  for (Ticket ticket = 0; ticket < 9000; ++ticket) {
    const std::string text = text_of(maker.make(ticket));
    ++seen[text[5]];
    ASSERT_EQ(text, text_of(again.make(ticket)));
  }
  EXPECT_NEAR(seen['a'], 6000, 200);
  EXPECT_NEAR(seen['b'], 2000, 200);
  EXPECT_NEAR(seen['c'], 1000, 150);
}

TEST(Upload, TakesItsContentsInTurn) {
  RequestPlan plan = upload_of(Body::upload, 5000);
  plan.body.variants = 3;
  const RequestSource source = source_of(plan_of(plan));
  RequestMaker maker(source);
  std::set<std::string> contents;
  for (Ticket ticket = 0; ticket < 9; ++ticket) {
    const WireRequest& request = maker.make(ticket);
    EXPECT_EQ(request.pieces[0],
              "POST /x?y HTTP/1.1\r\nHost: h:81\r\nContent-Type: application/octet-stream\r\n"
              "Content-Length: 5000\r\n\r\n");
    EXPECT_EQ(request.pieces[1].size(), 5000U);
    EXPECT_EQ(request.size, request.pieces[0].size() + 5000);
    contents.emplace(request.pieces[1]);
    std::string scratch;
    EXPECT_EQ(source.message(ticket, scratch), request.pieces[1]);
    EXPECT_EQ(source.filled("{body.sha256} {body.size}", ticket), sha256_of(request.pieces[1]) + " 5000");
  }
  EXPECT_EQ(contents.size(), 3U);
  plan.target = "/{id:1..9}";
  plan.headers = {{"content-type", "image/png"}};
  RequestMaker filling(source_of(plan_of(plan)));
  const WireRequest& filled = filling.make(2);
  EXPECT_EQ(filled.pieces[0].find("octet-stream"), std::string::npos);
  EXPECT_EQ(filled.pieces[1], maker.make(2).pieces[1]);
}

TEST(Upload, OfMultipartIsOneFile) {
  RequestPlan plan = upload_of(Body::multipart, 300);
  plan.body.field = "f";
  plan.body.file_name = "a \"b\".bin";
  for (const char* target : {"", "/{id:1..9}"}) {
    plan.target = target;
    LoadPlan load = plan_of(plan);
    load.checks = {{Check::Kind::body_sha256, "", "{body.sha256}"}};
    const RequestSource source = source_of(load);
    RequestMaker maker(source);
    const WireRequest& request = maker.make(1);
    const std::string text = text_of(request);
    const std::string marker = "boundary=";
    const auto at = text.find(marker) + marker.size();
    const std::string boundary = text.substr(at, text.find("\r\n", at) - at);
    const std::string body = "--" + boundary +
                             "\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a %22b%22.bin\"\r\n"
                             "Content-Type: application/octet-stream\r\n\r\n" +
                             std::string(request.pieces[1]) + "\r\n--" + boundary + "--\r\n";
    EXPECT_TRUE(text.ends_with("\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body));
    EXPECT_EQ(request.pieces[1].size(), 300U);
    EXPECT_EQ(source.filled("{body.sha256}", 1), sha256_of(request.pieces[1]));
    EXPECT_EQ(source.filled("{body.size}", 1), "300");
  }
}

TEST(Upload, SharesOneBlockInAMix) {
  LoadPlan plan = plan_of(upload_of(Body::upload, 100'000));
  plan.mix.push_back(upload_of(Body::upload, 10));
  RequestMaker maker(source_of(plan));
  std::map<std::size_t, std::set<const char*>> blocks;
  for (Ticket ticket = 0; ticket < 100; ++ticket) {
    const auto content = maker.make(ticket).pieces[1];
    blocks[content.size()].insert(content.data());
  }
  ASSERT_EQ(blocks.size(), 2U);
  EXPECT_EQ(blocks[10], blocks[100'000]);
}

TEST(Filled, SaysWhatTheRequestHas) {
  const RequestSource source = source_of(plan_of(request_of("POST", "/{id:100..999}", "{id}-{uuid}")));
  RequestMaker maker(source);
  const std::string text = text_of(maker.make(7));
  const std::string body = text.substr(text.find("\r\n\r\n") + 4);
  EXPECT_EQ(source.filled("{id}-{uuid}", 7), body);
  EXPECT_EQ(source.filled("{body.size} {body.sha256}", 7), "40 " + sha256_of(body));
  EXPECT_EQ(source.filled("{{id}}<{nothing}>", 7), "{id}}<>");
  EXPECT_EQ(source.filled("{id:oops}", 7), "{id:oops}");
  EXPECT_TRUE(source.has_slot("id") && source.has_slot("uuid") && source.has_slot("body.size"));
  EXPECT_FALSE(source.has_slot("nothing"));
}

TEST(Message, IsTheWebSocketPlansAndNotInTheRequest) {
  LoadPlan plan = plan_of(request_of("GET", "/{room:5..5}"));
  plan.url = "ws://h:81/x?y";
  plan.websocket.message = "hello";
  std::string scratch;
  const RequestSource constant = source_of(plan);
  EXPECT_EQ(constant.message(1, scratch), "hello");
  EXPECT_EQ(constant.message(1, scratch).data(), constant.message(2, scratch).data());
  RequestMaker maker(constant);
  EXPECT_EQ(text_of(maker.make(1)), "GET /5 HTTP/1.1\r\nHost: h:81\r\n\r\n");

  plan.websocket.message = "{room}: {n:1..9:in-order}";
  const RequestSource filling = source_of(plan);
  EXPECT_EQ(filling.message(3, scratch), "5: 4");
  EXPECT_EQ(filling.filled("{n} {body.size}", 3), "4 4");

  plan.websocket.size = 20;
  std::set<std::string> contents;
  const RequestSource text = source_of(plan);
  for (Ticket ticket = 0; ticket < 100; ++ticket) {
    const auto message = text.message(ticket, scratch);
    EXPECT_EQ(message.size(), 20U);
    for (const char c : message) EXPECT_TRUE(c > ' ' && c < '\x7f');
    contents.emplace(message);
  }
  EXPECT_EQ(contents.size(), 64U);
  plan.websocket.binary = true;
  EXPECT_NE(source_of(plan).message(1, scratch), text.message(1, scratch));
}

TEST(RequestSource, LivesAsLongAsItsCopies) {
  std::unique_ptr<RequestMaker> maker;
  {
    const RequestSource source = source_of(plan_of({}));
    maker = std::make_unique<RequestMaker>(source);
  }
  EXPECT_EQ(text_of(maker->make(1)), "GET /x?y HTTP/1.1\r\nHost: h:81\r\n\r\n");
}

TEST(RequestSource, RefusesIllFormedSlots) {
  const auto refused = [](RequestPlan request) {
    const auto source = RequestSource::make(plan_of(std::move(request)), Url{});
    return !source && source.error().kind == Error::Kind::bad_plan;
  };
  RequestPlan header = request_of("GET");
  header.headers = {{"A", "{id}"}};
  EXPECT_TRUE(refused(header));
  EXPECT_TRUE(refused(request_of("GET", "/{id:1}")));
  EXPECT_TRUE(refused(request_of("GET", "/{id:1..2}", "{id:1..3}")));
  EXPECT_FALSE(refused(request_of("GET", "/{id:1..2}", "{id}")));
}

}  // namespace
}  // namespace shootout::engine
