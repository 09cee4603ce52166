// For the tests: certificates made on the spot, a blocking TLS server in a thread, and a client of it.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "engine/address.h"
#include "engine/net.h"
#include "engine/tls.h"

namespace shootout::engine::testing {

/// A certificate with its key; the authority that signs others, or a server's.
class Certificate {
 public:
  struct Options {
    std::string common_name = "test";
    std::string alternative_names;  ///< as OpenSSL's configuration has them: DNS:localhost,IP:127.0.0.1
    long begins_s = -3600, ends_s = 3600;  ///< from now
    bool is_authority = false;
  };

  /// Signed by `issuer`, or by itself.
  explicit Certificate(const Options& options, const Certificate* issuer = nullptr)
      : key_(EVP_EC_gen("P-256"), &EVP_PKEY_free), certificate_(X509_new(), &X509_free) {
    static std::atomic<long> serial = 1;
    X509* x = certificate_.get();
    X509_set_version(x, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x), serial++);
    X509_gmtime_adj(X509_getm_notBefore(x), options.begins_s);
    X509_gmtime_adj(X509_getm_notAfter(x), options.ends_s);
    X509_set_pubkey(x, key_.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(options.common_name.c_str()), -1, -1,
                               0);
    X509_set_issuer_name(x, X509_get_subject_name(issuer != nullptr ? issuer->x509() : x));
    if (options.is_authority) add(NID_basic_constraints, "critical,CA:TRUE");
    if (!options.alternative_names.empty()) add(NID_subject_alt_name, options.alternative_names);
    if (X509_sign(x, (issuer != nullptr ? *issuer : *this).key(), EVP_sha256()) == 0)
      throw std::runtime_error("no certificate");
  }

  [[nodiscard]] X509* x509() const { return certificate_.get(); }
  [[nodiscard]] EVP_PKEY* key() const { return key_.get(); }

 private:
  void add(int kind, const std::string& value) {
    const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension(
        X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str()), &X509_EXTENSION_free);
    if (!extension) throw std::runtime_error("no extension " + value);
    X509_add_ext(x509(), extension.get(), -1);
  }

  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
  std::unique_ptr<X509, decltype(&X509_free)> certificate_;
};

/// A PEM file with a certificate; gone with its owner.
class PemFile {
 public:
  explicit PemFile(const Certificate& certificate) {
    const int fd = ::mkstemp(path_.data());
    std::FILE* file = ::fdopen(fd, "w");
    PEM_write_X509(file, certificate.x509());
    std::fclose(file);
  }
  ~PemFile() { std::filesystem::remove(path_); }
  PemFile(const PemFile&) = delete;
  PemFile& operator=(const PemFile&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_ = (std::filesystem::temp_directory_path() / "shootout-test-XXXXXX").string();
};

/// An authority and a certificate of it for localhost and 127.0.0.1.
struct LocalTrust {
  Certificate authority{{.common_name = "Test Authority", .alternative_names = {}, .is_authority = true}};
  Certificate certificate{{.common_name = "local", .alternative_names = "DNS:localhost,IP:127.0.0.1"},
                          &authority};
  PemFile file{authority};
};

/// A server's side of one connection.
class TlsPeer {
 public:
  TlsPeer(int fd, SSL* ssl) : fd_(fd), ssl_(ssl) {}
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] SSL* ssl() const { return ssl_; }

  bool handshake() const { return SSL_accept(ssl_) == 1; }
  /// Exactly so many bytes, or fewer where the client ended.
  std::string read(std::size_t size) const {
    std::string bytes(size, '\0');
    std::size_t have = 0;
    while (have < size) {
      std::size_t got = 0;
      if (SSL_read_ex(ssl_, bytes.data() + have, size - have, &got) != 1) break;
      have += got;
    }
    bytes.resize(have);
    return bytes;
  }
  bool write(std::string_view bytes) const {
    std::size_t written = 0;
    return SSL_write_ex(ssl_, bytes.data(), bytes.size(), &written) == 1;
  }
  void write_plain(std::string_view bytes) const { ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  /// Closing the socket will reset the connection.
  void reset_at_close() const {
    const linger at_once{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  /// Until the client has closed its side.
  void wait_for_close() const {
    char rest[4096];
    while (::recv(fd_, rest, sizeof rest, 0) > 0) {
    }
  }

 private:
  int fd_;
  SSL* ssl_;
};

/// Serves one connection after the other on a port of 127.0.0.1, in a thread of its own.
class TlsServer {
 public:
  using Serve = std::function<void(TlsPeer&)>;

  explicit TlsServer(const Certificate& certificate, Serve serve,
                     const std::function<void(SSL_CTX*)>& set_up = {})
      : serve_(std::move(serve)), context_(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free) {
    SSL_CTX_use_certificate(context_.get(), certificate.x509());
    SSL_CTX_use_PrivateKey(context_.get(), certificate.key());
    if (set_up) set_up(context_.get());
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof name;
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&name), length) < 0 ||
        ::listen(listener_, 16) < 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&name), &length) < 0)
      throw std::runtime_error("no listener");
    port_ = ntohs(name.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~TlsServer() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] Address address() const {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(port_);
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    Address address;
    std::memcpy(&address.storage, &name, sizeof name);
    address.length = sizeof name;
    address.text = "127.0.0.1:" + std::to_string(port_);
    return address;
  }

 private:
  void run() {
    sigset_t broken_pipe;  // OpenSSL writes to sockets that the client has closed
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
    while (!stopping_) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) continue;
      const timeval patience{20, 0};  // a client that fails must not leave the server waiting for ever
      ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
      ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
      const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context_.get()), &SSL_free);
      SSL_set_fd(ssl.get(), fd);
      TlsPeer peer(fd, ssl.get());
      serve_(peer);
      ERR_clear_error();
      ::close(fd);
    }
  }

  Serve serve_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

/// Real send and receive, in pieces as small as wanted, and counted.
class TlsTestNet final : public Net {
 public:
  std::size_t largest = SIZE_MAX;
  int sends = 0, receives = 0, dry_receives = 0;

  Transfer send(int fd, std::span<const iovec> pieces) override {
    ++sends;
    EXPECT_EQ(pieces.size(), 1u);
    const ssize_t moved =
        ::send(fd, pieces[0].iov_base, std::min(pieces[0].iov_len, largest), MSG_DONTWAIT | MSG_NOSIGNAL);
    return outcome(moved);
  }
  Transfer receive(int fd, std::span<char> buffer) override {
    ++receives;
    const std::size_t size = std::min(buffer.size(), largest);
    const ssize_t moved = ::recv(fd, buffer.data(), size, MSG_DONTWAIT);
    if (moved == 0) return {.status = Transfer::Status::closed};
    Transfer received = outcome(moved);
    if (received.status == Transfer::Status::would_block) ++dry_receives;
    received.more = received.bytes == size;
    return received;
  }

  Nanoseconds now() override { return monotonic_now(); }
  std::span<Ready> wait(Nanoseconds, Nanoseconds) override { return {}; }
  void wake() override {}
  Result<void> watch(int, IoHandler&) override { return {}; }
  void unwatch(int) override {}
  std::expected<int, int> connect(const Address&, const Address*) override {
    return std::unexpected(ENOTSUP);
  }
  int take_error(int) override { return 0; }
  void close(int) override {}

 private:
  static Transfer outcome(ssize_t moved) {
    if (moved >= 0) return {.bytes = static_cast<std::size_t>(moved)};
    if (errno == EAGAIN) return {.status = Transfer::Status::would_block};
    return {.status = Transfer::Status::failed, .error = errno};
  }
};

/// A client's connection, which waits for its socket where the session says so.
class TlsTestClient {
 public:
  TlsTestClient(const TlsServer& server, const TlsClient& shared, TlsMemory& memory)
      : fd_(connected(server.address())), session_(shared, memory, net, fd_) {}
  ~TlsTestClient() { ::close(fd_); }
  TlsTestClient(const TlsTestClient&) = delete;
  TlsTestClient& operator=(const TlsTestClient&) = delete;

  TlsTestNet net;

  TlsSession& session() { return session_; }
  [[nodiscard]] int fd() const { return fd_; }

  TlsSession::Step handshake() {
    TlsSession::Step step = session_.handshake();
    while (step == TlsSession::Step::waiting) {
      wait(POLLIN);
      step = session_.handshake();
    }
    return step;
  }

  /// The status that ended it: `moved` when all is sent.
  Transfer send_all(std::vector<iovec> pieces) {
    std::size_t sent = 0;
    while (true) {
      while (!pieces.empty() && pieces.front().iov_len == 0) pieces.erase(pieces.begin());
      if (pieces.empty()) return {.bytes = sent};
      const Transfer transfer = session_.send(pieces);
      if (transfer.status == Transfer::Status::would_block) {
        wait(POLLOUT);
        continue;
      }
      if (transfer.status != Transfer::Status::moved) return transfer;
      sent += transfer.bytes;
      std::size_t skip = transfer.bytes;
      for (iovec& piece : pieces) {
        const std::size_t part = std::min(skip, piece.iov_len);
        piece.iov_base = static_cast<char*>(piece.iov_base) + part;
        piece.iov_len -= part;
        skip -= part;
      }
    }
  }
  Transfer send_all(std::string_view bytes) { return send_all({piece(bytes)}); }

  /// Up to so many bytes into received(); the status that ended it.
  Transfer receive_all(std::size_t size) {
    std::vector<char> buffer(65536);
    while (received_.size() < size) {
      const Transfer transfer = session_.receive(buffer);
      if (transfer.status == Transfer::Status::would_block) {
        wait(POLLIN);
        continue;
      }
      if (transfer.status != Transfer::Status::moved) return transfer;
      received_.append(buffer.data(), transfer.bytes);
      if (!transfer.more && received_.size() < size) wait(POLLIN);
    }
    return {.bytes = received_.size()};
  }
  /// Past all that comes: how it ended.
  Transfer receive_to_the_end() { return receive_all(SIZE_MAX); }
  [[nodiscard]] const std::string& received() const { return received_; }

  void wait(short events) {
    pollfd poll_for{fd_, events, 0};
    if (::poll(&poll_for, 1, 20'000) != 1) throw std::runtime_error("nothing happens");
    if ((events & POLLIN) != 0) session_.socket_readable();
  }

  static iovec piece(std::string_view bytes) { return {const_cast<char*>(bytes.data()), bytes.size()}; }

 private:
  static int connected(const Address& address) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address.storage), address.length) != 0)
      throw std::runtime_error("no connection");
    return fd;
  }

  int fd_;
  TlsSession session_;
  std::string received_;
};

inline std::unique_ptr<TlsClient> client_for(const TlsPlan& plan, const std::string& host = "localhost") {
  auto client = TlsClient::make(plan, host);
  if (!client) throw std::runtime_error(client.error().what);
  return std::move(*client);
}

/// Answers four bytes with four bytes until the client ends.
inline void echo_fours(TlsPeer& peer) {
  if (!peer.handshake()) return;
  while (true) {
    const std::string bytes = peer.read(4);
    if (bytes.size() < 4 || !peer.write(bytes)) return;
  }
}

}  // namespace shootout::engine::testing
