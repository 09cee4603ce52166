// TLS on a non-blocking socket, as a client.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "engine/error.h"
#include "engine/load_plan.h"
#include "engine/load_result.h"
#include "engine/net.h"

namespace shootout::engine {

/// What all TLS connections of a load share: trust, the server's name, the protocols offered (ALPN:
/// HTTP/1.1). Constant; safe to use from several threads.
class TlsClient {
 public:
  /// `host`: the URL's, without brackets; a name, or an address: then the certificate must be the address's
  /// and no name is sent (RFC 6066 section 3). Fails (bad_plan) where the authorities cannot be read.
  static Result<std::unique_ptr<TlsClient>> make(const TlsPlan& plan, const std::string& host);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

 private:
  friend class TlsSession;
  struct Data;
  explicit TlsClient(std::unique_ptr<Data> data);
  std::unique_ptr<Data> data_;
};

/// What one thread's TLS connections hand on to the next: the session to resume, and the counts. It must
/// outlive its connections; moving it does not disturb them.
class TlsMemory {
 public:
  TlsMemory();
  ~TlsMemory();
  TlsMemory(TlsMemory&&) noexcept;
  TlsMemory& operator=(TlsMemory&&) noexcept;
  [[nodiscard]] const TlsSummary& summary() const;

 private:
  friend class TlsSession;
  struct Data;
  std::unique_ptr<Data> data_;
};

/// One connection's TLS over a connected socket, which it does not own. One send() or receive() of a small
/// request or answer is one system call: records are read ahead, and after a short read nothing more is read
/// until the socket is said to be readable again.
class TlsSession {
 public:
  enum class Step : std::uint8_t {
    done,     ///< the connection may carry data
    waiting,  ///< for the socket: call again when it is ready
    failed,   ///< failure() says why
  };

  TlsSession(const TlsClient& client, TlsMemory& memory, Net& net, int fd);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  /// Goes on with the handshake. What the server sent right behind it may have been read too: it waits in
  /// receive(), and the socket does not announce it again.
  Step handshake();
  /// What went wrong in the handshake or after it, for a person: the certificate has expired ...
  [[nodiscard]] const std::string& failure() const { return failure_; }
  /// The handshake failed because the server's certificate is not good enough.
  [[nodiscard]] bool distrusted() const { return distrusted_; }

  /// The socket has become readable. `ending`: and its end is near (EPOLLRDHUP, EPOLLHUP, EPOLLERR): from now
  /// on everything is read up to it, because nothing announces it again.
  void socket_readable(bool ending = false) {
    dry_ = false;
    ending_ = ending_ || ending;
  }

  /// The status `failed` with error EPROTO is TLS's own failure; others are the socket's. `closed`: the peer
  /// ended TLS, or the connection without a word (the answer's framing tells what that means).
  ///
  /// What a send did not move must come first in the next one, and be as much at least: it may be encrypted.
  /// Small pieces go together in one record.
  Transfer send(std::span<const iovec> pieces);
  /// While `more`, call again: what has been read ahead is not announced by the socket.
  Transfer receive(std::span<char> buffer);

  /// Tells the peer that nothing more will come (close_notify, RFC 8446 section 6.1), if the socket takes it
  /// at once. Before the socket is closed.
  void say_goodbye();

 private:
  struct Data;
  struct Callbacks;
  friend class TlsClient;
  Transfer outcome_of(int result);
  Step finish_handshake();
  Step fail_handshake(std::string why);

  std::unique_ptr<Data> data_;
  std::string failure_;
  bool distrusted_ = false;
  bool done_ = false;    ///< the handshake
  bool dry_ = false;     ///< the socket has nothing to read until it says so
  bool ending_ = false;  ///< a short read does not make the socket dry
};

}  // namespace shootout::engine
