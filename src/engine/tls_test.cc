#include "engine/tls.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <mutex>
#include <string>
#include <vector>

#include "engine/tls_testing.h"

namespace shootout::engine {
namespace {

using testing::Certificate;
using testing::client_for;
using testing::echo_fours;
using testing::LocalTrust;
using testing::PemFile;
using testing::TlsPeer;
using testing::TlsServer;
using Client = testing::TlsTestClient;
using Step = TlsSession::Step;
using Status = Transfer::Status;

/// Why the handshake fails.
std::string refusal(const TlsServer& server, const TlsPlan& plan, const std::string& host = "localhost") {
  const auto shared = client_for(plan, host);
  TlsMemory memory;
  Client client(server, *shared, memory);
  EXPECT_EQ(client.handshake(), Step::failed);
  EXPECT_EQ(client.session().handshake(), Step::failed);
  EXPECT_EQ(memory.summary().handshakes, 0u);
  return client.session().failure();
}

// ---- whom it trusts

TEST(Tls, TheNameAndTheAddressOfTheCertificateAreTrusted) {
  const LocalTrust trust;
  std::mutex mutex;
  std::vector<std::string> names;
  TlsServer server(trust.certificate, [&](TlsPeer& peer) {
    const bool made = peer.handshake();
    const char* name = SSL_get_servername(peer.ssl(), TLSEXT_NAMETYPE_host_name);
    const std::lock_guard lock(mutex);
    names.emplace_back(made && name != nullptr ? name : "none");
    peer.write("x");
  });
  for (const char* host : {"localhost", "localhost.", "LOCALHOST", "127.0.0.1"}) {
    SCOPED_TRACE(host);
    const auto shared = client_for({.authorities = trust.file.path(), .server_name = {}}, host);
    TlsMemory memory;
    Client client(server, *shared, memory);
    EXPECT_EQ(client.handshake(), Step::done) << client.session().failure();
    EXPECT_EQ(memory.summary().handshakes, 1u);
    EXPECT_EQ(memory.summary().resumed, 0u);
    EXPECT_EQ(memory.summary().version, "TLSv1.3");
    EXPECT_TRUE(memory.summary().cipher.starts_with("TLS_")) << memory.summary().cipher;
    EXPECT_EQ(memory.summary().protocol, "");
    EXPECT_FALSE(client.session().distrusted());
    EXPECT_EQ(client.receive_all(1).status, Status::moved);
  }
  const std::lock_guard lock(mutex);
  EXPECT_EQ(names, (std::vector<std::string>{"localhost", "localhost", "LOCALHOST", "none"}));
}

TEST(Tls, AnotherNameMayBeAskedForThanTheUrls) {
  const LocalTrust trust;
  const Certificate certificate({.common_name = "x", .alternative_names = "DNS:api.example"},
                                &trust.authority);
  TlsServer server(certificate, [&](TlsPeer& peer) {
    peer.handshake();
    peer.write(SSL_get_servername(peer.ssl(), TLSEXT_NAMETYPE_host_name));
  });
  const auto shared = client_for({.authorities = trust.file.path(), .server_name = "api.example"});
  TlsMemory memory;
  Client client(server, *shared, memory);
  EXPECT_EQ(client.handshake(), Step::done) << client.session().failure();
  EXPECT_EQ(client.receive_all(11).status, Status::moved);
  EXPECT_EQ(client.received(), "api.example");
}

TEST(Tls, EachReasonToDistrustACertificateIsNamed) {
  const LocalTrust trust;
  const Certificate::Options local{.common_name = "local", .alternative_names = "DNS:localhost,IP:127.0.0.1"};
  Certificate::Options expired = local, future = local, other = local, many = local, nameless = local;
  expired.begins_s = -7200, expired.ends_s = -3600;
  future.begins_s = 3600, future.ends_s = 7200;
  other.alternative_names = "DNS:other.example,IP:10.0.0.1,IP:2001:db8::1";
  many.alternative_names = "DNS:a.example,DNS:b.example,DNS:c.example,DNS:d.example,DNS:e.example";
  nameless.common_name = "plain.example", nameless.alternative_names = "";
  const Certificate old_authority({.common_name = "Old",
                                   .alternative_names = {},
                                   .begins_s = -7200,
                                   .ends_s = -3600,
                                   .is_authority = true});
  const PemFile old_file(old_authority);
  struct Case {
    const char* name;
    Certificate certificate;
    std::string host, says, authorities;
  };
  const std::string& ours = trust.file.path();
  const std::string self_signed = "the certificate is not trusted: self-signed certificate",
                    unknown = "the certificate is not trusted: unable to get local issuer certificate";
  const Case cases[] = {
      {"self-signed", Certificate(local), "localhost", self_signed, ours},
      {"of an unknown authority", Certificate(local, &trust.authority), "localhost", unknown, ""},
      {"expired", Certificate(expired, &trust.authority), "localhost", "the certificate has expired", ours},
      {"too early", Certificate(future, &trust.authority), "localhost", "the certificate is not valid yet",
       ours},
      {"old authority", Certificate(local, &old_authority), "localhost",
       "the certificate of the server's authority has expired", old_file.path()},
      {"other name", Certificate(other, &trust.authority), "localhost",
       "the certificate is for other.example, 10.0.0.1, 2001:db8::1, not for localhost", ours},
      {"other address", Certificate(other, &trust.authority), "127.0.0.1",
       "the certificate is for other.example, 10.0.0.1, 2001:db8::1, not for 127.0.0.1", ours},
      {"many names", Certificate(many, &trust.authority), "localhost",
       "the certificate is for a.example, b.example, c.example and 2 more, not for localhost", ours},
      {"common name", Certificate(nameless, &trust.authority), "localhost",
       "the certificate is for plain.example, not for localhost", ours},
  };
  for (const Case& bad : cases) {
    SCOPED_TRACE(bad.name);
    TlsServer server(bad.certificate, echo_fours);
    const auto shared = client_for({.authorities = bad.authorities, .server_name = {}}, bad.host);
    TlsMemory memory;
    Client client(server, *shared, memory);
    EXPECT_EQ(client.handshake(), Step::failed);
    EXPECT_EQ(client.session().failure(), bad.says);
    EXPECT_TRUE(client.session().distrusted());
    EXPECT_EQ(memory.summary().handshakes, 0u);

    const auto trusting = client_for({.verify = false, .authorities = {}, .server_name = {}}, bad.host);
    Client careless(server, *trusting, memory);
    EXPECT_EQ(careless.handshake(), Step::done) << careless.session().failure();
  }
}

TEST(Tls, AuthoritiesThatCannotBeReadAreAMistakeOfThePlan) {
  const auto error = [](const std::string& file) {
    const auto client = TlsClient::make({.authorities = file, .server_name = {}}, "localhost");
    EXPECT_FALSE(client);
    EXPECT_EQ(client.error().kind, Error::Kind::bad_plan);
    return client.error().what;
  };
  EXPECT_TRUE(error("/no/such/file.pem").contains("No such file or directory"));
  const LocalTrust trust;
  std::ofstream(trust.file.path()) << "not a certificate\n";
  EXPECT_TRUE(error(trust.file.path()).contains("no certificate in it"));
  std::ofstream(trust.file.path()) << "";
  EXPECT_TRUE(error(trust.file.path()).contains("no certificate in it"));
}

TEST(Tls, ANameThatCannotBeAServersIsAMistakeOfThePlan) {
  for (const std::string& name : {std::string("a b"), std::string(256, 'a'), std::string("a\0b", 3)}) {
    const auto client = TlsClient::make({.authorities = {}, .server_name = name}, "localhost");
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().kind, Error::Kind::bad_plan);
  }
}

// ---- handshakes

TEST(Tls, AHandshakeMayComeByteByByte) {
  const LocalTrust trust;
  TlsServer server(trust.certificate, echo_fours);
  const auto shared = client_for({.authorities = trust.file.path(), .server_name = {}});
  TlsMemory memory;
  Client client(server, *shared, memory);
  client.net.largest = 1;
  ASSERT_EQ(client.handshake(), Step::done) << client.session().failure();
  EXPECT_EQ(client.session().handshake(), Step::done);
  EXPECT_EQ(memory.summary().handshakes, 1u);
  EXPECT_EQ(client.send_all("ping").bytes, 4u);
  EXPECT_EQ(client.receive_all(4).status, Status::moved);
  EXPECT_EQ(client.received(), "ping");
}

TEST(Tls, HttpIsOfferedAndNothingElseIsTaken) {
  const LocalTrust trust;
  static std::mutex mutex;
  static std::string offered;
  static std::atomic<const char*> chosen = nullptr;  // what the server answers
  const auto choose = [](SSL*, const unsigned char** out, unsigned char* size, const unsigned char* in,
                         unsigned in_size, void*) {
    const std::lock_guard lock(mutex);
    offered.assign(reinterpret_cast<const char*>(in), in_size);
    const char* choice = chosen;
    if (choice == nullptr) return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = reinterpret_cast<const unsigned char*>(choice);
    *size = static_cast<unsigned char>(std::strlen(choice));
    return SSL_TLSEXT_ERR_OK;
  };
  TlsServer server(trust.certificate, echo_fours,
                   [&](SSL_CTX* context) { SSL_CTX_set_alpn_select_cb(context, choose, nullptr); });
  const TlsPlan plan{.authorities = trust.file.path(), .server_name = {}};
  EXPECT_EQ(refusal(server, plan), "the server does not speak HTTP/1.1 (ALPN)");
  chosen = "h2";
  EXPECT_TRUE(refusal(server, plan).contains("(ALPN)"));  // OpenSSL's own words, or ours, by its version
  chosen = "http/1.1";
  const auto shared = client_for(plan);
  TlsMemory memory;
  Client client(server, *shared, memory);
  EXPECT_EQ(client.handshake(), Step::done) << client.session().failure();
  EXPECT_EQ(memory.summary().protocol, "http/1.1");
  const std::lock_guard lock(mutex);
  EXPECT_EQ(offered, "\x08http/1.1");
}

TEST(Tls, AServerWithoutTlsIsNamedAsSuch) {
  const LocalTrust trust;
  TlsServer server(trust.certificate, [](TlsPeer& peer) {
    peer.write_plain("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    peer.wait_for_close();
  });
  EXPECT_EQ(refusal(server, {}), "the server does not speak TLS");
}

TEST(Tls, AServerWithOnlyOldTlsIsNamedAsSuch) {
  const LocalTrust trust;
  TlsServer server(trust.certificate, echo_fours, [](SSL_CTX* context) {
    SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
  });
  EXPECT_EQ(refusal(server, {}), "the server speaks no TLS from version 1.2 on");
}

TEST(Tls, AServersAlertIsSaid) {
  const LocalTrust trust;
  TlsServer server(trust.certificate, echo_fours, [](SSL_CTX* context) {
    const auto refuse = [](SSL*, int* alert, void*) {
      *alert = SSL_AD_UNRECOGNIZED_NAME;
      return SSL_TLSEXT_ERR_ALERT_FATAL;
    };
    SSL_CTX_set_tlsext_servername_callback(context, static_cast<int (*)(SSL*, int*, void*)>(refuse));
  });
  EXPECT_EQ(refusal(server, {.authorities = trust.file.path(), .server_name = {}}),
            "the server gave up TLS: unrecognized name");
}

TEST(Tls, AServerThatWantsACertificateOfTheClientIsNamedAsSuch) {
  const LocalTrust trust;
  TlsServer server(trust.certificate, echo_fours, [](SSL_CTX* context) {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  });
  const auto shared = client_for({.authorities = trust.file.path(), .server_name = {}});
  TlsMemory memory;
  Client client(server, *shared, memory);
  ASSERT_EQ(client.handshake(), Step::done);  // TLS 1.3 tells the client afterwards
  const Transfer end = client.receive_all(4);
  EXPECT_EQ(end.status, Status::failed);
  EXPECT_EQ(end.error, EPROTO);
  EXPECT_EQ(client.session().failure(), "the server asks for a client's certificate");
}

TEST(Tls, AConnectionThatEndsInTheHandshakeFailsIt) {
  const LocalTrust trust;
  TlsServer closing(trust.certificate, [](TlsPeer& peer) {
    char hello[5];
    ::recv(peer.fd(), hello, sizeof hello, MSG_PEEK);
    ::shutdown(peer.fd(), SHUT_WR);
    peer.wait_for_close();
  });
  EXPECT_EQ(refusal(closing, {}), "the server closed the connection in the TLS handshake");
  TlsServer resetting(trust.certificate, [](TlsPeer& peer) {
    char hello[5];
    ::recv(peer.fd(), hello, sizeof hello, 0);
    peer.reset_at_close();
  });
  EXPECT_EQ(refusal(resetting, {}), "Connection reset by peer in the TLS handshake");
}

// ---- sessions

TEST(Tls, ConnectionsResumeTheSessionOfTheOneBefore) {
  const LocalTrust trust;
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    SCOPED_TRACE(version);
    TlsServer server(trust.certificate, echo_fours,
                     [&](SSL_CTX* context) { SSL_CTX_set_max_proto_version(context, version); });
    for (const bool resume : {true, false}) {
      const auto shared = client_for({.authorities = trust.file.path(), .server_name = {}, .resume = resume});
      TlsMemory first;
      const auto exchange = [&](TlsMemory& memory, bool politely) {
        Client client(server, *shared, memory);
        ASSERT_EQ(client.handshake(), Step::done) << client.session().failure();
        client.send_all("ping");
        EXPECT_EQ(client.receive_all(4).status, Status::moved);
        if (politely) client.session().say_goodbye();
      };
      exchange(first, false);
      EXPECT_EQ(first.summary().resumed, 0u);
      exchange(first, true);
      TlsMemory moved = std::move(first);
      for (int i = 0; i < 3; ++i) exchange(moved, i == 1);
      EXPECT_EQ(moved.summary().handshakes, 5u);
      EXPECT_EQ(moved.summary().resumed, resume ? 4u : 0u);
      EXPECT_EQ(moved.summary().version, version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3");
      TlsMemory another;  // of another thread: knows nothing
      exchange(another, false);
      EXPECT_EQ(another.summary().resumed, 0u);
    }
  }
}

TEST(Tls, AServerThatForgotTheSessionGetsAWholeHandshake) {
  const LocalTrust trust;
  TlsServer server(trust.certificate, echo_fours);
  TlsServer forgetful(trust.certificate, echo_fours);
  const auto shared = client_for({.authorities = trust.file.path(), .server_name = {}});
  TlsMemory memory;
  for (const TlsServer* next : {&server, &forgetful}) {
    Client client(*next, *shared, memory);
    ASSERT_EQ(client.handshake(), Step::done) << client.session().failure();
    client.send_all("ping");
    EXPECT_EQ(client.receive_all(4).status, Status::moved);
  }
  EXPECT_EQ(memory.summary().handshakes, 2u);
  EXPECT_EQ(memory.summary().resumed, 0u);
}

}  // namespace
}  // namespace shootout::engine
