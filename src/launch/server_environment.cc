#include "launch/server_environment.h"

#include <cstdlib>

namespace shootout::launch {
namespace {

/// What a server may see of the person's own environment. The rest (PYTHONPATH, FLASK_DEBUG ...) would change
/// what is measured without a trace.
constexpr const char* kInherited[] = {
    "PATH", "HOME", "USER",   "LOGNAME",  "SHELL",           "LANG",
    "TZ",   "TERM", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "SHOOTOUT_HOME"};

}  // namespace

void settle_in(const Account& account, const std::filesystem::path& data_folder,
               std::map<std::string, std::string>& variables) {
  variables["HOME"] = variables["TMPDIR"] = data_folder.string();
  variables["USER"] = variables["LOGNAME"] = account.name;
}

std::map<std::string, std::string> server_environment(const ServerSpec& spec, const SetMark& mark,
                                                      const std::filesystem::path& temporary,
                                                      const std::optional<Account>& account) {
  std::map<std::string, std::string> variables;
  for (const char* name : kInherited) {
    if (const char* value = std::getenv(name)) variables[name] = value;
  }
  variables["TMPDIR"] = temporary.string();
  if (account) settle_in(*account, spec.data_folder, variables);
  for (const auto& [name, value] : spec.variables) variables[name] = value;
  variables[kSetVariable] = to_text(mark);
  variables[kServerVariable] = spec.server.name;
  return variables;
}

}  // namespace shootout::launch
