// The load generator as a process of its own: its memory and CPU are its own, and what it measures is not
// disturbed by what the rest of shootout does.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "base/error.h"
#include "base/folders.h"
#include "engine/load_plan.h"
#include "engine/load_result.h"

namespace shootout::generator {

/// What the load looks like so far; sent about four times a second.
struct Progress {
  double elapsed_s = 0;
  std::uint64_t completed = 0;
  std::uint64_t errors = 0;
  double p50_us = 0, p99_us = 0;  ///< of the last interval; 0 where nothing completed
};

/// A generator process. Ended when this goes out of scope, and by itself when the parent dies.
class Generator {
 public:
  /// Starts the process, pinned to `cpus` (empty: not pinned). `program` is run as `PROGRAM __generator FD`.
  /// The process also ends when the *thread* that called this ends (PR_SET_PDEATHSIG).
  static Result<Generator> start(const std::vector<int>& cpus,
                                 const std::filesystem::path& program = program_file());
  Generator(Generator&&) noexcept;
  Generator& operator=(Generator&&) noexcept;
  ~Generator();

  /// Offers one load and waits for its result. `on_progress` may be empty; `stop_asked` is looked at ten
  /// times a second and ends the load early (the result says so). Fails where the plan is bad, the target
  /// cannot be reached before the load starts, or the process dies.
  Result<engine::LoadResult> run(const engine::LoadPlan& plan,
                                 const std::function<void(const Progress&)>& on_progress = {},
                                 const std::function<bool()>& stop_asked = {});

  [[nodiscard]] pid_t pid() const;

 private:
  struct Impl;
  explicit Generator(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// The process's own main: reads plans from the socket `fd` until it is closed. The exit status.
int generator_main(int fd);

}  // namespace shootout::generator
