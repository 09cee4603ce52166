// What goes through a TLS connection, and how it ends.
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <poll.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/tls.h"
#include "engine/tls_testing.h"

namespace shootout::engine {
namespace {

using testing::client_for;
using testing::LocalTrust;
using testing::TlsPeer;
using testing::TlsServer;
using testing::TlsTestNet;
using Client = testing::TlsTestClient;
using Step = TlsSession::Step;
using Status = Transfer::Status;

std::string numbered(std::size_t size) {
  std::string bytes;
  for (int i = 0; bytes.size() < size; ++i) bytes += std::to_string(i) + ",";
  bytes.resize(size);
  return bytes;
}

// ---- data

TEST(TlsData, ASmallExchangeIsOneSendAndOneReceive) {
  const LocalTrust trust;
  TlsServer server(trust.certificate, [](TlsPeer& peer) {
    if (!peer.handshake()) return;
    for (int i = 0; i < 10; ++i)
      if (peer.read(12) == "head,bodyend") peer.write("answer");
    peer.wait_for_close();
  });
  const auto shared = client_for({.authorities = trust.file.path(), .server_name = {}});
  TlsMemory memory;
  Client client(server, *shared, memory);
  ASSERT_EQ(client.handshake(), Step::done);
  for (int i = 0; i < 10; ++i) {
    const TlsTestNet& net = client.net;
    const int sends = net.sends, receives = net.receives, dry = net.dry_receives;
    const iovec pieces[] = {Client::piece("head,"), Client::piece(""), Client::piece("body"),
                            Client::piece("end")};
    EXPECT_EQ(client.session().send(pieces).bytes, 12u);
    EXPECT_EQ(net.sends, sends + 1);
    char buffer[100];
    // The first answer may be behind the server's tickets, in a segment of its own.
    Transfer received{.status = Status::would_block};
    while (received.status == Status::would_block) {
      client.wait(POLLIN);
      received = client.session().receive(buffer);
    }
    EXPECT_EQ(std::string_view(buffer, received.bytes), "answer");
    EXPECT_FALSE(received.more);
    EXPECT_EQ(client.session().receive(buffer).status, Status::would_block);
    if (i > 0) {
      EXPECT_EQ(net.receives, receives + 1);
      EXPECT_EQ(net.dry_receives, dry);
    }
  }
}

TEST(TlsData, AnswersReadAheadAreAnnounced) {
  const LocalTrust trust;
  TlsServer server(trust.certificate, [](TlsPeer& peer) {
    if (!peer.handshake()) return;
    peer.read(1);
    // Two records in one segment, so that one receive takes both.
    const int on = 1, off = 0;
    ::setsockopt(peer.fd(), IPPROTO_TCP, TCP_CORK, &on, sizeof on);
    peer.write("one");
    peer.write("two");
    ::setsockopt(peer.fd(), IPPROTO_TCP, TCP_CORK, &off, sizeof off);
    peer.wait_for_close();
  });
  const auto shared = client_for({.authorities = trust.file.path(), .server_name = {}});
  TlsMemory memory;
  Client client(server, *shared, memory);
  ASSERT_EQ(client.handshake(), Step::done);
  ASSERT_EQ(client.send_all("x").status, Status::moved);
  char buffer[100];
  Transfer received{.status = Status::would_block};
  while (received.status == Status::would_block) {
    client.wait(POLLIN);
    received = client.session().receive(buffer);
  }
  EXPECT_EQ(received.bytes, 3u);
  EXPECT_TRUE(received.more);
  const int receives = client.net.receives;
  received = client.session().receive(buffer);
  EXPECT_EQ(std::string_view(buffer, received.bytes), "two");
  EXPECT_FALSE(received.more);
  EXPECT_EQ(client.net.receives, receives);
}

TEST(TlsData, LargeTransfersArriveWholeInAnyPieces) {
  const LocalTrust trust;
  constexpr std::size_t kSize = 3'000'017;
  const std::string bytes = numbered(kSize);
  const auto shared = client_for({.authorities = trust.file.path(), .server_name = {}});
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsServer server(
        trust.certificate,
        [&](TlsPeer& peer) {
          if (peer.handshake()) peer.write(peer.read(kSize));
          peer.wait_for_close();
        },
        [&](SSL_CTX* context) { SSL_CTX_set_max_proto_version(context, version); });
    for (const std::size_t largest : {std::size_t{997}, SIZE_MAX}) {
      SCOPED_TRACE(largest);
      TlsMemory memory;
      Client client(server, *shared, memory);
      ASSERT_EQ(client.handshake(), Step::done);
      client.net.largest = largest;
      const std::string_view all = bytes;
      const std::size_t cuts[] = {0, 200, 200, 16'500, 33'000, 33'001, kSize};
      std::vector<iovec> pieces;
      for (std::size_t i = 1; i < std::size(cuts); ++i)
        pieces.push_back(Client::piece(all.substr(cuts[i - 1], cuts[i] - cuts[i - 1])));
      EXPECT_EQ(client.send_all(pieces).bytes, kSize);
      EXPECT_EQ(client.receive_all(kSize).status, Status::moved);
      EXPECT_TRUE(client.received() == bytes);
    }
  }
}

TEST(TlsData, ASendThatWouldBlockGoesOnFromAnotherBuffer) {
  const LocalTrust trust;
  constexpr std::size_t kSize = 20'000'000;  // more than two sockets' buffers
  const std::string bytes = numbered(kSize);
  std::mutex mutex;
  std::condition_variable changed;
  bool reads = false;
  std::atomic<bool> right = false;
  TlsServer server(trust.certificate, [&](TlsPeer& peer) {
    if (!peer.handshake()) return;
    {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return reads; });
    }
    right = peer.read(kSize) == bytes;
    peer.write("x");
  });
  const auto shared = client_for({.authorities = trust.file.path(), .server_name = {}});
  TlsMemory memory;
  Client client(server, *shared, memory);
  ASSERT_EQ(client.handshake(), Step::done);
  std::size_t sent = 0;
  Transfer transfer;
  while (transfer.status == Status::moved && sent < kSize) {
    // Header and body, as a request has them, in memory that is not the same the next time.
    const std::string head = bytes.substr(sent, 100), body = bytes.substr(sent + head.size());
    const iovec pieces[] = {Client::piece(head), Client::piece(body)};
    transfer = client.session().send(pieces);
    sent += transfer.bytes;
  }
  ASSERT_EQ(transfer.status, Status::would_block);
  EXPECT_GT(sent, 0u);
  {
    const std::lock_guard lock(mutex);
    reads = true;
  }
  changed.notify_one();
  const std::string rest = bytes.substr(sent);
  EXPECT_EQ(client.send_all(rest).status, Status::moved);
  EXPECT_EQ(client.receive_all(1).status, Status::moved);
  EXPECT_TRUE(right);
}

// ---- ends

TEST(TlsData, AnEndWithOrWithoutAWordIsClosed) {
  const LocalTrust trust;
  for (const bool politely : {true, false}) {
    SCOPED_TRACE(politely);
    TlsServer server(trust.certificate, [&](TlsPeer& peer) {
      if (!peer.handshake()) return;
      peer.write("last");
      if (politely) {
        SSL_shutdown(peer.ssl());
      } else {
        ::shutdown(peer.fd(), SHUT_WR);
      }
      peer.wait_for_close();
    });
    const auto shared = client_for({.authorities = trust.file.path(), .server_name = {}});
    TlsMemory memory;
    Client client(server, *shared, memory);
    ASSERT_EQ(client.handshake(), Step::done);
    EXPECT_EQ(client.receive_to_the_end().status, Status::closed);
    EXPECT_EQ(client.received(), "last");
    EXPECT_EQ(client.session().failure(), "");
  }
}

TEST(TlsData, AnEndBehindAShortReadIsSeenWhereItIsAnnounced) {
  const LocalTrust trust;
  TlsServer server(trust.certificate, [&](TlsPeer& peer) {
    if (!peer.handshake()) return;
    peer.read(1);
    peer.write("last");
    ::shutdown(peer.fd(), SHUT_WR);
    peer.wait_for_close();
  });
  const auto shared = client_for({.authorities = trust.file.path(), .server_name = {}});
  TlsMemory memory;
  Client client(server, *shared, memory);
  ASSERT_EQ(client.handshake(), Step::done);
  ASSERT_EQ(client.send_all("x").status, Status::moved);
  client.wait(POLLRDHUP);  // answer and end are there: an edge-triggered epoll says so once
  client.session().socket_readable(true);
  char buffer[100];
  Transfer received = client.session().receive(buffer);
  EXPECT_EQ(std::string_view(buffer, received.bytes), "last");
  EXPECT_TRUE(received.more);
  EXPECT_EQ(client.session().receive(buffer).status, Status::closed);
}

TEST(TlsData, AResetIsTheSocketsFailure) {
  const LocalTrust trust;
  TlsServer server(trust.certificate, [&](TlsPeer& peer) {
    if (!peer.handshake()) return;
    peer.read(1);
    peer.reset_at_close();
  });
  const auto shared = client_for({.authorities = trust.file.path(), .server_name = {}});
  TlsMemory memory;
  Client client(server, *shared, memory);
  ASSERT_EQ(client.handshake(), Step::done);
  client.send_all("x");
  const Transfer end = client.receive_to_the_end();
  EXPECT_EQ(end.status, Status::failed);
  EXPECT_EQ(end.error, ECONNRESET);
  EXPECT_EQ(client.session().failure(), "");
  const iovec piece = Client::piece("y");
  const Transfer sent = client.session().send({&piece, 1});
  EXPECT_EQ(sent.status, Status::failed);
  EXPECT_EQ(sent.error, EPIPE);
}

TEST(TlsData, BytesThatAreNoRecordsAreTlssFailure) {
  const LocalTrust trust;
  TlsServer server(trust.certificate, [&](TlsPeer& peer) {
    if (!peer.handshake()) return;
    peer.write("good");
    peer.write_plain("HTTP/1.1 200 OK\r\n\r\n");
    peer.wait_for_close();
  });
  const auto shared = client_for({.authorities = trust.file.path(), .server_name = {}});
  TlsMemory memory;
  Client client(server, *shared, memory);
  ASSERT_EQ(client.handshake(), Step::done);
  const Transfer end = client.receive_to_the_end();
  EXPECT_EQ(client.received(), "good");
  EXPECT_EQ(end.status, Status::failed);
  EXPECT_EQ(end.error, EPROTO);
  EXPECT_NE(client.session().failure(), "");
  const iovec piece = Client::piece("y");
  EXPECT_EQ(client.session().send({&piece, 1}).status, Status::failed);
}

TEST(TlsData, TheServerIsToldOfTheEnd) {
  const LocalTrust trust;
  std::atomic<int> told = 0, dropped = 0;
  TlsServer server(trust.certificate, [&](TlsPeer& peer) {
    if (!peer.handshake()) return;
    peer.read(5);
    ++((SSL_get_shutdown(peer.ssl()) & SSL_RECEIVED_SHUTDOWN) != 0 ? told : dropped);
    peer.write_plain("x");
  });
  const auto shared = client_for({.authorities = trust.file.path(), .server_name = {}});
  TlsMemory memory;
  for (const bool politely : {true, false}) {
    Client client(server, *shared, memory);
    ASSERT_EQ(client.handshake(), Step::done);
    client.send_all("bye");
    if (politely) client.session().say_goodbye();
    ::shutdown(client.fd(), SHUT_WR);
    client.receive_to_the_end();  // until the server has counted
  }
  EXPECT_EQ(told, 1);
  EXPECT_EQ(dropped, 1);
}

}  // namespace
}  // namespace shootout::engine
