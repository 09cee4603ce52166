#include "observe/calibration.h"

#include <sched.h>

#include <cmath>
#include <cstdint>
#include <thread>
#include <vector>

#include "observe/clocks.h"
#include "observe/cores.h"

namespace shootout::observe {
namespace {

constexpr double kPieceS = 0.003;

/// So many steps, each of which needs the one before (xorshift64).
std::uint64_t compute(std::uint64_t x, std::uint64_t steps) {
  for (std::uint64_t i = 0; i < steps; ++i) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
  }
  return x;
}

struct Piece {
  double cpu_s = 0, wall_s = 0;
};

Piece time_piece(std::uint64_t steps) {
  const double cpu_begin = thread_cpu_s(), wall_begin = monotonic_s();
  volatile std::uint64_t kept = 88172645463325252U;  // lest the compiler computes it once for all
  kept = compute(kept, steps);
  return {.cpu_s = thread_cpu_s() - cpu_begin, .wall_s = monotonic_s() - wall_begin};
}

std::uint64_t steps_of_a_piece() {
  std::uint64_t steps = 1 << 16;
  double took = time_piece(steps).cpu_s;
  while (took < kPieceS) took = time_piece(steps *= 2).cpu_s;
  return static_cast<std::uint64_t>(static_cast<double>(steps) * kPieceS / took);
}

void pin_this_thread() {
  const auto allowed = allowed_cores();
  if (allowed.empty() || allowed.back() >= CPU_SETSIZE) return;  // then wherever it is put
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<size_t>(allowed.back()), &one);
  ::sched_setaffinity(0, sizeof one, &one);
}

double mean_of(const std::vector<Piece>& pieces, double Piece::* time) {
  double sum = 0;
  for (const auto& piece : pieces) sum += piece.*time;
  return sum / static_cast<double>(pieces.size());
}

double variation_of(const std::vector<Piece>& pieces, double Piece::* time) {
  const double mean = mean_of(pieces, time);
  if (pieces.size() < 2 || mean <= 0) return 0;
  double squares = 0;
  for (const auto& piece : pieces) squares += (piece.*time - mean) * (piece.*time - mean);
  return std::sqrt(squares / static_cast<double>(pieces.size() - 1)) / mean;
}

}  // namespace

Calibration calibrate(double seconds) {
  std::vector<Piece> pieces;
  std::jthread([&] {
    pin_this_thread();
    const std::uint64_t steps = steps_of_a_piece();
    const double end = monotonic_s() + seconds;
    do {
      pieces.push_back(time_piece(steps));
    } while (monotonic_s() < end);
  }).join();
  return {.pieces = static_cast<int>(pieces.size()),
          .piece_s = mean_of(pieces, &Piece::cpu_s),
          .cpu_variation = variation_of(pieces, &Piece::cpu_s),
          .wall_variation = variation_of(pieces, &Piece::wall_s)};
}

}  // namespace shootout::observe
