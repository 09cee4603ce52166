#include "base/folders.h"

#include <fmt/format.h>

#include <cstdlib>
#include <limits>
#include <system_error>

namespace shootout {
namespace fs = std::filesystem;
namespace {

fs::path from_environment(const char* variable) {
  const char* value = std::getenv(variable);
  return value == nullptr ? fs::path() : fs::path(value);
}

fs::path user_folder(const char* xdg_variable, const char* below_home) {
  if (auto xdg = from_environment(xdg_variable); xdg.is_absolute()) return xdg / "shootout";
  if (auto home = from_environment("HOME"); !home.empty()) return home / below_home / "shootout";
  return fs::temp_directory_path() / "shootout";
}

}  // namespace

fs::path home_folder() {
  if (auto home = from_environment("SHOOTOUT_HOME"); !home.empty()) return fs::absolute(home);
  return user_folder("XDG_DATA_HOME", ".local/share");
}

fs::path cache_folder() {
  return user_folder("XDG_CACHE_HOME", ".cache");
}

fs::path program_file() {
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored);
}

fs::path program_data_folder() {
  std::error_code ignored;
  auto installed = program_file().parent_path().parent_path() / "share" / "shootout";
  if (fs::exists(installed / "suites", ignored)) return installed;
  return SHOOTOUT_SOURCE_DIR;
}

std::string program_version() {
  return SHOOTOUT_VERSION;
}

Result<void> make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    return fail(
        ExitCode::environment, fmt::format("cannot make the folder {}: {}", folder.string(), error.message()),
        "make it writable, or name another place with SHOOTOUT_HOME (runs) or XDG_CACHE_HOME (environments)");
  }
  return {};
}

std::uintmax_t free_bytes(const std::filesystem::path& folder) {
  std::error_code error;
  const auto space = std::filesystem::space(folder, error);
  return error ? std::numeric_limits<std::uintmax_t>::max() : space.available;
}

}  // namespace shootout
