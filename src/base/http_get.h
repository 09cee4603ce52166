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
  double timeout_s = 5;
  bool split = false;   ///< send the request in three packets, 30 ms apart
};

/// GET http://127.0.0.1:PORT/... on a fresh connection that is closed afterwards. A URL's host must be a literal
/// address or "localhost". Fails when nothing answers, or what answers is no HTTP.
Result<HttpAnswer> http_get(const std::string& url, const HttpOptions& options = {});

}  // namespace shootout
