#include "upstream/upstream.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands.h"

namespace shootout::cli {

void add_upstream(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand("upstream", "Run the I/O simulator alone, until Ctrl-C");
  auto options = std::make_shared<upstream::Options>();
  command->add_option("--port", options->port, "Port to listen on; 0: a free one")->capture_default_str();
  command->add_option("--address", options->address, "IPv4 address to listen on")->capture_default_str();
  command->callback([&chosen, options] {
    chosen.action = [options] {
      const auto served = upstream::serve(*options);
      return served ? ExitCode::done : report_error(served.error());
    };
  });
}

}  // namespace shootout::cli
