// One plain HTTP request at a time: health, counters, verification. Load is the engine's business, not this.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/error.h"

namespace shootout {

struct HttpAnswer {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
};

struct HttpOptions {
  double timeout_s = 5;        ///< for the whole exchange, from the connect to the last byte
  bool split = false;          ///< send the request in three packets, 30 ms apart
  std::string body{};          ///< of a POST, PUT ...
  std::string content_type{};  ///< of the body; empty: none is sent
};

/// GET http://127.0.0.1:PORT/... on a fresh connection that is closed afterwards. A URL's host must be a
/// literal address or "localhost". Interim answers (1xx) are passed over; a body is read by Content-Length,
/// chunks, or until the close (RFC 9112). Fails when nothing answers in time (exit code 5), when what answers
/// is no whole HTTP/1.x answer (3), or when the URL is malformed (2).
Result<HttpAnswer> http_get(const std::string& url, const HttpOptions& options = {});

/// POST, otherwise as http_get.
Result<HttpAnswer> http_post(const std::string& url, const HttpOptions& options = {});

/// Any method, otherwise as http_get. Of HEAD no body is waited for.
Result<HttpAnswer> http_request(const std::string& method, const std::string& url,
                                const HttpOptions& options = {});

}  // namespace shootout
