#include "upstream/answer_writer.h"

#include <fmt/format.h>

#include <array>
#include <iterator>

namespace shootout::upstream {
namespace {

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 414:
      return "URI Too Long";
    case 431:
      return "Request Header Fields Too Large";
    case 501:
      return "Not Implemented";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Bad Request";
  }
}

}  // namespace

void AnswerWriter::append(std::string& out, const Answer& answer) {
  fmt::format_to(std::back_inserter(out),
                 "HTTP/1.1 {} {}\r\nServer: {}\r\nDate: {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n",
                 answer.status, reason_phrase(answer.status), server_, date(), answer.content_type,
                 answer.body_to_follow.value_or(answer.body.size()));
  if (!answer.allow.empty()) fmt::format_to(std::back_inserter(out), "Allow: {}\r\n", answer.allow);
  if (answer.close) out += "Connection: close\r\n";
  out += "\r\n";
  if (!answer.head_only) out += answer.body;
}

std::string_view AnswerWriter::date() {
  static constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t now = std::time(nullptr);
  if (now != date_of_) {
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    date_of_ = now;
    date_ = fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", kDays[utc.tm_wday], utc.tm_mday,
                        kMonths[utc.tm_mon], 1900 + utc.tm_year, utc.tm_hour, utc.tm_min, utc.tm_sec);
  }
  return date_;
}

}  // namespace shootout::upstream
