// YAML with its line numbers: every value is checked as it is read, and all that is wrong with a file is told
// at once.
#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"

namespace shootout::suite {

/// What is wrong with a file, gathered while it is read.
class YamlProblems {
 public:
  explicit YamlProblems(std::string file) : file_(std::move(file)) {}

  /// `line` counts from 1; 0: the file as a whole.
  void add(int line, std::string what) { problems_.emplace(line, std::move(what)); }

  /// Nothing, or one error (exit code 2) with a line of text "FILE:LINE: WHAT" for each problem, in the
  /// file's order.
  [[nodiscard]] Result<void> verdict(const std::string& remedy) const;

 private:
  std::string file_;
  std::set<std::pair<int, std::string>> problems_;
};

class YamlMap;

/// A value and its place. What has the wrong type or range becomes a problem, and the getter's `otherwise` is
/// returned; an absent value gives `otherwise` without a problem. Valid as long as its document.
class YamlValue {
 public:
  YamlValue(YamlProblems& problems, std::string key, int line)
      : problems_(&problems), key_(std::move(key)), line_(line) {}
  YamlValue(YamlProblems& problems, std::string key, int line, YAML::Node node);

  [[nodiscard]] bool present() const { return node_.has_value(); }
  [[nodiscard]] bool is_text() const { return node_ && node_->IsScalar(); }
  [[nodiscard]] bool is_list() const { return node_ && node_->IsSequence(); }
  [[nodiscard]] bool is_map() const { return node_ && node_->IsMap(); }
  [[nodiscard]] int line() const { return line_; }

  /// Any scalar as it is written: 1.0 stays "1.0".
  [[nodiscard]] std::string text(std::string otherwise = {}) const;
  /// A finite number in [low, high].
  [[nodiscard]] double number(double low, double high, double otherwise) const;
  [[nodiscard]] int integer(int low, int high, int otherwise) const;
  /// A share in [low, high], as a fraction of 1: "5%", or 0.05. Without the sign it is at most 1, so that 5
  /// is not taken for 500%.
  [[nodiscard]] double share(double low, double high, double otherwise) const;
  /// Seconds in [low, high]: "1h", "10m", "90s", or a number of seconds.
  [[nodiscard]] double duration(double low, double high, double otherwise) const;
  /// Bytes in [low, high]: "512MB", "64KB", "1GB" (of 1024), or a whole number of bytes.
  [[nodiscard]] std::uint64_t bytes(std::uint64_t low, std::uint64_t high, std::uint64_t otherwise) const;
  /// true or false.
  [[nodiscard]] bool boolean(bool otherwise) const;
  /// The value as JSON text: what is JSON as it stands (5, true, null, "5" in quotes of its own), else a JSON
  /// string.
  [[nodiscard]] std::string json_text() const;
  [[nodiscard]] std::vector<YamlValue> list() const;
  [[nodiscard]] std::vector<std::string> texts() const;
  /// Anything but a map is a problem and gives an empty map.
  [[nodiscard]] YamlMap map() const;

  /// This map laid over another: its keys win, maps in both are laid over each other in turn, and anything
  /// else replaces what is there. Lines stay those of the file. An absent value changes nothing.
  [[nodiscard]] YamlValue laid_over(const YamlValue& below) const;

  /// "FILE:LINE: KEY: WHAT".
  void complain(const std::string& what) const;

 private:
  [[nodiscard]] std::string found() const;

  YamlProblems* problems_;
  std::string key_;
  int line_;
  std::optional<YAML::Node> node_;
};

/// A map that remembers which keys were asked for, so that the others are known to be mistakes.
class YamlMap {
 public:
  using Entry = std::pair<std::string, YamlValue>;

  YamlMap(YamlProblems& problems, int line) : problems_(&problems), line_(line) {}
  /// Keys that come twice and keys that are no scalars are problems.
  YamlMap(YamlProblems& problems, int line, const YAML::Node& node);

  /// The value, absent where there is none.
  [[nodiscard]] YamlValue get(const std::string& key);
  /// A key that is missing is a problem.
  [[nodiscard]] YamlValue require(const std::string& key);
  /// Every key that was never asked for is a problem, with the nearest of those that were.
  void no_other_keys() const;

  /// All, in the file's order: for maps whose keys are names.
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
  [[nodiscard]] int line() const { return line_; }
  /// "FILE:LINE: WHAT", at the map's beginning.
  void complain(const std::string& what) const { problems_->add(line_, what); }

 private:
  YamlProblems* problems_;
  int line_;
  std::vector<Entry> entries_;
  std::vector<int> key_lines_;
  std::vector<std::string> asked_;
};

/// One file's text, parsed.
class YamlDocument {
 public:
  /// `file` is for the messages. Text that is no YAML, or not exactly one document, is an error (exit code
  /// 2).
  static Result<YamlDocument> parse(const std::string& text, const std::filesystem::path& file);

  [[nodiscard]] YamlMap root() const { return YamlValue(*problems_, {}, 1, root_).map(); }
  [[nodiscard]] Result<void> verdict(const std::string& remedy) const { return problems_->verdict(remedy); }

 private:
  YamlDocument(std::unique_ptr<YamlProblems> problems, YAML::Node root)
      : problems_(std::move(problems)), root_(std::move(root)) {}

  std::unique_ptr<YamlProblems> problems_;  // its address must outlive moves of the document
  YAML::Node root_;
};

/// A file's whole text; the error names the file (exit code 2).
Result<std::string> read_text(const std::filesystem::path& file);

/// The JSON text that a filled text stands for: itself where it is JSON, else a JSON string.
[[nodiscard]] std::string as_json_text(const std::string& text);

}  // namespace shootout::suite
