// A contender or a service: one folder with a contender.yaml.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"

namespace shootout::suite {

/// A setting of the contender's command line that `--set` may override.
struct Parameter {
  std::string value;
  std::string source;  ///< the page of the server's docs that the setting comes from
  std::string why;     ///< why this value
};

/// How the programs of a contender come to be.
struct EnvironmentSpec {
  std::string python;  ///< a requirements file (pinned, hashed) in the folder; empty: none
  std::vector<std::vector<std::string>> prepare;  ///< commands run once in a copy of the folder, any language
  /// The folder of a Python package, installed over the one of the requirements (`--set NAME.source=FOLDER`,
  /// never of a contender.yaml); empty: none.
  std::filesystem::path source{};
  /// Programs that the machine must have, found in PATH, with the Debian packages that bring them.
  std::map<std::string, std::string> programs{};
  /// Debian packages that its image gets beside Python and those of `programs` (--backend docker).
  std::vector<std::string> packages{};
};

/// One of the programs of a contender that consists of several.
struct Program {
  enum class ForEach { once, worker, backend };
  std::string name;  ///< "nginx"; of one that is started several times "bjoern-2", once it is resolved
  std::vector<std::string> command;
  ForEach for_each = ForEach::once;  ///< how many processes of it are started
  bool unprivileged = false;         ///< as Contender::unprivileged, for this one alone
};

/// A scenario that the contender does not serve as the others are served.
struct ScenarioNote {
  std::string served_by;    ///< the contender's folder that serves it in this one's name; empty: itself
  std::string unsupported;  ///< why it cannot be had; empty: it can
  std::string says;         ///< what the reader must know: "as text in an envelope of its own"
  std::string source;       ///< the page of its docs
  bool text_only = false;   ///< of a WebSocket: it echoes no binary messages; `says` tells why
};

/// As read from contender.yaml; values still hold their {placeholders}.
struct Contender {
  std::string name;  ///< the folder's name
  std::filesystem::path folder;
  std::string title;  ///< "Flask/Gunicorn"
  std::string framework, server, interface;
  std::string provides;  ///< for a service: what it provides ("upstream"); empty for a contender
  std::string url;       ///< served by somebody else; then there is no command
  EnvironmentSpec environment;
  std::vector<std::string> command;
  std::vector<Program> programs{};  ///< in place of a command: started and watched together
  std::string backends{};           ///< further ports that its programs need: a count; empty: none
  std::map<std::string, std::string> variables;  ///< environment variables
  std::map<std::string, Parameter> parameters;   ///< always with "port" where there is a command
  std::string health = "/health";                ///< empty where `ready` tells
  std::string workers = "1";                     ///< processes that serve requests
  std::string threads;  ///< requests that one of them works on at once; empty: no such limit (event loop)
  std::vector<std::string> other_processes{};  ///< masters, resource trackers ...: counts that are added up
  /// The same where there is one worker: many servers have no master then.
  std::vector<std::string> other_processes_of_one{};
  double ready_timeout_s = 30;
  std::map<std::string, std::string> paths;       ///< names that a suite's requests use, e.g. io-test
  std::vector<std::string> needs;                 ///< services, e.g. upstream
  std::map<std::string, ScenarioNote> scenarios;  ///< by scenario; one that is not here is served as usual

  // Of services that are no HTTP servers.
  std::string address;             ///< as its URL, e.g. postgresql://u:{secret}@127.0.0.1:{port}/db
  std::vector<std::string> ready;  ///< a command that succeeds when it is ready, in place of the health path
  std::vector<std::vector<std::string>> before_start;  ///< commands run in its data folder
  std::vector<std::vector<std::string>> after_ready;   ///< commands run in its own folder
  /// Where shootout is root it runs as an account without rights, with its data folder as working folder; so
  /// do the commands before its start.
  bool unprivileged = false;
  /// What it starts only looks after a server that somebody else runs: CPU and memory of its processes are
  /// not those of the work.
  bool elsewhere = false;

  /// It, or one of its programs: then its data belong to that account, and so do the commands before its
  /// start.
  [[nodiscard]] bool gives_up_rights() const {
    return unprivileged || std::ranges::any_of(programs, &Program::unprivileged);
  }
};

/// Reads and checks one folder's contender.yaml: unknown keys, wrong types and ranges, placeholders that
/// nothing fills are errors with file and line (exit code 2).
Result<Contender> read_contender(const std::filesystem::path& folder);

/// All contenders in the folders, by name; later folders win over earlier ones. A folder holds one folder a
/// contender, or is itself a contender's. A folder without contender.yaml is passed over, a broken one is an
/// error.
Result<std::map<std::string, Contender>> read_contenders(const std::vector<std::filesystem::path>& folders);

/// What a launch needs to know of the moment: the values of {port}, {python} ... beyond the contender's own.
using Values = std::map<std::string, std::string>;

/// A contender ready to be started: every placeholder filled.
struct Launchable {
  std::string name;
  std::string title;
  std::filesystem::path folder;
  std::vector<std::string> command;  ///< empty where `url` is somebody else's, and where there are programs
  std::vector<Program> programs{};   ///< one a process to be started
  std::map<std::string, std::string> variables;
  std::uint16_t port = 0;
  std::vector<std::uint16_t> backend_ports{};
  int listeners = 0;  ///< sockets that listen on its port when it is ready; 0: not known
  std::string url;    ///< its address where it has one, else http://127.0.0.1:PORT, no slash at the end
  std::string health;
  int workers = 1;
  std::optional<int> threads;
  int other_processes = 0;
  double ready_timeout_s = 30;
  std::map<std::string, std::string> paths;
  std::map<std::string, std::string> parameters;  ///< after overrides, to be recorded
  std::map<std::string, ScenarioNote> scenarios;
  std::vector<std::string> ready;
  std::vector<std::vector<std::string>> before_start, after_ready;
  bool unprivileged = false;
  bool elsewhere = false;   ///< the work is not done by its processes
  bool needs_data = false;  ///< {data} stands in it, or it has commands before its start: a fresh folder

  /// As Contender::gives_up_rights().
  [[nodiscard]] bool gives_up_rights() const {
    return unprivileged || std::ranges::any_of(programs, &Program::unprivileged);
  }

  /// workers x threads; nothing for event loops.
  [[nodiscard]] std::optional<int> slots() const {
    return threads ? std::optional(workers * *threads) : std::nullopt;
  }
};

/// How many ports beside its own it needs, after overrides.
Result<int> backends_of(const Contender& contender, const std::map<std::string, std::string>& overrides,
                        const Values& values);

/// Fills the placeholders: {NAME} is a parameter of the contender (after `overrides`) or one of `values`
/// ({upstream.url}, {host} (what it listens on: 127.0.0.1 unless given), {shootout}, {python}, {data} (a
/// fresh folder of its own), {secret} (drawn for each set of servers) ...; {folder} is the contender's own
/// unless given; {backend_ports} follow the port unless given, with blanks between them). A parameter whose
/// value is "{cores}" has that value. A value that bears a parameter's name, such as a free {port}, replaces
/// the contender's default; an override replaces both. An unknown override is an error that suggests the
/// nearest name; so is any override where the URL is somebody else's.
Result<Launchable> resolve(const Contender& contender, const std::map<std::string, std::string>& overrides,
                           const Values& values);

/// Replaces each {NAME} by its value; "{{" stands for a brace. The error names the placeholder that nothing
/// fills.
Result<std::string> fill(const std::string& text, const Values& values);

}  // namespace shootout::suite
