#include "suite/yaml_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/text.h"

namespace shootout::suite {
namespace {

int line_of(const YAML::Mark& mark) {
  return mark.is_null() ? 0 : mark.line + 1;
}

// The whole text as a number of type T, or nothing.
template <class T>
std::optional<T> parse_number(const std::string& text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return value;
}

// Short enough for a message, on one line.
std::string quoted(std::string text) {
  constexpr size_t kLongest = 40;
  if (text.size() > kLongest) text = text.substr(0, kLongest) + "...";
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  return fmt::format("'{}'", text);
}

// A new map: `above`'s keys over those of `below`, in the latter's order. Neither is changed; what is taken
// from them keeps its place in the file.
YAML::Node merged(const YAML::Node& below, const YAML::Node& above) {
  YAML::Node whole(YAML::NodeType::Map);
  const auto find = [](const YAML::Node& map, const YAML::Node& key) {
    return std::find_if(map.begin(), map.end(), [&](const auto& entry) {
      return key.IsScalar() && entry.first.IsScalar() && entry.first.Scalar() == key.Scalar();
    });
  };
  for (const auto& entry : below) {
    const auto over = find(above, entry.first);
    if (over == above.end()) {
      whole.force_insert(entry.first, entry.second);
    } else if (entry.second.IsMap() && over->second.IsMap()) {
      whole.force_insert(over->first, merged(entry.second, over->second));
    } else {
      whole.force_insert(over->first, over->second);
    }
  }
  for (const auto& entry : above) {
    if (find(below, entry.first) == below.end()) whole.force_insert(entry.first, entry.second);
  }
  return whole;
}

std::string at(const std::string& file, int line, const std::string& what) {
  return line > 0 ? fmt::format("{}:{}: {}", file, line, what) : fmt::format("{}: {}", file, what);
}

}  // namespace

Result<void> YamlProblems::verdict(const std::string& remedy) const {
  if (problems_.empty()) return {};
  constexpr size_t kMost = 20;
  std::vector<std::string> lines;
  for (const auto& [line, what] : problems_) {
    if (lines.size() == kMost) {
      lines.push_back(fmt::format("... and {} more", problems_.size() - kMost));
      break;
    }
    lines.push_back(at(file_, line, what));
  }
  return fail(ExitCode::usage, fmt::format("{}", fmt::join(lines, "\n")), remedy);
}

YamlValue::YamlValue(YamlProblems& problems, std::string key, int line, YAML::Node node)
    : problems_(&problems), key_(std::move(key)), line_(line), node_(std::move(node)) {
  // An empty value is marked where the next token stands, which may be lines below: its key's line is the
  // better one.
  if (!node_->IsNull() && !node_->Mark().is_null()) line_ = line_of(node_->Mark());
}

void YamlValue::complain(const std::string& what) const {
  problems_->add(line_, key_.empty() ? what : fmt::format("{}: {}", key_, what));
}

std::string YamlValue::found() const {
  if (node_->IsMap()) return "a map";
  if (node_->IsSequence()) return "a list";
  if (node_->IsScalar()) return quoted(node_->Scalar());
  return "nothing";
}

std::string YamlValue::text(std::string otherwise) const {
  if (!node_) return otherwise;
  if (node_->IsScalar()) return node_->Scalar();
  complain("expected a text, found " + found());
  return otherwise;
}

double YamlValue::number(double low, double high, double otherwise) const {
  if (!node_) return otherwise;
  const auto value = node_->IsScalar() ? parse_number<double>(node_->Scalar()) : std::nullopt;
  if (!value || !std::isfinite(*value)) {
    complain("expected a number, found " + found());
    return otherwise;
  }
  if (*value < low || *value > high) {
    complain(fmt::format("must be between {} and {}, found {}", low, high, node_->Scalar()));
    return otherwise;
  }
  return *value;
}

int YamlValue::integer(int low, int high, int otherwise) const {
  if (!node_) return otherwise;
  const auto value = node_->IsScalar() ? parse_number<std::int64_t>(node_->Scalar()) : std::nullopt;
  if (!value) {
    complain("expected a whole number, found " + found());
    return otherwise;
  }
  if (*value < low || *value > high) {
    complain(fmt::format("must be between {} and {}, found {}", low, high, *value));
    return otherwise;
  }
  return static_cast<int>(*value);
}

double YamlValue::share(double low, double high, double otherwise) const {
  if (!node_) return otherwise;
  std::string_view text = node_->IsScalar() ? std::string_view(node_->Scalar()) : std::string_view();
  const bool is_percent = text.ends_with('%');
  if (is_percent) text.remove_suffix(1);
  const auto value = parse_number<double>(std::string(text));
  if (!value || !std::isfinite(*value) || (!is_percent && *value > 1)) {
    complain("expected a share such as 5% or 0.05, found " + found());
    return otherwise;
  }
  const double share = is_percent ? *value / 100 : *value;
  if (share < low || share > high) {
    complain(fmt::format("must be between {}% and {}%, found {}", 100 * low, 100 * high, node_->Scalar()));
    return otherwise;
  }
  return share;
}

double YamlValue::duration(double low, double high, double otherwise) const {
  if (!node_) return otherwise;
  std::string text = node_->IsScalar() ? node_->Scalar() : std::string();
  double unit = 1;
  for (const auto& [sign, seconds] : {std::pair{'s', 1.0}, std::pair{'m', 60.0}, std::pair{'h', 3600.0}}) {
    if (!text.ends_with(sign)) continue;
    unit = seconds;
    text.pop_back();
    break;
  }
  const auto value = parse_number<double>(text);
  if (!value || !std::isfinite(*value)) {
    complain("expected a duration such as 90s, 10m or 1h, found " + found());
    return otherwise;
  }
  const double seconds = *value * unit;
  if (seconds < low || seconds > high) {
    complain(fmt::format("must be between {}s and {}s, found {}", low, high, node_->Scalar()));
    return otherwise;
  }
  return seconds;
}

std::uint64_t YamlValue::bytes(std::uint64_t low, std::uint64_t high, std::uint64_t otherwise) const {
  if (!node_) return otherwise;
  std::string_view text = node_->IsScalar() ? std::string_view(node_->Scalar()) : std::string_view();
  int shift = 0;
  for (const auto& [sign, bits] : {std::pair{"KB", 10}, std::pair{"MB", 20}, std::pair{"GB", 30}}) {
    if (!text.ends_with(sign)) continue;
    shift = bits;
    text.remove_suffix(2);
  }
  const auto value = parse_number<std::uint64_t>(std::string(text));
  if (!value) {
    complain("expected a number of bytes such as 5242880 or 512MB, found " + found());
    return otherwise;
  }
  if (*value > (high >> shift) || (*value << shift) < low) {
    complain(fmt::format("must be between {} and {} bytes, found {}", low, high, node_->Scalar()));
    return otherwise;
  }
  return *value << shift;
}

bool YamlValue::boolean(bool otherwise) const {
  if (!node_) return otherwise;
  if (node_->IsScalar() && (node_->Scalar() == "true" || node_->Scalar() == "false"))
    return node_->Scalar() == "true";
  complain("expected true or false, found " + found());
  return otherwise;
}

YamlValue YamlValue::laid_over(const YamlValue& below) const {
  if (!node_ || !is_map() || !below.is_map()) return node_ ? *this : below;
  return {*problems_, key_, line_, merged(*below.node_, *node_)};
}

std::string YamlValue::json_text() const {
  if (node_ && node_->IsNull()) return "null";
  return as_json_text(text());
}

std::vector<YamlValue> YamlValue::list() const {
  std::vector<YamlValue> values;
  if (!node_) return values;
  if (!node_->IsSequence()) {
    complain("expected a list, found " + found());
    return values;
  }
  for (const auto& item : *node_) values.emplace_back(*problems_, key_, line_, item);
  return values;
}

std::vector<std::string> YamlValue::texts() const {
  std::vector<std::string> texts;
  for (const auto& item : list()) texts.push_back(item.text());
  return texts;
}

YamlMap YamlValue::map() const {
  if (!node_) return {*problems_, line_};
  if (node_->IsMap()) return {*problems_, line_, *node_};
  complain("expected a map, found " + found());
  return {*problems_, line_};
}

YamlMap::YamlMap(YamlProblems& problems, int line, const YAML::Node& node)
    : problems_(&problems), line_(line) {
  for (const auto& entry : node) {
    const int key_line = line_of(entry.first.Mark());
    if (!entry.first.IsScalar()) {
      problems_->add(key_line, "a key must be a text");
      continue;
    }
    const std::string& key = entry.first.Scalar();
    for (size_t i = 0; i < entries_.size(); ++i) {
      if (entries_[i].first == key) {
        problems_->add(key_line, fmt::format("key '{}' comes twice; first on line {}", key, key_lines_[i]));
      }
    }
    entries_.emplace_back(key, YamlValue(*problems_, key, key_line, entry.second));
    key_lines_.push_back(key_line);
  }
}

YamlValue YamlMap::get(const std::string& key) {
  asked_.push_back(key);
  for (const auto& [name, value] : entries_) {
    if (name == key) return value;
  }
  return {*problems_, key, line_};
}

YamlValue YamlMap::require(const std::string& key) {
  auto value = get(key);
  if (!value.present()) complain(fmt::format("missing key '{}'", key));
  return value;
}

void YamlMap::no_other_keys() const {
  for (size_t i = 0; i < entries_.size(); ++i) {
    const auto& key = entries_[i].first;
    if (std::find(asked_.begin(), asked_.end(), key) != asked_.end()) continue;
    const auto near = closest_name(key, asked_);
    problems_->add(key_lines_[i],
                   near ? fmt::format("unknown key '{}'; did you mean '{}'?", key, *near)
                        : fmt::format("unknown key '{}'; there are: {}", key, fmt::join(asked_, ", ")));
  }
}

Result<YamlDocument> YamlDocument::parse(const std::string& text, const std::filesystem::path& file) {
  auto wrong = [&](int line, const std::string& what) {
    return fail(ExitCode::usage, at(file.string(), line, what));
  };
  try {
    auto documents = YAML::LoadAll(text);
    if (documents.empty() || documents[0].IsNull()) return wrong(0, "the file is empty");
    if (documents.size() > 1)
      return wrong(line_of(documents[1].Mark()), "a second document; one is expected");
    return YamlDocument(std::make_unique<YamlProblems>(file.string()), documents[0]);
  } catch (const YAML::Exception& error) {
    return wrong(line_of(error.mark), "not valid YAML: " + error.msg);
  } catch (const std::exception& error) {
    return wrong(0, fmt::format("not valid YAML: {}", error.what()));
  }
}

Result<std::string> read_text(const std::filesystem::path& file) {
  auto unreadable = [&](int error_number) {
    return fail(ExitCode::usage, fmt::format("cannot read {}: {}", file.string(), errno_text(error_number)));
  };
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored))
    return unreadable(EISDIR);  // which opens, but cannot be read
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return unreadable(errno);
  std::ostringstream text;
  text << stream.rdbuf();
  if (stream.bad()) return unreadable(EIO);
  return std::move(text).str();
}

std::string as_json_text(const std::string& text) {
  if (nlohmann::json::accept(text)) return text;
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace shootout::suite
