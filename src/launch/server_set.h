// The servers of a run, or of `up`, in the care of a guardian.
//
// The guardian is a process of its own that starts the servers and owns their teardown: when shootout goes,
// in whatever way, the guardian ends every process of every tree and then itself.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "suite/contender.h"
#include "suite/suite.h"

namespace shootout::launch {

/// What a server in a container is started with (docs/docker.md).
struct ContainerPlace {
  std::filesystem::path socket;  ///< of its Docker engine
  std::string image;
  /// On the set's own network, its port published on 127.0.0.1; else on this machine's, as a process is.
  bool bridged = false;
  bool data = false;  ///< with a volume of its own as its data folder, kDataInContainer
};
inline constexpr const char* kDataInContainer = "/data";
inline constexpr const char* kProgramInContainer = "shootout";  ///< shootout itself, in images that need it

/// How a server is to be started.
struct StartOptions {
  std::filesystem::path log_file;  ///< its stdout and stderr, appended
  std::vector<int> cpus;           ///< empty: not pinned
  /// Of what is started with a data folder: it is made, for this start alone, and is removed with the set.
  std::filesystem::path data_folder{};
  suite::Limits limits{};  ///< of its whole tree, by a cgroup of its own, where the machine lets us
  std::optional<ContainerPlace> container{};  ///< nothing: it is a process; then data_folder means nothing
};

/// A server of the set.
struct Server {
  std::string name;
  std::string title;
  pid_t pid = 0;  ///< the tree's root; 0 where somebody else serves it
  std::uint16_t port = 0;
  std::string url;
  std::string health;
  int workers = 1, other_processes = 0;
  double ready_timeout_s = 30;
  std::filesystem::path log_file;
  std::uintmax_t log_from = 0;       ///< where in the log file this start's output begins
  std::vector<std::string> command;  ///< as started, for restart; empty where somebody else serves it
  std::vector<std::uint16_t> backend_ports{};  ///< beside its own
  int listeners = 0;              ///< sockets that listen on its port when it is ready; 0: not known
  bool ready_by_command = false;  ///< it has a command of its own that says when it is ready
  std::string limits_refused{};   ///< why its limits are not in force; empty: they are, or none are wanted
  std::string ended{};            ///< how it ended by itself; empty while it runs
  std::string container{};        ///< its id; empty: a process
  bool bridged = false;           ///< of a container: as in ContainerPlace
};

/// A server of the set that ended by itself.
struct Ended {
  std::string name;
  std::string how;  ///< "exit status 1", "signal 9 (Killed)"
};

/// The servers get the variables of their Launchable, TMPDIR (the set's folder), and of shootout's own
/// environment only PATH, HOME, LANG and the like: where the Launchable names one of these, its value holds,
/// whole.
///
/// Calls may come from several threads. Where the guardian was ended from outside, each call first ends what
/// its servers left behind and then is an error that says so (exit code 5).
class ServerSet {
 public:
  /// A new guardian, whose program is shootout itself: the running program's main must call guardian_main(FD)
  /// for the arguments `__guardian FD`. `name` shows in the process list; `folder` is made, is where
  /// temporary data goes, and is removed at teardown with all that is in it. Without one a fresh folder is
  /// made below /var/tmp, on a disk, which accounts without rights can reach; where guardian and shootout
  /// were killed, end_strays() removes it.
  static Result<ServerSet> create(const std::string& name, const std::filesystem::path& folder = {});
  /// The set that `up` handed over under this name; nothing where there is none.
  static Result<std::optional<ServerSet>> attach(const std::string& name);
  ServerSet(ServerSet&&) noexcept;
  ServerSet& operator=(ServerSet&&) noexcept;
  /// Ends everything, unless handed over.
  ~ServerSet();

  /// Where the set's temporary data lie; data folders belong in it.
  [[nodiscard]] const std::filesystem::path& temporary_folder() const;

  /// Starts one server; a port that is taken is an error that names the process that holds it (exit code 5).
  /// Where somebody else serves the URL nothing is started. Commands before the start are run first, in the
  /// fresh data folder; one that fails is an error with its last lines (exit code 5), and nothing is left.
  Result<Server> start(const suite::Launchable& what, const StartOptions& options);
  /// Waits until the health path answers 200 (or the server's own command calls it ready), the claimed
  /// processes are there, its backends' ports are listened on, and the listener is the server's own; then,
  /// once a start, runs what is to follow. A server that died or never got ready, and a command that fails,
  /// is an error with the last lines of its log (exit code 5). `stop_asked` ends the wait early (exit code
  /// 130).
  Result<void> wait_ready(const Server& server, const std::function<bool()>& stop_asked = {});
  /// Ends one server's tree: SIGTERM, after 3 s SIGKILL, until no process of it is left; what is stopped is
  /// continued. Its data folder goes, too.
  Result<void> stop(const std::string& name);
  /// Stops all processes of a server's tree with SIGSTOP, the root first, until none of them runs: it takes
  /// no CPU until thaw(). Only a server that has nothing under way should be frozen. Frozen already: nothing
  /// happens.
  Result<void> freeze(const std::string& name);
  /// Lets a frozen tree go on: the leaves first, the root last and a little later, since a master that wakes
  /// before its workers takes their long silence for death (Gunicorn's timeout). An error (exit code 5) that
  /// names them where processes are not those that were frozen. Not frozen: nothing happens.
  Result<void> thaw(const std::string& name);
  /// stop() and start() with the same command; its data folder is made anew, and wait_ready() furnishes it.
  Result<Server> restart(const std::string& name);
  /// Ends all and the guardian; says so where something could not be ended.
  Result<void> stop_all();

  /// Those that were started and not stopped, in the order of their names; also those that ended by
  /// themselves.
  [[nodiscard]] std::vector<Server> servers() const;
  /// Servers that ended by themselves since the last call.
  [[nodiscard]] Result<std::vector<Ended>> ended();
  /// All process ids of a server's tree, the root first; daemons that left it are among them.
  [[nodiscard]] Result<std::vector<pid_t>> tree(const std::string& name);

  /// Leaves the set to its guardian, to be attached to by name, until somebody stops it or its last server
  /// has ended. An error (exit code 5) where a set of this name is up already.
  Result<void> hand_over();

 private:
  struct Impl;
  explicit ServerSet(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Names of the sets that `up` handed over and that still live.
[[nodiscard]] std::vector<std::string> handed_over_sets();

/// Ends whatever a crash of guardian and shootout together left: processes that carry shootout's mark in
/// their environment and whose guardian is gone; then the temporary folders, shared memory and control groups
/// of such sets. The number of processes ended.
Result<int> end_strays();

/// The guardian process's main. `fd` is its end of the control channel. The exit status.
int guardian_main(int fd);

}  // namespace shootout::launch
