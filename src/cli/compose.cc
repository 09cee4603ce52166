// shootout compose SUITE: the suite's servers as a Compose file.
#include "trial/compose.h"

#include <memory>

#include "cli/commands.h"
#include "cli/selection_options.h"

namespace shootout::cli {

void add_compose(CLI::App& app, Chosen& chosen) {
  auto choice = std::make_shared<trial::Choice>();
  choice->profile = "seed";
  choice->backends = {"docker"};
  choice->networks = {"bridge"};
  auto* command = app.add_subcommand("compose", "print a Compose file that runs a suite's servers by hand");
  add_selection(*command, *choice, false);
  command->get_option("suite")->required();
  command
      ->add_option("--profile", choice->profile, "the profile whose services, settings and limits are taken")
      ->capture_default_str();
  command->callback([choice, &chosen] {
    chosen.action = [choice] {
      const auto selection = trial::select(*choice);
      if (!selection) return report_error(selection.error());
      const auto text = trial::compose_text(*selection);
      if (!text) return report_error(text.error());
      auto printed = print_data(*text);
      return printed ? ExitCode::done : report_error(printed.error());
    };
  });
}

}  // namespace shootout::cli
