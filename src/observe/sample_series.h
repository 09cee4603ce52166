// Samples of a time whose length is not known beforehand, bounded in number.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace shootout::observe {

/// Whenever there are too many, every second one goes, and from then on half as many are wanted.
class SampleSeries {
 public:
  /// `most`: at least 2.
  explicit SampleSeries(size_t most) : most_(most) {}

  /// Whether this moment's sample should be added.
  [[nodiscard]] bool wants_next() { return moments_++ % stride_ == 0; }

  void add(nlohmann::json sample) {
    if (kept_.size() == most_) {
      for (size_t i = 1; 2 * i < kept_.size(); ++i) kept_[i] = std::move(kept_[2 * i]);
      kept_.resize((kept_.size() + 1) / 2);
      stride_ *= 2;
    }
    kept_.push_back(std::move(sample));
  }

  /// All that were kept, as an array.
  [[nodiscard]] nlohmann::json take() { return std::exchange(kept_, {}); }

 private:
  size_t most_;
  std::vector<nlohmann::json> kept_;
  size_t moments_ = 0, stride_ = 1;
};

}  // namespace shootout::observe
