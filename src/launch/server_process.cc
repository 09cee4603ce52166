#include "launch/server_process.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>

#include "base/folders.h"
#include "base/unique_fd.h"
#include "launch/account.h"
#include "launch/child_process.h"
#include "launch/server_environment.h"

namespace shootout::launch {

Result<pid_t> start_process(const ServerSpec& spec, const SetMark& mark,
                            const std::filesystem::path& temporary, const std::vector<std::string>& doors) {
  const std::string& name = spec.server.name;
  if (auto made = make_folder(spec.server.log_file.parent_path()); !made)
    return std::unexpected(made.error());
  const UniqueFd log(::open(spec.server.log_file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644));
  if (!log) {
    return fail(
        ExitCode::environment,
        fmt::format("cannot write {}'s log {}: {}", name, spec.server.log_file.string(), errno_text(errno)),
        "make it writable, or name another place with SHOOTOUT_HOME");
  }
  const auto account = spec.unprivileged ? account_without_rights() : std::nullopt;
  return start_child({.name = name,
                      .command = spec.server.command,
                      .variables = server_environment(spec, mark, temporary, account),
                      .folder = spec.works_in(),
                      .account = account,
                      .doors = doors,
                      .cpus = spec.cpus,
                      .log = log.get(),
                      .leads_session = true});
}

}  // namespace shootout::launch
