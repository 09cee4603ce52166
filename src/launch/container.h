// A server in a container of a Docker engine.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"
#include "launch/container_log.h"
#include "launch/docker_engine.h"
#include "launch/guardian_protocol.h"
#include "launch/set_mark.h"

namespace shootout::launch {

inline constexpr char kMarkLabel[] =
    "shootout.set";  ///< SET:GUARDIAN PID:GUARDIAN START, as to_text(SetMark)
inline constexpr char kServerLabel[] = "shootout.server";  ///< the server's name within its set

/// What a command in a container came to.
struct ExecOutcome {
  int status = 0;
  std::string output;
};

/// Its container goes with remove(), or with the engine's strays; never by itself, so that its end can be
/// told.
class Container {
 public:
  /// Makes it, attaches to its output and starts it. Exit code 5, with the engine's words; nothing is left
  /// then.
  static Result<Container> start(const ServerSpec& spec, const SetMark& mark);

  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] pid_t pid() const { return pid_; }  ///< its root, as this machine numbers it
  /// Readable when the root has ended.
  [[nodiscard]] int ending_fd() const { return ending_.get(); }
  /// Readable when it has written; -1 when it writes no more.
  [[nodiscard]] int log_fd() const { return log_.fd(); }
  void take_log() { log_.pump(); }

  [[nodiscard]] bool has_ended() const;
  /// "exit status 1", "signal 9 (Killed)", with what its engine knows: that memory ran out.
  [[nodiscard]] std::string how_ended();

  /// Stops all its processes, the root first by a signal of its own. resume() lets the root go on last, since
  /// a master that wakes before its workers takes their long silence for death.
  Result<void> pause();
  Result<void> resume();

  /// SIGTERM to its root.
  void ask_to_end();
  /// Waits for the root's end; false where it did not come in time.
  [[nodiscard]] bool wait_end(double seconds) const;
  /// Kills what is left of it and removes it with its volumes. Where the engine does not answer, its
  /// processes are killed all the same, and the error says what the engine still knows of.
  Result<void> remove();

  /// Runs a command in it, as its own account, in its working folder.
  [[nodiscard]] Result<ExecOutcome> exec(const std::vector<std::string>& words, double seconds) const;

 private:
  Container(DockerEngine engine, std::string id) : engine_(std::move(engine)), id_(std::move(id)) {}

  DockerEngine engine_;
  std::string id_, name_;
  pid_t pid_ = 0;
  UniqueFd ending_;
  ContainerLog log_;
  bool paused_ = false;
};

/// The set's own network, made where it is not there; its name. Exit code 5.
Result<std::string> provide_network(const DockerEngine& engine, const SetMark& mark);
Result<void> remove_network(const DockerEngine& engine, const SetMark& mark);

/// Removes the containers and networks whose guardians have gone, where an engine answers; how many
/// containers. No engine is no error.
Result<int> remove_stray_containers();

}  // namespace shootout::launch
