#include "engine/targets.h"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <utility>

#include "engine/http_syntax.h"
#include "engine/request_rules.h"

namespace shootout::engine {
namespace {

constexpr std::size_t kLongestFile = std::size_t{64} << 20;

std::unexpected<Error> bad_target(std::string what, std::string remedy = {}) {
  return std::unexpected(Error{Error::Kind::bad_plan, std::move(what), std::move(remedy)});
}

// Takes the first word off the text, and the blanks after it.
std::string_view take_word(std::string_view& text) {
  const auto end = std::min(text.find_first_of(" \t"), text.size());
  const auto word = text.substr(0, end);
  text.remove_prefix(end);
  text = trimmed(text);
  return word;
}

/// Reads the lines of a file one after the other.
class TargetReader {
 public:
  TargetReader(std::string_view file, const ReadBody& read_body) : file_(file), read_body_(read_body) {}

  Result<void> take(std::string_view line) {
    ++line_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    line = trimmed(line);
    if (line.empty() || line.front() == '#') return {};
    if (line.front() == '@') return located(take_body(line), line_);
    const auto colon = std::min(line.find(':'), line.size());
    if (is_token(line.substr(0, colon)) && colon < line.size() && !line.substr(colon).starts_with("://")) {
      return located(take_header(line.substr(0, colon), trimmed(line.substr(colon + 1))), line_);
    }
    if (auto valid = finish_request(); !valid) return valid;
    return located(take_request(line), line_);
  }

  Result<std::vector<RequestPlan>> finish() {
    if (auto valid = finish_request(); !valid) return std::unexpected(std::move(valid.error()));
    if (requests_.empty()) {
      return bad_target(fmt::format("{} lists no requests", file_),
                        "write one a line: [WEIGHT] [METHOD] TARGET [BODY]");
    }
    return std::move(requests_);
  }

 private:
  Result<void> located(Result<void> result, std::size_t line) const {
    if (!result) result.error().what = fmt::format("{}:{}: {}", file_, line, result.error().what);
    return result;
  }

  // What is wrong with a request as a whole is known at its end, and said of the line where it begins.
  Result<void> finish_request() {
    if (requests_.empty()) return {};
    RequestPlan& request = requests_.back();
    if (request.method.empty()) request.method = request.body.text.empty() ? "GET" : "POST";
    return located(validate_request(request), request_line_);
  }

  Result<void> take_request(std::string_view line) {
    RequestPlan request;
    request.method.clear();
    std::string_view rest = line;
    std::string_view word = take_word(rest);
    if (is_digit(word.front()) || word.front() == '.') {
      const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), request.weight);
      if (error != std::errc() || end != word.data() + word.size()) {
        return bad_target(fmt::format("'{}' is no weight", printable(word)), "take a number above 0");
      }
      word = take_word(rest);
    }
    if (is_token(word) && is_alphanumeric(word.front()) && !is_digit(word.front())) {
      request.method = word;
      word = take_word(rest);
    }
    if (word.find("://") != std::string_view::npos) {
      return bad_target(fmt::format("the target '{}' is a whole URL", printable(word)),
                        "write its path alone: all targets go to the host of the load's URL");
    }
    if (!word.starts_with('/')) {
      return bad_target(fmt::format("'{}' has no target", printable(line)),
                        "write [WEIGHT] [METHOD] TARGET [BODY], with a target that begins with '/'");
    }
    request.target = word;
    requests_.push_back(std::move(request));
    request_line_ = line_;
    if (rest.empty()) return {};
    if (rest.front() == '@') return take_body(rest);
    requests_.back().body.text = rest;
    return {};
  }

  Result<void> take_header(std::string_view name, std::string_view value) {
    if (requests_.empty()) {
      return bad_target(fmt::format("the header {} stands before any request", printable(name)));
    }
    requests_.back().headers.emplace_back(name, value);
    return {};
  }

  Result<void> take_body(std::string_view at_file) {
    if (requests_.empty()) return bad_target("a body stands before any request");
    BodyPlan& body = requests_.back().body;
    if (!body.text.empty()) return bad_target("the request has two bodies");
    auto content = read_body_(std::string(trimmed(at_file.substr(1))));
    if (!content) return std::unexpected(std::move(content.error()));
    body.text = std::move(*content);
    return {};
  }

  std::string_view file_;
  const ReadBody& read_body_;
  std::size_t line_ = 0, request_line_ = 0;
  std::vector<RequestPlan> requests_;
};

Result<std::string> content_of(const std::filesystem::path& path) {
  std::error_code ignored;
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path, ignored)) {
    return bad_target(fmt::format("cannot read {}", path.string()));
  }
  std::string content, piece(std::size_t{64} << 10, '\0');
  while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())) || file.gcount() > 0) {
    content.append(piece, 0, static_cast<std::size_t>(file.gcount()));
    if (content.size() > kLongestFile) {
      return bad_target(fmt::format("{} is longer than {} bytes", path.string(), kLongestFile));
    }
  }
  return content;
}

}  // namespace

Result<std::vector<RequestPlan>> parse_targets(std::string_view text, std::string_view name,
                                               const ReadBody& read_body) {
  TargetReader reader(name, read_body);
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (auto taken = reader.take(text.substr(0, end)); !taken)
      return std::unexpected(std::move(taken.error()));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return reader.finish();
}

Result<std::vector<RequestPlan>> read_targets(const std::string& path) {
  auto text = content_of(path);
  if (!text) return std::unexpected(std::move(text.error()));
  const auto folder = std::filesystem::path(path).parent_path();
  return parse_targets(*text, path, [&](const std::string& body) { return content_of(folder / body); });
}

}  // namespace shootout::engine
