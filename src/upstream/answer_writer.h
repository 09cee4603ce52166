// Answers, as the bytes of HTTP/1.1.
#pragma once

#include <ctime>
#include <string>
#include <string_view>

namespace shootout::upstream {

struct Answer {
  int status = 200;
  std::string_view body;   ///< JSON
  std::string_view allow;  ///< of a 405
  bool head_only = false;  ///< the request was HEAD: everything but the body
  bool close = false;      ///< the last answer of its connection
};

class AnswerWriter {
 public:
  void append(std::string& out, const Answer& answer);

 private:
  /// The Date header's value, made anew when the second changes (RFC 9110, 5.6.7).
  std::string_view date();

  std::time_t date_of_ = -1;
  std::string date_;
};

}  // namespace shootout::upstream
