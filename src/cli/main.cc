// shootout: which web stack should we run, with which settings, and what will it give us?
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstring>
#include <string>
#include <vector>

#include "base/folders.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "generator/generator.h"
#include "launch/manager.h"
#include "launch/server_set.h"
#include "trial/schema_keeper.h"

namespace {

using shootout::Error;
using shootout::ExitCode;

// The program starts itself in other roles (docs/house.md); none is for people.
int run_role(std::string_view role, const char* fd_text) {
  int fd = -1;
  const auto [end, error] = std::from_chars(fd_text, fd_text + std::strlen(fd_text), fd);
  if (error != std::errc() || *end != '\0') return static_cast<int>(ExitCode::usage);
  return role == "__generator" ? shootout::generator::generator_main(fd)
                               : shootout::launch::guardian_main(fd);
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return names;
}

// "--conections" -> "did you mean --connections?", from the options of the command that was being read.
std::string with_suggestion(const CLI::App& app, const CLI::ParseError& error,
                            const std::vector<std::string>& words) {
  std::string text = error.what();
  if (dynamic_cast<const CLI::ExtrasError*>(&error) == nullptr) return text;
  const CLI::App* command = &app;
  if (const auto chosen = app.get_subcommands(); !chosen.empty()) command = chosen.front();
  std::vector<std::string> options;
  for (const auto* option : command->get_options()) {
    for (const auto& name : option->get_lnames()) options.push_back("--" + name);
  }
  for (const auto& word : words) {
    const std::string name = word.substr(0, word.find('='));
    if (!name.starts_with("--") || std::ranges::find(options, name) != options.end()) continue;
    if (auto near = shootout::closest_name(name, options))
      return fmt::format("there is no option {}; did you mean {}?", name, *near);
  }
  return text;
}

int usage_error(const std::string& what, const std::string& command) {
  const std::string help = command.empty() ? "shootout --help" : "shootout " + command + " --help";
  return static_cast<int>(shootout::cli::report_error({ExitCode::usage, what, "see: " + help}));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "__manager") return shootout::launch::manager_main(argv[2]);
  if (argc == 3 &&
      (std::string_view(argv[1]) == "__generator" || std::string_view(argv[1]) == "__guardian")) {
    return run_role(argv[1], argv[2]);
  }
  if (argc == 5 && std::string_view(argv[1]) == "__schema")
    return shootout::trial::schema_keeper_main(argv[2], argv[3], argv[4]);
  CLI::App app{"Benchmarks web stacks end to end, with figures that hold up.", "shootout"};
  app.set_version_flag("--version", shootout::program_version());
  app.require_subcommand(0, 1);
  shootout::cli::Chosen chosen;
  shootout::cli::add_commands(app, chosen);

  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.empty()) {
    std::fputs(app.help().c_str(), stdout);
    return static_cast<int>(ExitCode::usage);
  }
  const auto names = command_names(app);
  const bool named = std::ranges::find(names, words.front()) != names.end();
  if (!named && !words.front().starts_with("-")) {
    return usage_error(shootout::unknown_name("command", words.front(), names), "");
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    return usage_error(with_suggestion(app, error, words), named ? words.front() : "");
  }
  shootout::cli::install_interrupt_handlers();
  return static_cast<int>(chosen.action());
}
