// Servers that do something wrong, each with its own class of error.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "engine/load.h"
#include "engine/load_testing.h"
#include "engine/scripted_server.h"

namespace shootout::engine {
namespace {

using testing::always;
using testing::answer;
using testing::counted;
using testing::errors;
using testing::expect_only_error;
using testing::Peer;
using testing::run;
using testing::ScriptedServer;

TEST(LoadErrors, AKeptConnectionThatTheServerClosesIsCountedApart) {
  ScriptedServer server([](Peer& peer) {
    if (peer.read_request()) peer.send(answer("x"));
  });
  const LoadResult result = run(counted(server.url(), 9, 1, 1));
  EXPECT_EQ(result.succeeded, 9u);
  EXPECT_EQ(result.error_count(), 0u);
  EXPECT_EQ(result.closed_by_server_idle, 8u);
  EXPECT_EQ(result.connections_opened, 9u);
}

TEST(LoadErrors, ARequestThatMeetsTheCloseTwiceIsAnError) {
  std::atomic<int> requests = 0;
  ScriptedServer server(
      [&](Peer& peer) {  // answers one request, then swallows one on this and the next connection
        while (peer.read_request()) {
          if (++requests != 1) return;
          peer.send(answer("x"));
        }
      });
  const LoadResult result = run(counted(server.url(), 2, 1, 1));
  EXPECT_EQ(result.succeeded, 1u);
  EXPECT_EQ(result.closed_by_server_idle, 1u);
  expect_only_error(result, ErrorClass::closed, 1);
  EXPECT_EQ(requests, 3);
}

TEST(LoadErrors, StatusesThatAreNotAcceptedAreErrorsOfWholeAnswers) {
  ScriptedServer server(always(answer("oh no", "500 Internal Server Error")));
  LoadPlan plan = counted(server.url(), 10, 2, 1);
  const LoadResult result = run(plan);
  EXPECT_EQ(result.completed, 10u);
  EXPECT_EQ(result.succeeded, 0u);
  EXPECT_EQ(result.connections_opened, 2u);
  expect_only_error(result, ErrorClass::status, 10);
  EXPECT_EQ(result.offences.front().answer, answer("oh no", "500 Internal Server Error"));
  plan.accepted_status = {500};
  EXPECT_EQ(run(plan).succeeded, 10u);
}

TEST(LoadErrors, AServerThatStopsListeningMidwayGivesConnectErrors) {
  auto server = std::make_unique<ScriptedServer>([](Peer& peer) {
    if (peer.read_request()) peer.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  });
  LoadPlan plan = counted(server->url(), 0, 2, 1);
  plan.requests.reset();
  plan.duration_s = 0.9;
  RunControl control;
  control.on_progress = [&](const LoadProgress&) { server.reset(); };
  const LoadResult result = run(plan, control);
  EXPECT_GT(result.succeeded, 0u);
  EXPECT_GT(errors(result, ErrorClass::connect), 0u);
  EXPECT_LT(errors(result, ErrorClass::connect),
            200u);  // the back-off: at most one in 10 ms at first, then in 100 ms
}

struct Misbehaviour {
  const char* name;
  std::function<void(Peer&)> serve;
  ErrorClass error;
};

TEST(LoadErrors, EachMisbehaviourHasItsOwnClass) {
  const auto after_a_request = [](std::string bytes, bool reset) {
    return [=](Peer& peer) {
      if (!peer.read_request()) return;
      if (reset) peer.reset_at_close();
      peer.send(bytes);
      // The client must have read what was sent: a reset throws away what is on its way.
      if (reset) std::this_thread::sleep_for(std::chrono::milliseconds(30));
    };
  };
  const std::string half = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello";
  for (const Misbehaviour& wrong : {
           Misbehaviour{"closed unanswered", after_a_request("", false), ErrorClass::closed},
           Misbehaviour{"closed in the header", after_a_request("HTTP/1.1 200 OK\r\nA:", false),
                        ErrorClass::closed},
           Misbehaviour{"closed in the body", after_a_request(half, false), ErrorClass::closed},
           Misbehaviour{"reset unanswered", after_a_request("", true), ErrorClass::reset},
           Misbehaviour{"reset in the body", after_a_request(half, true), ErrorClass::reset},
           Misbehaviour{"garbage", after_a_request("garbage\r\n", false), ErrorClass::protocol},
           Misbehaviour{"two answers", after_a_request(answer("x") + answer("x"), false),
                        ErrorClass::protocol},
           Misbehaviour{"a longer body", after_a_request(answer("x") + "y", false), ErrorClass::protocol},
           Misbehaviour{"a greeting", [](Peer& peer) { peer.send("220 hello\r\n"), peer.wait_for_close(); },
                        ErrorClass::protocol},
           Misbehaviour{"silence", [](Peer& peer) { peer.wait_for_close(); }, ErrorClass::timeout},
           Misbehaviour{"a stall",
                        [=](Peer& peer) { peer.read_request(), peer.send(half), peer.wait_for_close(); },
                        ErrorClass::timeout},
       }) {
    SCOPED_TRACE(wrong.name);
    ScriptedServer server(wrong.serve);
    LoadPlan plan = counted(server.url(), 6, 2, 2);
    if (wrong.error == ErrorClass::timeout) plan.timeout_s = 0.05;
    const LoadResult result = run(plan);
    EXPECT_EQ(result.started, 6u);
    expect_only_error(result, wrong.error, 6);
    EXPECT_EQ(result.connections_opened, 6u);
    EXPECT_EQ(result.connections_never_served, 6u);
    if (wrong.error == ErrorClass::timeout) {
      EXPECT_GE(result.latency.min(), 50'000);
    }
  }
}

}  // namespace
}  // namespace shootout::engine
