#include "engine/tls.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/http_syntax.h"
#include "engine/tls_failure.h"

namespace shootout::engine {
namespace {

constexpr std::size_t kMostInRecord = SSL3_RT_MAX_PLAIN_LENGTH;
constexpr std::size_t kLongestServerName = TLSEXT_MAXLEN_host_name;

template <auto release>
struct FreeTls {
  template <class T>
  void operator()(T* what) const {
    release(what);
  }
};
using TlsContext = std::unique_ptr<SSL_CTX, FreeTls<&SSL_CTX_free>>;
using BioMethod = std::unique_ptr<BIO_METHOD, FreeTls<&BIO_meth_free>>;
using TlsConnection = std::unique_ptr<SSL, FreeTls<&SSL_free>>;
using ResumableSession = std::unique_ptr<SSL_SESSION, FreeTls<&SSL_SESSION_free>>;

std::unexpected<Error> tls_refused(Error::Kind kind, std::string what, std::string remedy = {}) {
  return std::unexpected(Error{kind, std::move(what), std::move(remedy)});
}

bool is_ip_address(const std::string& host) {
  in6_addr ignored{};
  return ::inet_pton(AF_INET, host.c_str(), &ignored) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

Result<void> trust_authorities_of(SSL_CTX* context, const TlsPlan& plan) {
  if (plan.authorities.empty()) {
    if (!plan.verify || SSL_CTX_set_default_verify_paths(context) == 1) return {};
    return tls_refused(Error::Kind::system, "the system's certificate authorities cannot be read",
                       "name a file with them");
  }
  if (SSL_CTX_load_verify_file(context, plan.authorities.c_str()) == 1) return {};
  ERR_clear_error();
  errno = 0;
  const bool readable = std::ifstream(plan.authorities).get() != std::ifstream::traits_type::eof();
  return tls_refused(Error::Kind::bad_plan,
                     fmt::format("no certificate authorities can be read from '{}': {}", plan.authorities,
                                 !readable && errno != 0 ? std::strerror(errno) : "no certificate in it"),
                     "name a file with certificates in PEM form (-----BEGIN CERTIFICATE-----)");
}

}  // namespace

struct TlsClient::Data {
  TlsContext context;
  BioMethod bio_method;  ///< a BIO that moves bytes through a Net
  std::string name;      ///< the server's
  bool name_is_address = false;
};

struct TlsMemory::Data {
  ResumableSession session;
  TlsSummary summary;
  std::vector<char> record;  ///< small pieces are put together here; empty until it is needed
};

struct TlsSession::Data {
  const TlsClient::Data& client;
  TlsMemory::Data& memory;
  Net& net;
  int fd;
  TlsConnection connection = {};
  int socket_error = 0;        ///< errno of what the last call of OpenSSL did
  bool socket_closed = false;  ///< by the peer
};

/// What OpenSSL calls.
struct TlsSession::Callbacks {
  static int receive(BIO* bio, char* bytes, std::size_t size, std::size_t* received) {
    TlsSession& session = *static_cast<TlsSession*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    if (session.dry_) {
      BIO_set_retry_read(bio);
      return -1;
    }
    Data& data = *session.data_;
    const Transfer moved = data.net.receive(data.fd, {bytes, size});
    switch (moved.status) {
      case Transfer::Status::moved:
        session.dry_ = !moved.more && !session.ending_;
        *received = moved.bytes;
        return 1;
      case Transfer::Status::would_block:
        session.dry_ = true;
        BIO_set_retry_read(bio);
        return -1;
      case Transfer::Status::closed:
        data.socket_closed = true;
        return 0;
      case Transfer::Status::failed:
        data.socket_error = moved.error;
        return -1;
    }
    return -1;
  }

  static int send(BIO* bio, const char* bytes, std::size_t size, std::size_t* sent) {
    Data& data = *static_cast<TlsSession*>(BIO_get_data(bio))->data_;
    BIO_clear_retry_flags(bio);
    const iovec piece{const_cast<char*>(bytes), size};
    const Transfer moved = data.net.send(data.fd, {&piece, 1});
    if (moved.status == Transfer::Status::moved) {
      *sent = moved.bytes;
      return 1;
    }
    if (moved.status == Transfer::Status::would_block) {
      BIO_set_retry_write(bio);
    } else {
      data.socket_error = moved.status == Transfer::Status::closed ? EPIPE : moved.error;
    }
    return -1;
  }

  static long control(BIO* bio, int command, long /*number*/, void* /*pointer*/) {
    if (command == BIO_CTRL_FLUSH) return 1;
    if (command == BIO_CTRL_EOF) return static_cast<TlsSession*>(BIO_get_data(bio))->data_->socket_closed;
    return 0;
  }

  static int verify(int good, X509_STORE_CTX* verification) {
    if (good == 1) return 1;
    const void* ssl = X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx());
    auto& session = *static_cast<TlsSession*>(SSL_get_app_data(static_cast<const SSL*>(ssl)));
    session.distrusted_ = true;
    session.failure_ = certificate_failure(verification, session.data_->client.name);
    return 0;
  }

  /// At the end of a handshake (TLS 1.2) or with a ticket any time after it (TLS 1.3). The latest is the
  /// best.
  static int new_session(SSL* ssl, SSL_SESSION* session) {
    static_cast<TlsSession*>(SSL_get_app_data(ssl))->data_->memory.session.reset(session);
    return 1;  // it is ours
  }
};

// ---- what is shared

Result<std::unique_ptr<TlsClient>> TlsClient::make(const TlsPlan& plan, const std::string& host) {
  ERR_clear_error();
  auto data = std::make_unique<Data>();
  data->name = plan.server_name.empty() ? host : plan.server_name;
  if (data->name.ends_with('.')) data->name.pop_back();  // RFC 6066 section 3
  if (data->name.empty() || data->name.size() > kLongestServerName ||
      !std::ranges::all_of(data->name, [](char c) { return c > ' ' && c < '\x7f'; })) {
    return tls_refused(Error::Kind::bad_plan,
                       fmt::format("'{}' is no server's name for TLS", printable(data->name)));
  }
  data->name_is_address = is_ip_address(data->name);
  data->context.reset(SSL_CTX_new(TLS_client_method()));
  data->bio_method.reset(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "shootout Net"));
  SSL_CTX* context = data->context.get();
  BIO_METHOD* method = data->bio_method.get();
  if (context == nullptr || method == nullptr)
    return tls_refused(Error::Kind::system, fmt::format("cannot prepare TLS: {}", take_tls_failure()));

  BIO_meth_set_read_ex(method, &TlsSession::Callbacks::receive);
  BIO_meth_set_write_ex(method, &TlsSession::Callbacks::send);
  BIO_meth_set_ctrl(method, &TlsSession::Callbacks::control);

  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION);
  // An idle connection has no buffers: OpenSSL's are 34 KB together, and malloc() hands out the ones that the
  // connection before has left in the cache.
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context, 1);
  static constexpr unsigned char kProtocols[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  SSL_CTX_set_alpn_protos(context, kProtocols, sizeof kProtocols);
  if (plan.resume) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, &TlsSession::Callbacks::new_session);
  } else {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  }
  if (plan.verify) {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, &TlsSession::Callbacks::verify);
    X509_VERIFY_PARAM* rules = SSL_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    const char* name = data->name.c_str();
    if ((data->name_is_address ? X509_VERIFY_PARAM_set1_ip_asc(rules, name)
                               : X509_VERIFY_PARAM_set1_host(rules, name, 0)) != 1) {
      return tls_refused(Error::Kind::system, fmt::format("cannot prepare TLS: {}", take_tls_failure()));
    }
  }
  if (auto trusted = trust_authorities_of(context, plan); !trusted) return std::unexpected(trusted.error());
  return std::unique_ptr<TlsClient>(new TlsClient(std::move(data)));
}

TlsClient::TlsClient(std::unique_ptr<Data> data) : data_(std::move(data)) {}
TlsClient::~TlsClient() = default;

TlsMemory::TlsMemory() : data_(std::make_unique<Data>()) {}
TlsMemory::~TlsMemory() = default;
TlsMemory::TlsMemory(TlsMemory&&) noexcept = default;
TlsMemory& TlsMemory::operator=(TlsMemory&&) noexcept = default;

const TlsSummary& TlsMemory::summary() const {
  return data_->summary;
}

// ---- a connection

TlsSession::TlsSession(const TlsClient& client, TlsMemory& memory, Net& net, int fd)
    : data_(std::make_unique<Data>(Data{*client.data_, *memory.data_, net, fd})) {
  ERR_clear_error();  // from here on the queue is empty but after a failure, which takes it
  data_->connection.reset(SSL_new(client.data_->context.get()));
  SSL* ssl = data_->connection.get();
  BIO* bio = BIO_new(client.data_->bio_method.get());
  if (ssl == nullptr || bio == nullptr) {
    BIO_free(bio);
    failure_ = take_tls_failure();
    return;
  }
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl, bio, bio);
  SSL_set_app_data(ssl, this);
  SSL_set_connect_state(ssl);
  if (!client.data_->name_is_address) SSL_set_tlsext_host_name(ssl, client.data_->name.c_str());
  SSL_SESSION* session = data_->memory.session.get();
  if (session != nullptr && SSL_SESSION_is_resumable(session) == 1) SSL_set_session(ssl, session);
}

TlsSession::~TlsSession() {
  // A session whose connection ends without a word is not resumed by OpenSSL; for a client that is too much.
  if (done_ && failure_.empty()) {
    SSL_set_shutdown(data_->connection.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  }
}

/// Of a call of OpenSSL that moved nothing.
Transfer TlsSession::outcome_of(int result) {
  const int error = SSL_get_error(data_->connection.get(), result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
    return {.status = Transfer::Status::would_block};
  if (data_->socket_error != 0) {
    ERR_clear_error();
    return {.status = Transfer::Status::failed, .error = std::exchange(data_->socket_error, 0)};
  }
  if (error == SSL_ERROR_ZERO_RETURN) return {.status = Transfer::Status::closed};
  if (failure_.empty()) failure_ = take_tls_failure();
  ERR_clear_error();
  return {.status = Transfer::Status::failed, .error = EPROTO};
}

TlsSession::Step TlsSession::handshake() {
  if (!failure_.empty()) return Step::failed;
  if (done_) return Step::done;
  const int result = SSL_do_handshake(data_->connection.get());
  if (result == 1) return finish_handshake();
  const Transfer outcome = outcome_of(result);
  if (outcome.status == Transfer::Status::would_block) return Step::waiting;
  if (outcome.status == Transfer::Status::closed)
    return fail_handshake("the server closed the connection in the TLS handshake");
  return fail_handshake(outcome.error == EPROTO
                            ? std::move(failure_)
                            : fmt::format("{} in the TLS handshake", std::strerror(outcome.error)));
}

TlsSession::Step TlsSession::fail_handshake(std::string why) {
  failure_ = std::move(why);
  data_->memory.session.reset();  // lest it be what went wrong
  return Step::failed;
}

TlsSession::Step TlsSession::finish_handshake() {
  SSL* ssl = data_->connection.get();
  const unsigned char* bytes = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl, &bytes, &size);
  const std::string_view protocol(reinterpret_cast<const char*>(bytes), size);
  if (size != 0 && protocol != "http/1.1") {
    return fail_handshake(fmt::format("the server chose the protocol '{}' (ALPN), which it was not offered",
                                      printable(protocol)));
  }
  ERR_clear_error();
  done_ = true;
  TlsSummary& summary = data_->memory.summary;
  ++summary.handshakes;
  if (SSL_session_reused(ssl) == 1) ++summary.resumed;
  summary.version = SSL_get_version(ssl);
  summary.cipher = SSL_get_cipher_name(ssl);
  summary.protocol = protocol;
  return Step::done;
}

Transfer TlsSession::send(std::span<const iovec> pieces) {
  std::size_t sent = 0;
  std::size_t skipped = 0;  // of the first piece
  const auto skip = [&](std::size_t size) {
    skipped += size;
    while (!pieces.empty() && skipped >= pieces.front().iov_len) {
      skipped -= pieces.front().iov_len;
      pieces = pieces.subspan(1);
    }
  };
  skip(0);
  std::vector<char>& record = data_->memory.record;
  while (!pieces.empty()) {
    const char* bytes = static_cast<const char*>(pieces.front().iov_base) + skipped;
    std::size_t size = std::min(pieces.front().iov_len - skipped, kMostInRecord);
    if (size < kMostInRecord && pieces.size() > 1) {
      record.resize(kMostInRecord);
      std::memcpy(record.data(), bytes, size);
      for (const iovec& piece : pieces.subspan(1)) {
        const std::size_t part = std::min(piece.iov_len, kMostInRecord - size);
        if (part != 0) std::memcpy(record.data() + size, piece.iov_base, part);
        size += part;
      }
      bytes = record.data();
    }
    std::size_t written = 0;
    if (const int result = SSL_write_ex(data_->connection.get(), bytes, size, &written); result != 1) {
      const Transfer outcome = outcome_of(result);
      if (sent == 0) return outcome;
      break;  // the next call meets it again
    }
    sent += written;
    skip(written);
  }
  return {.bytes = sent};
}

Transfer TlsSession::receive(std::span<char> buffer) {
  SSL* ssl = data_->connection.get();
  std::size_t received = 0;
  if (const int result = SSL_read_ex(ssl, buffer.data(), buffer.size(), &received); result != 1)
    return outcome_of(result);
  return {.more = !dry_ || SSL_has_pending(ssl) == 1, .bytes = received};
}

void TlsSession::say_goodbye() {
  if (!done_ || !failure_.empty()) return;
  SSL_shutdown(data_->connection.get());
  data_->socket_error = 0;
  ERR_clear_error();
}

}  // namespace shootout::engine
