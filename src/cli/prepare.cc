// shootout prepare SUITE: the environments that the suite needs, before they are needed.
#include <fmt/format.h>

#include <memory>

#include "cli/commands.h"
#include "cli/preparation.h"
#include "cli/selection_options.h"

namespace shootout::cli {

void add_prepare(CLI::App& app, Chosen& chosen) {
  struct Options {
    trial::Choice choice;
    launch::ImageOptions images;
    bool force = false, quiet = false;
  };
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("prepare", "make the environments (or images) that a suite needs");
  add_selection(*command, options->choice, false);
  add_backends(*command, options->choice, options->images, true);
  command->add_option("--profile", options->choice.profile, "the profile whose services are made too")
      ->capture_default_str();
  command->add_flag("--force", options->force, "make them anew");
  command->add_flag("--quiet,-q", options->quiet, "no progress");
  command->get_option("suite")->required();
  command->callback([options, &chosen] {
    chosen.action = [options] {
      auto selection = trial::select(options->choice);
      if (!selection) return report_error(selection.error());
      auto prepared = prepare_with_progress(*selection, options->images, options->quiet, options->force);
      if (!prepared) return report_error(prepared.error());
      std::string text;
      for (const auto& [name, image] : prepared->containers.images)
        text += fmt::format("{}  {}\n", name, image.tag);
      for (const auto& [name, environment] : prepared->environments) {
        if (environment.folder.empty()) continue;
        text += fmt::format("{}  {}  {} packages\n", name, environment.folder.string(),
                            environment.packages.size());
      }
      if (auto printed = print_data(text); !printed) return report_error(printed.error());
      return ExitCode::done;
    };
  });
}

}  // namespace shootout::cli
