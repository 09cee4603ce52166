// Answers, as the bytes of HTTP/1.1.
#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace shootout::upstream {

struct Answer {
  int status = 200;
  std::string_view content_type = "application/json";
  std::string_view body;
  /// The length of a body that the caller sends after the head, instead of `body`.
  std::optional<std::uint64_t> body_to_follow;
  std::string_view allow;  ///< of a 405
  bool head_only = false;  ///< the request was HEAD: everything but the body
  bool close = false;      ///< the last answer of its connection
};

class AnswerWriter {
 public:
  /// The server's name, as its answers give it.
  explicit AnswerWriter(std::string server) : server_(std::move(server)) {}

  void append(std::string& out, const Answer& answer);

 private:
  /// The Date header's value, made anew when the second changes (RFC 9110, 5.6.7).
  std::string_view date();

  std::string server_;
  std::time_t date_of_ = -1;
  std::string date_;
};

}  // namespace shootout::upstream
