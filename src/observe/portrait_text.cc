#include "observe/portrait_text.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "observe/cores.h"
#include "observe/proc_file.h"

namespace shootout::observe {
namespace {

// Event loops, parsers, servers, serialisers, compression and database drivers that are native code.
constexpr auto kKnown = std::to_array<std::string_view>(
    {"aiohttp",   "asyncpg",  "bjoern",   "brotli",   "gevent",         "granian",   "greenlet",
     "httptools", "jemalloc", "libev",    "libpq",    "libuv",          "meinheld",  "mimalloc",
     "msgspec",   "orjson",   "psycopg",  "psycopg2", "psycopg_binary", "psycopg_c", "pydantic_core",
     "rapidjson", "robyn",    "tcmalloc", "ujson",    "uvloop"});

std::optional<std::string> known(std::string_view name) {
  name = name.substr(0, name.find_first_of(".-"));  // "libev.so.4", "bjoern.cpython-311-x86_64-linux-gnu.so"
  for (const std::string_view prefix : {"", "_", "lib"}) {
    if (!name.starts_with(prefix)) continue;
    const auto found = std::ranges::find(kKnown, name.substr(prefix.size()));
    if (found != kKnown.end()) return std::string(*found);
  }
  return std::nullopt;
}

/// The folder below site-packages, or nothing.
std::string_view package_of(std::string_view path) {
  constexpr std::string_view kPackages = "-packages/";  // site-packages, Debian's dist-packages
  const size_t at = path.find(kPackages);
  if (at == std::string_view::npos) return {};
  path.remove_prefix(at + kPackages.size());
  return path.substr(0, path.find('/'));
}

}  // namespace

std::vector<int> parse_allowed_cores(std::string_view status) {
  constexpr std::string_view kKey = "Cpus_allowed_list:";
  for (const auto& line : split(status, '\n')) {
    if (!line.starts_with(kKey)) continue;
    const size_t list = line.find_first_not_of(" \t", kKey.size());
    if (list != std::string::npos) return parse_core_list(std::string_view(line).substr(list));
  }
  return {};
}

std::optional<std::int64_t> parse_open_files_limit(std::string_view limits) {
  constexpr std::string_view kKey = "Max open files";
  for (const auto& line : split(limits, '\n')) {
    if (!line.starts_with(kKey)) continue;
    const size_t soft = line.find_first_not_of(' ', kKey.size());
    if (soft != std::string::npos) return leading_number(std::string_view(line).substr(soft));
  }
  return std::nullopt;
}

std::set<std::string> known_libraries(std::string_view maps) {
  std::set<std::string> found;
  std::string_view last;
  while (!maps.empty()) {
    const std::string_view line = maps.substr(0, maps.find('\n'));
    maps.remove_prefix(std::min(maps.size(), line.size() + 1));
    const size_t slash = line.find('/');
    if (slash == std::string_view::npos) continue;
    std::string_view path = line.substr(slash);
    if (path == last || path.find(".so") == std::string_view::npos) continue;
    last = path;
    if (auto name = known(package_of(path))) {
      found.insert(std::move(*name));
    } else if (auto file = known(path.substr(path.rfind('/') + 1))) {
      found.insert(std::move(*file));
    }
  }
  return found;
}

}  // namespace shootout::observe
