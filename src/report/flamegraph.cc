#include "report/flamegraph.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string_view>

namespace shootout::report {
namespace {

constexpr double kWidth = 1200, kMargin = 10, kRow = 17;
constexpr double kAbove = 56;        // title and subtitle
constexpr double kCharacter = 7.25;  // of the monospace font at 12 px
constexpr double kNarrowest = 0.2;   // pixels; what is narrower is not seen
constexpr std::size_t kShortestText = 3;

std::string xml_escaped(std::string_view text) {
  std::string xml;
  for (const char c : text) {
    switch (c) {
      case '<':
        xml += "&lt;";
        break;
      case '>':
        xml += "&gt;";
        break;
      case '&':
        xml += "&amp;";
        break;
      case '"':
        xml += "&quot;";
        break;
      default:
        xml += c;
    }
  }
  return xml;
}

/// At most `most` characters (UTF-8 sequences) of a text; what was cut shows as "..".
std::string cut(const std::string& text, std::size_t most) {
  constexpr std::string_view kCut = "..";
  const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; };
  if (static_cast<std::size_t>(std::ranges::count_if(text, begins)) <= most) return text;
  if (most < kShortestText) return {};
  std::size_t kept = most - kCut.size(), end = 0;
  while (end < text.size() && (kept > 0 || !begins(text[end]))) kept -= begins(text[end++]) ? 1 : 0;
  return text.substr(0, end) + std::string(kCut);
}

/// The same for the same name; functions of one file are near each other.
std::string colour(const std::string& name) {
  const auto hash = [](std::string_view text) {
    std::uint32_t value = 2166136261U;  // FNV-1a
    for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 16777619U;
    return value;
  };
  const std::size_t file = std::min(name.rfind(" ("), name.size());
  const bool python = name.find(".py", file) != std::string::npos;
  const std::uint32_t hue = (python ? 10U : 195U) + hash(std::string_view(name).substr(file)) % 40U;
  return fmt::format("hsl({},{}%,{}%)", hue, python ? 85 : 45, 62 + hash(name) % 14U);
}

std::size_t depth_of(const CallNode& node) {
  std::size_t deepest = 0;
  for (const auto& child : node.children) deepest = std::max(deepest, depth_of(child));
  return deepest + 1;
}

class Picture {
 public:
  Picture(const CallNode& root, const std::string& title, const std::string& subtitle)
      : samples_(root.total), height_(kAbove + kRow * static_cast<double>(depth_of(root)) + kMargin) {
    add(R"(<?xml version="1.0" encoding="UTF-8"?>)"
        "\n"
        R"(<svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="{0:.0f}" height="{1:.0f}" viewBox="0 0 {0:.0f} {1:.0f}">)"
        "\n<style>text{{font:12px monospace;fill:#111;pointer-events:none}} .title{{font-size:17px}} "
        "g:hover rect{{stroke:#000}}</style>\n"
        R"(<rect width="100%" height="100%" fill="#fff"/>)"
        "\n"
        R"(<text class="title" x="{2:.0f}" y="24">{3}</text>)"
        "\n"
        R"(<text x="{2:.0f}" y="44">{4}</text>)"
        "\n",
        kWidth, height_, kMargin, xml_escaped(title), xml_escaped(subtitle));
    if (samples_ > 0) draw(root, 0, 0);
    svg_ += "</svg>\n";
  }
  [[nodiscard]] std::string take() { return std::move(svg_); }

 private:
  template <class... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(svg_), format, std::forward<Args>(args)...);
  }
  [[nodiscard]] double pixels(std::uint64_t samples) const {
    return (kWidth - 2 * kMargin) * static_cast<double>(samples) / static_cast<double>(samples_);
  }
  [[nodiscard]] double percent(std::uint64_t samples) const {
    return 100 * static_cast<double>(samples) / static_cast<double>(samples_);
  }

  /// `before`: samples to the left of the node; `level`: 0 is the lowest row.
  void draw(const CallNode& node, std::uint64_t before, unsigned level) {
    const double width = pixels(node.total);
    if (width < kNarrowest) return;
    const double x = kMargin + pixels(before), y = height_ - kMargin - kRow * (level + 1);
    const std::string name = level == 0 ? "all" : node.name;
    add(R"(<g><title>{} ({} samples, {:.1f} %; itself {:.1f} %)</title>)"
        R"(<rect x="{:.1f}" y="{:.0f}" width="{:.1f}" height="{:.0f}" rx="1" fill="{}"/>)",
        xml_escaped(name), node.total, percent(node.total), percent(node.self), x, y, width, kRow - 1,
        level == 0 ? "#ddd" : colour(name));
    const std::string text = cut(name, static_cast<std::size_t>(std::max(0.0, (width - 6) / kCharacter)));
    if (!text.empty()) add(R"(<text x="{:.1f}" y="{:.0f}">{}</text>)", x + 3, y + 12, xml_escaped(text));
    svg_ += "</g>\n";
    for (const auto& child : node.children) {
      draw(child, before, level + 1);
      before += child.total;
    }
  }

  std::uint64_t samples_;
  double height_;
  std::string svg_;
};

}  // namespace

std::string flamegraph_svg(const CallNode& root, const std::string& title, const std::string& subtitle) {
  return Picture(root, title, subtitle).take();
}

}  // namespace shootout::report
