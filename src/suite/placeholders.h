// {NAME} in a text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "suite/contender.h"

namespace shootout::suite {

constexpr int kMostPort = 65535;
constexpr const char* kCores = "{cores}";  ///< as a parameter's whole value: as many as this machine has
constexpr int kMostProcesses = 1024;       ///< workers of a contender, or threads of one of them

/// A piece of a text: as it is, with "{{" made a brace; or what stands between braces.
struct TextPart {
  bool is_placeholder = false;
  std::string text;
};

/// What a '{' in a text means; "{{" is a brace either way.
enum class Braces {
  strict,  ///< it begins a placeholder
  loose,   ///< it does where a name and then '}' or ':' follow, else it is a brace: JSON is full of them
};

/// The parts of a text in order. A placeholder that nothing closes is an error.
Result<std::vector<TextPart>> parts_of(const std::string& text, Braces braces = Braces::strict);

/// What stands between braces, in order.
Result<std::vector<std::string>> placeholders_in(const std::string& text, Braces braces = Braces::strict);

/// The error of fill() for a placeholder that is none of `known`.
std::unexpected<Error> nothing_fills(const std::string& placeholder, const std::string& text,
                                     const std::vector<std::string>& known);

/// Reads a whole number in [low, high] from a filled text; the error says what it must be (exit code 2).
Result<int> whole_number(const std::string& text, int low, int high);

/// Reads a number in [low, high]; likewise.
Result<double> real_number(const std::string& text, double low, double high);

/// fill() and whole_number() in one.
Result<int> filled_number(const std::string& text, const Values& values, int low, int high);

}  // namespace shootout::suite
