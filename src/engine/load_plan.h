// What load to offer: the engine's input.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/error.h"

namespace shootout::engine {

/// A rule that an answer must meet. An answer that breaks one is an error of class `check`.
struct Check {
  enum class Kind {
    body_contains,  ///< the body contains `expected`
    body_equals,    ///< the body is `expected`, byte for byte
    header_equals,  ///< the header `name` has the value `expected`
    json_equals,    ///< the body is JSON and its value at the pointer `name` (RFC 6901) is the JSON text
                    ///< `expected`
  };
  Kind kind = Kind::body_contains;
  std::string name;
  std::string expected;
};

/// A closed loop: each connection sends its next request when it has the answer to the one before.
struct LoadPlan {
  std::string url;  ///< http://host[:port]/target
  std::string method = "GET";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  unsigned connections = 10;
  unsigned threads = 2;  ///< connections are split evenly over them; never more threads than connections

  /// How much: exactly one of the three.
  std::optional<double> duration_s;       ///< the window's length, seconds, > 0
  std::optional<std::uint64_t> requests;  ///< exactly so many in all, shared by the connections
  std::optional<std::uint64_t> requests_per_connection;  ///< exactly so many on each connection

  double settle_s = 0;    ///< traffic before the window that is not counted, seconds (only with duration_s)
  double timeout_s = 10;  ///< of one request, from its actual send, seconds
  double connect_timeout_s = 10;
  std::vector<int> accepted_status;  ///< empty: 2xx and 3xx
  std::vector<Check> checks;
  std::vector<int> cpus;  ///< pin the threads to these CPUs, in turn; empty: no pinning
};

/// The plan's own mistakes, found before any load: a bad URL, no connections, no or several amounts, bad
/// headers.
[[nodiscard]] Result<void> validate(const LoadPlan& plan);

}  // namespace shootout::engine
