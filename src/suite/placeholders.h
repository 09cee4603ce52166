// {NAME} in a text.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "suite/contender.h"

namespace shootout::suite {

constexpr int kMostPort = 65535;
constexpr int kMostProcesses = 1024;  ///< workers of a contender, or threads of one of them

/// The names between braces, in order; "{{" stands for a brace. A brace that nothing closes is an error.
Result<std::vector<std::string>> placeholders_in(const std::string& text);

/// Reads a whole number in [low, high] from a filled text; the error says what it must be (exit code 2).
Result<int> whole_number(const std::string& text, int low, int high);

/// fill() and whole_number() in one.
Result<int> filled_number(const std::string& text, const Values& values, int low, int high);

}  // namespace shootout::suite
