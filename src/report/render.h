// Documents as text.
#pragma once

#include <string>

#include "report/document.h"

namespace shootout::report {

struct TerminalStyle {
  int width = 80;
  bool colour = false;
};

/// Readable from 40 columns on, and in a pipe.
[[nodiscard]] std::string terminal_text(const Document& document, const TerminalStyle& style);
/// GitHub's Markdown.
[[nodiscard]] std::string markdown_text(const Document& document);

}  // namespace shootout::report
