#include "launch/environment.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <thread>

#include "base/folders.h"
#include "base/text.h"
#include "launch/digest.h"
#include "launch/file_lock.h"
#include "launch/installer_failure.h"
#include "launch/recipe.h"
#include "launch/run_command.h"

namespace shootout::launch {
namespace fs = std::filesystem;
using nlohmann::json;
using suite::Contender;
namespace {

constexpr const char* kMarker = "shootout.json";
constexpr size_t kAtOnce = 4;  // pip mostly waits for the network and the disk
constexpr size_t kShownLines = 12;
constexpr std::uintmax_t kFullDisk = 8 << 20;  // bytes; less than any environment needs

/// Name and version of a distribution, from the head of its METADATA
/// (https://packaging.python.org/en/latest/specifications/core-metadata/).
std::optional<std::pair<std::string, std::string>> distribution(const fs::path& metadata) {
  std::ifstream in(metadata);
  std::string name, version;
  for (std::string line; std::getline(in, line) && (name.empty() || version.empty());) {
    if (line.ends_with('\r')) line.pop_back();  // pip's own METADATA
    if (line.starts_with("Name: ")) name = line.substr(6);
    if (line.starts_with("Version: ")) version = line.substr(9);
  }
  if (name.empty() || version.empty()) return std::nullopt;
  return std::pair(name, version);
}

std::map<std::string, std::string> installed_packages(const Recipe& recipe) {
  std::map<std::string, std::string> packages;
  if (!recipe.python) return packages;
  const auto& version = recipe.python->version;
  const auto site =
      recipe.folder / "lib" / ("python" + version.substr(0, version.rfind('.'))) / "site-packages";
  std::error_code error;
  for (fs::directory_iterator entry(site, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().extension() != ".dist-info") continue;
    if (auto found = distribution(entry->path() / "METADATA")) packages.insert(*found);
  }
  return packages;
}

/// The environment where it is complete and whole: finished, not moved, its interpreter there, no package
/// gone or changed. No Python is started for this: it must be quick.
std::optional<Environment> complete(const Recipe& recipe) {
  std::ifstream in(recipe.folder / kMarker);
  const auto marker = json::parse(in, nullptr, /*allow_exceptions=*/false);
  if (!marker.is_object() || marker.value("folder", "") != recipe.folder.string()) return std::nullopt;
  Environment environment{.folder = recipe.folder,
                          .programs = recipe.programs(),
                          .packages = installed_packages(recipe),
                          .python = recipe.python ? recipe.python->version : "",
                          .source_digest = recipe.ingredients.source_digest};
  if (!marker.contains("packages") || marker["packages"] != json(environment.packages)) return std::nullopt;
  if (recipe.python && access((recipe.programs() / "python").c_str(), X_OK) != 0) return std::nullopt;
  return environment;
}

Result<void> write_marker(const Recipe& recipe) {
  const json marker = {{"contender", recipe.contender->name},
                       {"source", recipe.contender->environment.source.string()},
                       {"digest", recipe.ingredients.digest},
                       {"folder", recipe.folder.string()},
                       {"python", recipe.python ? recipe.python->version : ""},
                       {"packages", installed_packages(recipe)}};
  const auto scratch = recipe.folder / "shootout.json.part";
  std::ofstream out(scratch);
  out << marker.dump(2) << '\n';
  out.close();
  std::error_code error;
  if (out) fs::rename(scratch, recipe.folder / kMarker, error);
  if (!out || error) {
    return fail(ExitCode::environment, fmt::format("cannot write {}", (recipe.folder / kMarker).string()),
                "free some space on its disk, or name another place with XDG_CACHE_HOME");
  }
  return {};
}

Result<void> copy_files(const fs::path& from, const std::vector<fs::path>& files, const fs::path& to) {
  for (const auto& file : files) {
    if (auto made = make_folder((to / file).parent_path()); !made) return made;
    std::error_code error;
    fs::copy(from / file, to / file, fs::copy_options::copy_symlinks, error);
    if (error) {
      return fail(
          ExitCode::environment,
          fmt::format("cannot copy {} to {}: {}", file.string(), to.string(), error.message()),
          "make the folder writable, free some space on its disk, or name another place with XDG_CACHE_HOME");
    }
  }
  return {};
}

Result<void> make(const Recipe& recipe, const std::function<void(const std::string&)>& now,
                  const std::function<bool()>& stop_asked) {
  const auto scratch = recipe.folder / ".tmp";
  if (auto made = make_folder(scratch); !made) return made;
  const char* path = std::getenv("PATH");

  const auto run = [&](const std::string& what, std::vector<std::string> words) -> Result<void> {
    now(what);
    Command command{.words = std::move(words), .folder = recipe.folder, .log_file = recipe.beside(".log")};
    command.variables = {
        {"PATH", recipe.programs().string() + ":" + (path == nullptr ? "" : path)},
        {"TMPDIR", scratch.string()},  // what a killed installer leaves goes with the environment
        {"PYTHONHOME", std::nullopt},
        {"PYTHONPATH", std::nullopt},
        {"VIRTUAL_ENV", std::nullopt},
        {"PIP_TARGET", std::nullopt},
        {"PIP_PREFIX", std::nullopt},
        {"PIP_USER", "0"},
    };
    auto outcome = run_command(command, stop_asked);
    if (!outcome) return std::unexpected(outcome.error());
    if (outcome->status == 0) return {};
    // ensurepip keeps the reason to itself.
    const auto reason =
        free_bytes(recipe.folder) < kFullDisk ? outcome->output + "No space left on device" : outcome->output;
    return fail(ExitCode::environment,
                fmt::format("{}: {} ended with status {}:{}", recipe.contender->name, what, outcome->status,
                            last_lines(outcome->output, kShownLines)),
                remedy_for(reason, recipe.beside(".log").string()));
  };

  if (!recipe.contender->environment.prepare.empty()) {
    if (auto copied = copy_files(recipe.contender->folder, recipe.ingredients.files, recipe.folder); !copied)
      return copied;
  }
  if (recipe.python) {
    const auto& [python, version, platform] = *recipe.python;
    const auto& lock_file = recipe.contender->environment.python;
    if (auto made = run("making a virtual environment of Python " + version,
                        {python.string(), "-m", "venv", recipe.folder.string()});
        !made) {
      return made;
    }
    // Wheels where there are any; what has none is built from source (bjoern).
    if (auto installed = run(
            "installing " + lock_file,
            {(recipe.programs() / "python").string(), "-m", "pip", "install", "--require-hashes",
             "--disable-pip-version-check", "--no-input", "--no-color", "--progress-bar", "off", "--retries",
             "3", "--requirement", fs::absolute(recipe.contender->folder / lock_file).string()});
        !installed) {
      return installed;
    }
  }
  if (const auto& source = recipe.contender->environment.source; !source.empty()) {
    // A copy is built, since building leaves files in the folder that it builds.
    auto files = files_in(source);
    if (!files) return std::unexpected(files.error());
    if (auto copied = copy_files(source, *files, scratch / "source"); !copied) return copied;
    if (auto installed = run("installing " + source.string(),
                             {(recipe.programs() / "python").string(), "-m", "pip", "install", "--no-deps",
                              "--force-reinstall", "--disable-pip-version-check", "--no-input", "--no-color",
                              "--progress-bar", "off", (scratch / "source").string()});
        !installed) {
      return installed;
    }
  }
  for (const auto& words : recipe.contender->environment.prepare) {
    if (auto done = run(fmt::format("`{}`", fmt::join(words, " ")), words); !done) return done;
  }
  std::error_code ignored;
  fs::remove_all(scratch, ignored);
  return write_marker(recipe);
}

/// Under the environment's lock: takes it as it is, or makes it (again). What fails or is stopped leaves
/// nothing.
Result<Environment> take_or_make(const Recipe& recipe, bool force,
                                 const std::function<void(PrepareStep, std::string)>& say,
                                 const std::function<bool()>& stop_asked) {
  auto lock = FileLock::take(
      recipe.beside(".lock"), [&] { say(PrepareStep::waiting, "another shootout is making it"); },
      stop_asked);
  if (!lock) return std::unexpected(lock.error());
  if (!force) {
    if (auto environment = complete(recipe)) {
      say(PrepareStep::cached, recipe.folder.string());
      return *environment;
    }
  }
  const auto started = std::chrono::steady_clock::now();
  std::error_code ignored;
  fs::remove_all(recipe.folder, ignored);
  fs::remove(recipe.beside(".log"), ignored);
  auto made = make(recipe, [&](const std::string& what) { say(PrepareStep::making, what); }, stop_asked);
  auto environment = made ? complete(recipe) : std::nullopt;
  if (!environment) {
    fs::remove_all(recipe.folder, ignored);
    if (!made) return std::unexpected(made.error());
    return fail(ExitCode::environment,
                fmt::format("{}: the environment {} is not whole after it was made", recipe.contender->name,
                            recipe.folder.string()),
                fmt::format("the whole output is in {}", recipe.beside(".log").string()));
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  say(PrepareStep::done, fmt::format("{} packages, {:.1f} s", environment->packages.size(), took.count()));
  return *environment;
}

/// All that is missing at once, so that one command installs it.
Result<void> require_programs(const std::vector<Contender>& contenders) {
  std::set<std::string> programs, packages, needed_by;
  for (const auto& contender : contenders) {
    for (const auto& [program, package] : contender.environment.programs) {
      if (find_program(program, search_path({}))) continue;
      programs.insert(program);
      packages.insert(package);
      needed_by.insert(contender.name);
    }
  }
  if (programs.empty()) return {};
  return fail(ExitCode::environment,
              fmt::format("this machine has no {}, which {} {}", fmt::join(programs, ", "),
                          fmt::join(needed_by, ", "), needed_by.size() == 1 ? "needs" : "need"),
              fmt::format("on Debian: `apt-get install {}`", fmt::join(packages, " ")));
}

}  // namespace

std::string search_path(const Environment& environment) {
  const char* path = std::getenv("PATH");
  std::string search = path == nullptr ? "/usr/local/bin:/usr/bin:/bin" : path;
  search += ":/usr/local/sbin:/usr/sbin:/sbin";
  return environment.programs.empty() ? search : environment.programs.string() + ":" + search;
}

Result<std::map<std::string, Environment>> prepare(const std::vector<Contender>& contenders, bool force,
                                                   const PrepareProgress& progress,
                                                   const std::function<bool()>& stop_asked) {
  if (auto there = require_programs(contenders); !there) return std::unexpected(there.error());
  std::map<std::string, Environment> environments;
  std::map<fs::path, std::vector<Recipe>> jobs;  // contenders with the same lock file share an environment
  for (const auto& contender : contenders) {
    if (!needs_environment(contender)) {
      environments[contender.name] = {};
      continue;
    }
    auto recipe = recipe_of(contender);
    if (!recipe) return std::unexpected(recipe.error());
    jobs[recipe->folder].push_back(std::move(*recipe));
  }
  if (jobs.empty()) return environments;
  if (auto made = make_folder(environments_folder()); !made) return std::unexpected(made.error());

  std::vector<const std::vector<Recipe>*> queue;
  for (const auto& [folder, recipes] : jobs) queue.push_back(&recipes);
  std::atomic<size_t> next = 0;
  std::mutex mutex;  // guards progress, environments and failure
  std::optional<Error> failure;

  const auto work = [&] {
    for (size_t i = next++; i < queue.size(); i = next++) {
      const auto& recipes = *queue[i];
      const auto say = [&](PrepareStep step, const std::string& detail) {
        std::lock_guard guard(mutex);
        for (const auto& recipe : recipes) {
          if (progress) progress(recipe.contender->name, step, detail);
        }
      };
      auto environment = take_or_make(recipes.front(), force, say, stop_asked);
      if (!environment) say(PrepareStep::failed, split(environment.error().what, '\n').front());
      std::lock_guard guard(mutex);
      if (!environment) {
        if (!failure) failure = environment.error();
        next = queue.size();  // those under way end; no more are begun
        continue;
      }
      for (const auto& recipe : recipes) environments[recipe.contender->name] = *environment;
    }
  };
  {
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < std::min(kAtOnce, queue.size()); ++i) threads.emplace_back(work);
  }
  if (failure) return std::unexpected(*failure);
  return environments;
}

std::map<std::string, Environment> prepared(const std::vector<Contender>& contenders) {
  std::map<std::string, Environment> environments;
  for (const auto& contender : contenders) {
    if (!needs_environment(contender)) {
      environments[contender.name] = {};
    } else if (auto recipe = recipe_of(contender)) {
      if (auto environment = complete(*recipe)) environments[contender.name] = *environment;
    }
  }
  return environments;
}

namespace {

std::uintmax_t size_of(const fs::path& folder) {
  std::uintmax_t bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored) && !entry->is_symlink(ignored)) bytes += entry->file_size(ignored);
  }
  return bytes;
}

/// Made from these ingredients, or for one of these contenders from a source that may be another by now.
bool is_of(const json& marker, const std::vector<std::string>& digests,
           const std::vector<std::string>& contenders) {
  const auto among = [&](const std::vector<std::string>& all, const char* key) {
    return std::ranges::find(all, marker.value(key, "")) != all.end();
  };
  return among(digests, "digest") || (!marker.value("source", "").empty() && among(contenders, "contender"));
}

}  // namespace

Result<std::uintmax_t> remove_environments(const std::vector<Contender>& contenders) {
  std::vector<std::string> digests, names;
  for (const auto& contender : contenders) {
    if (!needs_environment(contender)) continue;
    auto ingredients = ingredients_of(contender);
    if (!ingredients) return std::unexpected(ingredients.error());
    digests.push_back(ingredients->digest);
    names.push_back(contender.name);
  }
  std::uintmax_t freed = 0;
  std::error_code error;
  for (fs::directory_iterator entry(environments_folder(), error), end; !error && entry != end;
       entry.increment(error)) {
    if (!entry->is_directory()) continue;
    const auto& folder = entry->path();
    // Whichever Python it was made for; one without a marker and without a maker was left by a crash.
    std::ifstream in(folder / kMarker);
    const auto marker = json::parse(in, nullptr, /*allow_exceptions=*/false);
    if (marker.is_object() && !is_of(marker, digests, names)) continue;
    const auto lock = FileLock::try_take(folder.string() + ".lock");
    if (!lock) return std::unexpected(lock.error());
    if (!*lock) continue;  // being made right now
    const auto bytes = size_of(folder);
    std::error_code failed;
    fs::remove_all(folder, failed);
    if (failed) {
      return fail(ExitCode::environment,
                  fmt::format("cannot remove {}: {}", folder.string(), failed.message()),
                  "remove it by hand");
    }
    fs::remove(folder.string() + ".log", failed);
    fs::remove(folder.string() + ".lock", failed);
    freed += bytes;
  }
  return freed;
}

}  // namespace shootout::launch
