// Runs on disk: one SQLite database, a trial is in it when it ends.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "suite/record.h"

namespace shootout::store {

/// A line of `list runs`.
struct RunLine {
  std::string id, suite, profile, started_at;
  suite::RunState state = suite::RunState::running;
  int trials = 0, planned = 0;
  int contenders = 0;  ///< that the plan names
  nlohmann::json machine;
};

class Store {
 public:
  /// Opens (and makes, and migrates) the database in `home`. Errors (exit code 5) name the folder and the
  /// remedy: disk full, not writable, made by a newer shootout, damaged.
  static Result<Store> open(const std::filesystem::path& home);
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  /// Everything of the run but its trials.
  Result<void> begin(const suite::RunRecord& run);
  /// The trial is on disk when this returns.
  Result<void> add(const std::string& run_id, const suite::TrialRecord& trial);
  /// The plan as it came out: precision decides how many trials there are.
  Result<void> set_plan(const std::string& run_id, const nlohmann::json& plan);
  Result<void> end(const std::string& run_id, suite::RunState state, const std::string& ended_at);

  /// By id, a unique beginning of it, or `last`; the error lists the near ones (exit code 2).
  Result<std::string> find(const std::string& id_or_last) const;
  /// The run whole, trials in the order of their numbers.
  Result<suite::RunRecord> read(const std::string& id) const;
  /// Newest first.
  Result<std::vector<RunLine>> list() const;
  Result<void> remove(const std::string& id);

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace shootout::store
