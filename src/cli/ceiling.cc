#include "upstream/ceiling.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands.h"

namespace shootout::cli {

void add_ceiling(CLI::App& app, Chosen& chosen) {
  auto* const command = app.add_subcommand(
      "ceiling", "Run a server that does the least there is, until Ctrl-C: what the generator can reach");
  auto options = std::make_shared<upstream::CeilingOptions>();
  command->add_option("--port", options->port, "Port to listen on; 0: a free one")->capture_default_str();
  command->add_option("--address", options->address, "IPv4 address to listen on")->capture_default_str();
  command->add_option("--bytes", options->bytes, "Bytes of an answer's body; bytes=N in a query overrides it")
      ->check(CLI::Range(std::uint64_t{0}, upstream::kMaxFillerBytes))
      ->capture_default_str();
  command
      ->add_option("--work", options->work,
                   "Rounds of arithmetic a request, 1 to 2 ns each; work=N in a query overrides it")
      ->check(CLI::Range(std::uint64_t{0}, upstream::kMaxWork))
      ->capture_default_str();
  command->callback([&chosen, options] {
    chosen.action = [options] {
      const auto served = upstream::serve_ceiling(*options);
      return served ? ExitCode::done : report_error(served.error());
    };
  });
}

}  // namespace shootout::cli
