// find_python(): the machine's own `python3` first, then other versions by name, newest first.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/folders.h"
#include "base/text.h"
#include "launch/digest.h"
#include "launch/environment.h"
#include "launch/run_command.h"

namespace shootout::launch {
namespace fs = std::filesystem;
using nlohmann::json;
namespace {

constexpr std::array kNames = {"python3",    "python3.14", "python3.13",
                               "python3.12", "python3.11", "python3.10"};

// The interpreter itself, not a pyenv shim (a shell script) and not that of a virtual environment that
// happens to be active: an environment must not depend on either.
constexpr const char* kQuestion = R"(
import json, sys, sysconfig
answer = {"program": getattr(sys, "_base_executable", None) or sys.executable,
          "version": "%d.%d.%d" % sys.version_info[:3], "new_enough": sys.version_info >= (3, 10),
          "platform": sysconfig.get_platform(), "complete": True}
try:
    import ensurepip, venv
except ImportError:
    answer["complete"] = False
print(json.dumps(answer))
)";

std::string search_path() {
  const char* path = std::getenv("PATH");
  return path == nullptr ? "" : path;
}

// Changes whenever the interpreter is replaced.
std::string stamp(const fs::path& program) {
  struct stat info{};
  if (stat(program.c_str(), &info) != 0) return {};
  return fmt::format("{}.{}+{}", info.st_mtim.tv_sec, info.st_mtim.tv_nsec, info.st_size);
}

fs::path memory_file() {
  return cache_folder() / "environments" / "python.json";
}

std::optional<Python> remembered(const std::string& path) {
  std::ifstream in(memory_file());
  const auto known = json::parse(in, nullptr, /*allow_exceptions=*/false);
  if (!known.is_object() || known.value("path", "") != path) return std::nullopt;
  Python python{.program = known.value("program", ""),
                .version = known.value("version", ""),
                .platform = known.value("platform", "")};
  const auto now = stamp(python.program);
  if (now.empty() || now != known.value("stamp", "")) return std::nullopt;
  return python;
}

// Only spares the next start of shootout a start of Python; where it cannot be written, nothing is lost.
void remember(const std::string& path, const Python& python) {
  std::error_code ignored;
  fs::create_directories(memory_file().parent_path(), ignored);
  const auto scratch = fmt::format("{}.{}", memory_file().string(), getpid());
  std::ofstream(scratch) << json{{"path", path},
                                 {"program", python.program.string()},
                                 {"version", python.version},
                                 {"platform", python.platform},
                                 {"stamp", stamp(python.program)}};
  fs::rename(scratch, memory_file(), ignored);
  if (ignored) fs::remove(scratch, ignored);
}

// What an interpreter says of itself; nothing where it does not run (a pyenv shim of a version that is
// switched off).
json ask(const fs::path& program) {
  auto answer = run_command({.words = {program.string(), "-I", "-c", kQuestion}});
  if (!answer || answer->status != 0) return {};
  const auto begin = answer->output.find("{\"program\"");
  if (begin == std::string::npos) return {};
  return json::parse(answer->output.substr(begin), nullptr, /*allow_exceptions=*/false);
}

}  // namespace

Result<Python> find_python() {
  const auto path = search_path();
  if (auto python = remembered(path)) return *python;
  std::string too_old, incomplete;
  for (const char* name : kNames) {
    for (const auto& folder : split(path, ':')) {
      const auto program = find_program(name, folder);
      if (!program) continue;
      const auto answer = ask(*program);
      if (!answer.is_object()) continue;
      const Python python{.program = answer.value("program", ""),
                          .version = answer.value("version", ""),
                          .platform = answer.value("platform", "")};
      if (!answer.value("new_enough", false)) {
        too_old = fmt::format("{} is {}", program->string(), python.version);
      } else if (!answer.value("complete", false)) {
        incomplete = fmt::format("{} ({}) has no venv or no ensurepip", program->string(), python.version);
      } else {
        remember(path, python);
        return python;
      }
    }
  }
  const auto why = !incomplete.empty() ? ": " + incomplete : !too_old.empty() ? ": " + too_old : "";
  return fail(ExitCode::environment, "there is no Python >= 3.10 with venv in PATH" + why,
              "install one; on Debian: `apt-get install python3 python3-venv`");
}

}  // namespace shootout::launch
