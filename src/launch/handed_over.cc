#include "launch/handed_over.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <system_error>

#include "base/folders.h"
#include "launch/process_table.h"
#include "launch/set_folder.h"

namespace shootout::launch {
namespace fs = std::filesystem;
namespace {

fs::path entry_file(const fs::path& folder, const std::string& name) {
  return folder / (name + ".json");
}
fs::path socket_file(const fs::path& folder, const std::string& name) {
  return folder / (name + ".sock");
}

/// A socket's address holds at most 107 characters (unix(7)), a home folder may be longer: so the socket is
/// named through a descriptor of its folder, which must stay open as long as the address is used.
struct SocketAddress {
  UniqueFd folder;
  sockaddr_un address{};

  SocketAddress(const fs::path& path, const std::string& name)
      : folder(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
    address.sun_family = AF_UNIX;
    const std::string text = fmt::format("/proc/self/fd/{}/{}.sock", folder.get(), name);
    std::strncpy(address.sun_path, text.c_str(), sizeof address.sun_path - 1);
  }
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address); }
};

std::unexpected<Error> unwritable(const fs::path& file, const std::string& why) {
  return fail(ExitCode::environment, fmt::format("cannot write {}: {}", file.string(), why),
              "make it writable, or name another place with SHOOTOUT_HOME");
}

std::optional<HandedOver> read_entry(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  const auto json = nlohmann::json::parse(text.str(), nullptr, false);
  if (!json.is_object()) return std::nullopt;
  return HandedOver{.name = json.value("name", ""),
                    .guardian = json.value("guardian", 0),
                    .guardian_start_ticks = json.value("guardian_start_ticks", std::uint64_t{0}),
                    .temporary = json.value("temporary", "")};
}

/// Whole or not at all: a reader never sees half an entry.
Result<void> write_entry(const fs::path& file, const HandedOver& set) {
  const fs::path draft = file.string() + ".new";
  std::ofstream out(draft);
  out << nlohmann::json{{"name", set.name},
                        {"guardian", set.guardian},
                        {"guardian_start_ticks", set.guardian_start_ticks},
                        {"temporary", set.temporary.string()}};
  out.close();
  std::error_code error;
  if (!out) return unwritable(draft, errno_text(errno));
  fs::rename(draft, file, error);
  if (error) return unwritable(file, error.message());
  return {};
}

}  // namespace

bool HandedOver::guardian_lives() const {
  return lives(guardian, guardian_start_ticks);
}

fs::path handed_over_folder() {
  return home_folder() / "up";
}

Result<UniqueFd> register_set(const fs::path& folder, const HandedOver& set) {
  if (auto made = make_folder(folder); !made) return std::unexpected(made.error());
  if (auto other = registered_set(folder, set.name)) {
    return fail(ExitCode::environment,
                fmt::format("servers of {} are up already (guardian {})", set.name, other->guardian),
                fmt::format("`shootout down {}` ends them", set.name));
  }
  std::error_code ignored;
  fs::remove(socket_file(folder, set.name), ignored);
  UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const SocketAddress address(folder, set.name);
  const mode_t umask_before = ::umask(0177);  // nobody else may give orders
  const int bound = ::bind(listener.get(), address.get(), sizeof address.address);
  const int error = errno;
  ::umask(umask_before);
  if (bound != 0) return unwritable(socket_file(folder, set.name), errno_text(error));
  if (::listen(listener.get(), 16) != 0) return unwritable(socket_file(folder, set.name), errno_text(errno));
  if (auto written = write_entry(entry_file(folder, set.name), set); !written) {
    unregister_set(folder, set.name);
    return std::unexpected(written.error());
  }
  return listener;
}

void unregister_set(const fs::path& folder, const std::string& name) {
  std::error_code ignored;
  fs::remove(entry_file(folder, name), ignored);
  fs::remove(socket_file(folder, name), ignored);
}

std::optional<HandedOver> registered_set(const fs::path& folder, const std::string& name) {
  auto set = read_entry(entry_file(folder, name));
  if (!set) return std::nullopt;
  if (set->guardian_lives()) return set;
  if (!set->temporary.empty()) (void)remove_set_folder(set->temporary);
  unregister_set(folder, name);
  return std::nullopt;
}

std::vector<std::string> registered_sets(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".json") names.push_back(it->path().stem().string());
  }
  std::erase_if(names, [&](const std::string& name) { return !registered_set(folder, name); });
  std::ranges::sort(names);
  return names;
}

std::optional<UniqueFd> connect_to_set(const fs::path& folder, const std::string& name) {
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const SocketAddress address(folder, name);
  if (::connect(socket.get(), address.get(), sizeof address.address) != 0) return std::nullopt;
  return socket;
}

}  // namespace shootout::launch
