// The programs that a contender's command line names: made once per lock file, shared by all runs.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "suite/contender.h"

namespace shootout::launch {

/// An environment that is complete.
struct Environment {
  std::filesystem::path folder;                 ///< empty where the contender needs none
  std::filesystem::path programs;               ///< its bin folder; put first in PATH
  std::map<std::string, std::string> packages;  ///< name -> version, as installed
  std::string python;                           ///< "3.11.7"; empty where there is none
  std::string source_digest{};  ///< of the folder that a package was taken from; empty: none was
};

/// SHA-256 of a package's folder: all that is in it but Git's and Python's own files and virtual
/// environments.
Result<std::string> digest_of_source(const std::filesystem::path& folder);

enum class PrepareStep { waiting, making, done, cached, failed };

/// Called from several threads, one call at a time: which contender's environment is where.
using PrepareProgress =
    std::function<void(const std::string& contender, PrepareStep step, const std::string& detail)>;

/// Where programs are looked for: the environment's own first, then PATH, then the folders of Debian's
/// servers, which ordinary users often have not in it.
[[nodiscard]] std::string search_path(const Environment& environment);

/// The environments of all these contenders, in parallel. Keyed by the hash of the lock file and the Python
/// used, kept in the user's cache; a half-made or broken one is made again; several shootouts at once wait
/// for each other. `force` makes them anew. Errors (exit code 5): a program that the machine must have and
/// has not, no Python >= 3.10, no network, disk full; with the installer's words.
Result<std::map<std::string, Environment>> prepare(const std::vector<suite::Contender>& contenders,
                                                   bool force, const PrepareProgress& progress = {},
                                                   const std::function<bool()>& stop_asked = {});

/// The same, without making anything: only those that are complete.
std::map<std::string, Environment> prepared(const std::vector<suite::Contender>& contenders);

/// Removes the environments of these contenders; nothing said where there are none. The bytes freed.
Result<std::uintmax_t> remove_environments(const std::vector<suite::Contender>& contenders);

/// A Python >= 3.10 with venv and pip on this machine; the error says what to install.
struct Python {
  std::filesystem::path program;  ///< the interpreter itself: no pyenv shim, none of a virtual environment
  std::string version;            ///< "3.11.7"
  std::string platform;           ///< "linux-x86_64"
};
Result<Python> find_python();

}  // namespace shootout::launch
