// WebSocket loads against a server in the test.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <string>

#include "engine/load_testing.h"
#include "engine/scripted_server.h"
#include "engine/websocket_frame.h"
#include "engine/websocket_handshake.h"

namespace shootout::engine {
namespace {

using testing::errors;
using testing::Peer;
using testing::ScriptedServer;

/// Answers the handshake.
bool shake_hands(Peer& peer) {
  if (!peer.read_request()) return false;
  const std::string name = "Sec-WebSocket-Key: ";
  const std::size_t begin = peer.request().find(name) + name.size();
  const std::string key = peer.request().substr(begin, peer.request().find("\r\n", begin) - begin);
  peer.send(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: " +
      websocket_accept(key) + "\r\n\r\n");
  return true;
}

struct Frame {
  int opcode = -1;  ///< -1: the client closed
  bool final = false;
  std::string payload;
};

/// A client's frame of at most 64 KiB.
Frame read_frame(Peer& peer) {
  const std::string head = peer.read(2);
  if (head.size() < 2) return {};
  const auto byte = [](const std::string& bytes, std::size_t i) {
    return static_cast<unsigned char>(bytes[i]);
  };
  std::size_t size = byte(head, 1) & 0x7fU;
  if (size == 126) {
    const std::string longer = peer.read(2);
    size = byte(longer, 0) * 256U + byte(longer, 1);
  }
  const std::string mask = peer.read(4);
  Frame frame{byte(head, 0) & 15, (byte(head, 0) & 0x80U) != 0, peer.read(size)};
  for (std::size_t i = 0; i < frame.payload.size(); ++i) {
    frame.payload[i] = static_cast<char>(frame.payload[i] ^ mask[i % 4]);
  }
  return frame;
}

std::string server_frame(int opcode, const std::string& payload, bool final = true) {
  std::string frame(1, static_cast<char>((final ? 0x80 : 0) | opcode));
  if (payload.size() < 126) {
    frame += static_cast<char>(payload.size());
  } else {
    frame += {126, static_cast<char>(payload.size() / 256), static_cast<char>(payload.size() % 256)};
  }
  return frame + payload;
}

/// Echoes messages until the client closes; `between`: sent before each echo.
std::function<void(Peer&)> echo(std::string between = {}) {
  return [between = std::move(between)](Peer& peer) {
    if (!shake_hands(peer)) return;
    int opcode = 0;
    std::string message;
    for (Frame frame = read_frame(peer); frame.opcode >= 0 && frame.opcode != 8; frame = read_frame(peer)) {
      if (frame.opcode > 8) continue;  // a pong
      if (frame.opcode > 0) opcode = frame.opcode;
      message += frame.payload;
      if (!frame.final) continue;
      peer.send(between + server_frame(opcode, message));
      message.clear();
    }
  };
}

LoadPlan plan_for(const ScriptedServer& server, std::uint64_t messages, unsigned connections = 3) {
  LoadPlan plan = testing::counted(server.url("/echo"), messages, connections);
  plan.url.replace(0, 4, "ws");
  return plan;
}

LoadResult run_websocket(const LoadPlan& plan) {
  auto result = run_load(plan);
  EXPECT_TRUE(result) << result.error().what;
  if (!result) return {};
  EXPECT_EQ(result->started, result->completed + result->unanswered + result->error_count() -
                                 errors(*result, ErrorClass::check));
  return std::move(*result);
}

TEST(WebSocketLoad, SendsExactlySoManyMessagesAndChecksTheirEchoes) {
  const ScriptedServer server(echo());
  for (const unsigned in_flight : {1U, 4U, 50U}) {
    LoadPlan plan = plan_for(server, 500);
    plan.websocket.message = "message {n:1..1000:in-order}";
    plan.websocket.in_flight = in_flight;
    const LoadResult result = run_websocket(plan);
    EXPECT_EQ(result.succeeded, 500u);
    EXPECT_EQ(result.error_count(), 0u);
    EXPECT_EQ(result.latency.count(), 500u);
    EXPECT_EQ(result.connections_opened, 3u);
    EXPECT_TRUE(result.reasons.empty());
  }
}

TEST(WebSocketLoad, BinaryFragmentsAndPingsBetween) {
  const ScriptedServer server(echo(server_frame(9, "are you there?")));
  LoadPlan plan = plan_for(server, 60);
  plan.websocket.size = 5000;
  plan.websocket.binary = true;
  plan.websocket.fragment = 700;
  plan.websocket.in_flight = 3;
  const LoadResult result = run_websocket(plan);
  EXPECT_EQ(result.succeeded, 60u);
  EXPECT_GT(result.bytes_received, 60u * 5000);
}

TEST(WebSocketLoad, AnOpenLoopPlansMessages) {
  const ScriptedServer server(echo());
  LoadPlan plan = plan_for(server, 1, 4);
  plan.requests.reset();
  plan.duration_s = 0.5;
  plan.rate = 400;
  plan.arrivals = Arrivals::constant;
  plan.websocket.in_flight = 2;
  const LoadResult result = run_websocket(plan);
  EXPECT_EQ(result.started, 200u);
  EXPECT_EQ(result.succeeded, 200u);
}

TEST(WebSocketLoad, AnotherAnswerFailsItsCheck) {
  const ScriptedServer server([](Peer& peer) {
    if (!shake_hands(peer)) return;
    while (read_frame(peer).opcode == 1) peer.send(server_frame(1, "something else"));
  });
  LoadPlan plan = plan_for(server, 20);
  EXPECT_EQ(errors(run_websocket(plan), ErrorClass::check), 20u);
  plan.websocket.echo = false;
  EXPECT_EQ(run_websocket(plan).succeeded, 20u);
}

TEST(WebSocketLoad, ACloseFailsWhatIsUnderWay) {
  const ScriptedServer server([](Peer& peer) {
    if (!shake_hands(peer)) return;
    read_frame(peer);
    peer.send(server_frame(8, std::string("\x03\xf1", 2) + "enough"));
    peer.wait_for_close();
  });
  LoadPlan plan = plan_for(server, 12);
  plan.websocket.in_flight = 2;
  const LoadResult result = run_websocket(plan);
  testing::expect_only_error(result, ErrorClass::closed, 12);
  EXPECT_NE(result.offences.front().what.find("1009 'enough'"), std::string::npos)
      << result.offences.front().what;
}

TEST(WebSocketLoad, SilenceEndsInTimeoutsAndIllegalFramesInProtocolErrors) {
  const ScriptedServer silent([](Peer& peer) {
    if (shake_hands(peer)) peer.wait_for_close();
  });
  LoadPlan plan = plan_for(silent, 6);
  plan.timeout_s = 0.2;
  testing::expect_only_error(run_websocket(plan), ErrorClass::timeout, 6);

  const ScriptedServer illegal([](Peer& peer) {
    if (!shake_hands(peer)) return;
    read_frame(peer);
    peer.send(server_frame(3, "what?"));
    peer.wait_for_close();
  });
  testing::expect_only_error(run_websocket(plan_for(illegal, 6)), ErrorClass::protocol, 6);
}

TEST(WebSocketLoad, AServerThatDoesNotSwitchFailsEachMessage) {
  const ScriptedServer server(testing::always(testing::answer("no", "403 Forbidden")));
  const LoadResult result = run_websocket(plan_for(server, 6));
  testing::expect_only_error(result, ErrorClass::protocol, 6);
  EXPECT_EQ(result.connections_never_served, result.connections_opened);
}

}  // namespace
}  // namespace shootout::engine
