// OpenSSL's failures in words.
#pragma once

#include <openssl/x509_vfy.h>

#include <string>
#include <string_view>

namespace shootout::engine {

/// Why the verification has just refused a certificate of the server that should be `name`: not trusted,
/// expired, for another name.
[[nodiscard]] std::string certificate_failure(X509_STORE_CTX* verification, std::string_view name);

/// Takes the oldest error of this thread's queue, clears the queue, and says what it means to a client.
[[nodiscard]] std::string take_tls_failure();

}  // namespace shootout::engine
