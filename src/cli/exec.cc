// shootout exec SUITE CONTENDER -- COMMAND: a command beside a server that `up` keeps.
#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <memory>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/standing_set.h"
#include "launch/container_exec.h"

namespace shootout::cli {
namespace {

// In the folder and with the variables that the server's own process was started with; comes back on failure
// only.
Error become_neighbour(const launch::Server& server, std::vector<std::string> words) {
  std::ifstream environment(fmt::format("/proc/{}/environ", server.pid), std::ios::binary);
  auto variables = split(std::string(std::istreambuf_iterator<char>(environment), {}), '\0');
  // It is none of the set's servers, and nobody's business to end.
  std::erase_if(variables,
                [](const std::string& one) { return one.empty() || one.starts_with("SHOOTOUT_SE"); });
  if (::chdir(fmt::format("/proc/{}/cwd", server.pid).c_str()) != 0)
    return {ExitCode::environment,
            fmt::format("the folder of {} cannot be entered: {}", server.name, errno_text(errno)), ""};
  std::vector<char*> argv, envp;
  for (auto& word : words) argv.push_back(word.data());
  for (auto& variable : variables) envp.push_back(variable.data());
  argv.push_back(nullptr);
  envp.push_back(nullptr);
  ::environ = envp.data();  // the program is looked for in the server's own PATH
  ::execvp(argv[0], argv.data());
  return {ExitCode::environment, fmt::format("cannot run {}: {}", words.front(), errno_text(errno)), ""};
}

ExitCode exec(const std::string& suite, const std::string& name, const std::vector<std::string>& words) {
  auto set = standing_set(suite);
  if (!set) return report_error(set.error());
  auto servers = chosen_servers(*set, name);
  if (auto kept = set->hand_over(); !kept) return report_error(kept.error());
  if (!servers) return report_error(servers.error());
  const auto& server = servers->front();
  if (server.pid == 0)
    return report_error({ExitCode::usage, fmt::format("{} is served by somebody else", name), ""});
  if (server.container.empty()) return report_error(become_neighbour(server, words));
  const auto engine = launch::DockerEngine::find();
  if (!engine) return report_error(engine.error());
  const auto status = launch::exec_in_container(*engine, server.container, words);
  return status ? static_cast<ExitCode>(*status) : report_error(status.error());
}

}  // namespace

void add_exec(CLI::App& app, Chosen& chosen) {
  struct Options {
    std::string suite, name;
    std::vector<std::string> words;
  };
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand(
      "exec",
      "run a command where a server runs that up keeps: in its container, or in its folder and environment");
  command->add_option("suite", options->suite, "the suite")->required()->type_name("SUITE");
  command->add_option("contender", options->name, "the server")->required();
  command->add_option("command", options->words, "behind --, the command and its arguments")->required();
  command->callback([options, &chosen] {
    chosen.action = [options] { return exec(options->suite, options->name, options->words); };
  });
}

}  // namespace shootout::cli
