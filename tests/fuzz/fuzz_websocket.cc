// Feeds the frame reader any bytes, whole and split at every byte: all readings must agree.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine/utf8.h"
#include "engine/websocket_frame.h"

namespace {

using shootout::engine::Utf8Validator;
using shootout::engine::WebSocketReader;
using Event = WebSocketReader::Event;

/// What the reader gave, told so that a split inside a message does not show.
class Story {
 public:
  Story() { reader_.begin(); }

  void feed(std::string_view piece) {
    const std::string copy(piece);  // so that the sanitizer sees what is read after its turn
    std::string_view input = copy;
    while (event_ != Event::failed && (event_ = reader_.next(input)) != Event::more) tell();
    if (event_ == Event::more && !input.empty()) std::abort();
  }

  [[nodiscard]] std::string end() {
    if (event_ != Event::failed) {
      event_ = reader_.end_of_input();
      tell();
    }
    return told_ + "|" + message_;
  }

 private:
  void tell() {
    const std::string data(event_ == Event::message || event_ == Event::failed ? "" : reader_.data());
    switch (event_) {
      case Event::piece:
        if (data.empty()) std::abort();
        message_ += data;
        return;
      case Event::message:
        if (reader_.is_text() && !is_utf8(message_)) std::abort();
        told_ += (reader_.is_text() ? "T" : "B") + message_;
        message_.clear();
        return;
      case Event::ping:
      case Event::pong:
        if (data.size() > 125) std::abort();
        told_ += (event_ == Event::ping ? "<" : ">") + data;
        return;
      case Event::close:
        if (reader_.close_code() < 1000 || !is_utf8(data)) std::abort();
        told_ += "C" + std::to_string(reader_.close_code()) + data;
        return;
      case Event::failed:
        if (reader_.failure().empty()) std::abort();
        told_ += "!" + reader_.failure();
        return;
      case Event::more:
        return;
    }
  }

  static bool is_utf8(std::string_view text) {
    Utf8Validator validator;
    return validator.accept(text) == text.size() && validator.at_boundary();
  }

  WebSocketReader reader_;
  Event event_ = Event::more;
  std::string told_, message_;
};

std::string in_two(std::string_view bytes, std::size_t cut) {
  Story story;
  story.feed(bytes.substr(0, cut));
  story.feed(bytes.substr(cut));
  return story.end();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kCuts = 256;  // of longer inputs the first and last cuts
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string whole = in_two(bytes, size);
  for (std::size_t cut = 0; cut < size; ++cut) {
    if (cut > kCuts && cut + kCuts < size) continue;
    if (in_two(bytes, cut) != whole) std::abort();
  }
  Story single;
  for (std::size_t i = 0; i < size; ++i) single.feed(bytes.substr(i, 1));
  if (single.end() != whole) std::abort();
  return 0;
}
