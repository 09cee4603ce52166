#include "report/folded_stacks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>

namespace shootout::report {
namespace {

/// How many bytes at the text's begin are one printable character (RFC 3629); 0: none is there.
std::size_t character_length(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return first >= 0x20 && first != 0x7f ? 1 : 0;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  std::uint32_t code = first & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return 0;
    code = code << 6U | (byte(i) & 0x3fU);
  }
  const bool shortest = code >= (length == 4 ? 0x10000U : length == 3 ? 0x800U : 0x80U);
  // C1 controls, surrogates, and what XML 1.0 (2.2) does not allow.
  const bool printable = code > 0x9f && (code < 0xd800 || code > 0xdfff) && code < 0xfffe;
  return shortest && (printable || (code >= 0x10000 && code <= 0x10ffff)) ? length : 0;
}

std::string printable(std::string_view name) {
  std::string text;
  while (!name.empty()) {
    const std::size_t length = character_length(name);
    text += length == 0 ? "?" : name.substr(0, length);
    name.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return text;
}

/// A native function without a symbol stands as its address, which is another one in every process.
std::string frame_name(std::string_view frame) {
  constexpr std::string_view kAddress = "0x";
  const std::size_t library = frame.find(" (");
  const bool no_symbol = frame.starts_with(kAddress) && library != std::string_view::npos &&
                         frame.find_first_not_of("0123456789abcdef", kAddress.size()) == library;
  return no_symbol ? "unknown" + printable(frame.substr(library)) : printable(frame);
}

/// The stack without its leading process frames; a command may itself hold semicolons.
std::string_view without_processes(std::string_view stack) {
  constexpr std::string_view kProcess = "process ";
  while (stack.starts_with(kProcess)) {
    const std::size_t number = stack.find_first_not_of("0123456789", kProcess.size());
    if (number == std::string_view::npos || number == kProcess.size() ||
        !stack.substr(number).starts_with(":\"")) {
      break;
    }
    const std::size_t end = stack.find("\";", number + 2);
    if (end == std::string_view::npos) return {};  // a process without a frame
    stack.remove_prefix(end + 2);
  }
  return stack;
}

/// Functions in which a thread waits, without underscores before them.
constexpr std::array kWaits = std::to_array<std::string_view>({"epoll_wait",
                                                               "epoll_pwait",
                                                               "epoll_pwait2",
                                                               "select_epoll_poll_impl",
                                                               "poll",
                                                               "ppoll",
                                                               "select_poll_poll_impl",
                                                               "select",
                                                               "pselect",
                                                               "nanosleep",
                                                               "clock_nanosleep",
                                                               "time_sleep",
                                                               "sem_wait",
                                                               "sem_timedwait",
                                                               "sem_clockwait",
                                                               "PyThread_acquire_lock_timed",
                                                               "pthread_cond_wait",
                                                               "pthread_cond_timedwait",
                                                               "pthread_cond_clockwait",
                                                               "futex_wait",
                                                               "accept",
                                                               "accept4",
                                                               "wait4",
                                                               "waitpid",
                                                               "sigwait",
                                                               "sigtimedwait"});
/// The same of Python, where there are no native frames.
constexpr std::array kPythonWaits =
    std::to_array<std::string_view>({"select (selectors.py", "wait (threading.py", "acquire (threading.py"});

bool is_waiting(std::string_view stack) {
  while (!stack.empty()) {
    const std::size_t begin = stack.rfind(';') + 1;  // 0 where there is none
    const std::string frame = frame_name(stack.substr(begin));
    stack = stack.substr(0, begin == 0 ? 0 : begin - 1);
    if (frame.starts_with("unknown (")) continue;  // within the C library
    if (std::ranges::any_of(kPythonWaits, [&](auto wait) { return frame.contains(wait); })) return true;
    std::string_view function(frame);
    function = function.substr(0, function.find(" ("));
    if (function.starts_with("__GI_")) function.remove_prefix(5);
    function.remove_prefix(std::min(function.find_first_not_of('_'), function.size()));
    return std::ranges::find(kWaits, function) != kWaits.end();
  }
  return false;
}

CallNode& child_of(CallNode& node, std::string name) {
  const auto found = std::ranges::find(node.children, name, &CallNode::name);
  if (found != node.children.end()) return *found;
  return node.children.emplace_back(CallNode{.name = std::move(name), .children = {}});
}

void add_stack(CallNode& root, std::string_view stack, std::uint64_t count) {
  CallNode* node = &root;
  node->total += count;
  while (!stack.empty()) {
    const std::size_t end = std::min(stack.find(';'), stack.size());
    node = &child_of(*node, frame_name(stack.substr(0, end)));
    node->total += count;
    stack.remove_prefix(std::min(end + 1, stack.size()));
  }
  node->self += count;
}

/// Siblings in the order of their names: the same profile gives the same picture.
void sort_by_name(CallNode& node) {
  std::ranges::sort(node.children, {}, &CallNode::name);
  for (auto& child : node.children) sort_by_name(child);
}

void weigh(const CallNode& node, std::map<std::string, unsigned>& above,
           std::map<std::string, HeavyFrame>& frames) {
  HeavyFrame& frame = frames[node.name];
  frame.self += node.self;
  if (above[node.name]++ == 0) frame.total += node.total;
  for (const auto& child : node.children) weigh(child, above, frames);
  --above[node.name];
}

std::optional<std::uint64_t> count_in(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Result<CallNode> call_tree(std::string_view folded) {
  CallNode root;
  while (!folded.empty()) {
    const std::size_t end = std::min(folded.find('\n'), folded.size());
    const std::string_view line = folded.substr(0, end);
    folded.remove_prefix(std::min(end + 1, folded.size()));
    if (line.empty()) continue;
    const std::size_t space = line.rfind(' ');
    const auto count = space == std::string_view::npos ? std::nullopt : count_in(line.substr(space + 1));
    if (!count) {
      return fail(ExitCode::internal,
                  fmt::format("the profiler wrote what is no stack: '{}'", printable(line.substr(0, 200))));
    }
    const auto stack = without_processes(line.substr(0, space));
    if (!stack.empty() && !is_waiting(stack)) add_stack(root, stack, *count);
  }
  sort_by_name(root);
  return root;
}

std::vector<HeavyFrame> heaviest_frames(const CallNode& root, std::size_t most) {
  std::map<std::string, unsigned> above;
  std::map<std::string, HeavyFrame> frames;
  for (const auto& child : root.children) weigh(child, above, frames);
  std::vector<HeavyFrame> heaviest;
  for (auto& [name, frame] : frames) {
    frame.name = name;
    heaviest.push_back(std::move(frame));
  }
  std::ranges::stable_sort(heaviest, [](const HeavyFrame& a, const HeavyFrame& b) {
    return a.self != b.self ? a.self > b.self : a.total > b.total;
  });
  if (heaviest.size() > most) heaviest.resize(most);
  return heaviest;
}

}  // namespace shootout::report
