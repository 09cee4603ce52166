// A fixed loop again and again, timed by its own CPU clock: how much a core's speed flickers.
// Prints the CPU nanoseconds of each piece as JSON, and how many iterations a piece has.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

namespace {

std::int64_t cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

std::int64_t wall_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

/// Work that the compiler cannot leave out: each step needs the one before.
class Loop {
 public:
  explicit Loop(bool memory) : memory_(memory) {
    if (!memory) return;
    // One cycle through 32 MB, which no core's own cache holds, in an order that no prefetcher foresees.
    constexpr std::uint32_t kLines = (32U << 20) / sizeof(Line);
    lines_.resize(kLines);
    std::vector<std::uint32_t> order(kLines);
    std::iota(order.begin(), order.end(), 0U);
    std::uint64_t state = 1;
    for (std::uint32_t i = kLines - 1; i > 0; --i) std::swap(order[i], order[next(state) % (i + 1)]);
    for (std::uint32_t i = 0; i < kLines; ++i) lines_[order[i]].next = order[(i + 1) % kLines];
  }

  void run(std::uint64_t iterations) {
    for (std::uint64_t i = 0; i < iterations; ++i) {
      if (memory_) {
        at_ = lines_[at_].next;
      } else {
        next(state_);
      }
    }
    sink_ = state_ + at_;
  }

 private:
  struct alignas(64) Line {
    std::uint32_t next = 0;
  };

  /// xorshift64 (Marsaglia 2003).
  static std::uint64_t next(std::uint64_t& state) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
  }

  bool memory_;
  std::vector<Line> lines_;
  std::uint64_t state_ = 88172645463325252ULL;
  std::uint32_t at_ = 0;
  volatile std::uint64_t sink_ = 0;
};

std::uint64_t iterations_for(Loop& loop, double piece_ns) {
  std::uint64_t iterations = 1000;
  for (;;) {
    const auto begin = cpu_ns();
    loop.run(iterations);
    const auto took = static_cast<double>(cpu_ns() - begin);
    if (took > piece_ns / 2)
      return static_cast<std::uint64_t>(static_cast<double>(iterations) * piece_ns / took);
    iterations *= 2;
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("A fixed loop, timed by its own CPU clock");
  double seconds = 60, piece_ms = 3;
  bool memory = false;
  app.add_option("--seconds", seconds)->capture_default_str();
  app.add_option("--piece-ms", piece_ms)->capture_default_str();
  app.add_flag("--memory", memory, "wait for memory, in place of arithmetic");
  CLI11_PARSE(app, argc, argv);

  Loop loop(memory);
  const auto iterations = iterations_for(loop, piece_ms * 1e6);
  std::vector<std::int64_t> pieces;
  pieces.reserve(static_cast<std::size_t>(seconds * 1000 / piece_ms) * 2);
  const auto begin = wall_ns();
  while (static_cast<double>(wall_ns() - begin) < seconds * 1e9) {
    const auto piece_begin = cpu_ns();
    loop.run(iterations);
    pieces.push_back(cpu_ns() - piece_begin);
  }
  fmt::print("{{\"iterations\": {}, \"wall_s\": {:.6f}, \"cpu_ns\": [{}]}}\n", iterations,
             static_cast<double>(wall_ns() - begin) / 1e9, fmt::join(pieces, ","));
}
