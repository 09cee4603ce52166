#include "cli/selection_options.h"

namespace shootout::cli {

void add_places(CLI::App& command, trial::Places& places) {
  command
      .add_option("--contenders-dir", places.contender_folders,
                  "a folder with contenders of your own (repeatable)")
      ->check(CLI::ExistingDirectory);
  command.add_option("--suites-dir", places.suite_folders, "a folder with suites of your own (repeatable)")
      ->check(CLI::ExistingDirectory);
}

void add_backends(CLI::App& command, trial::Choice& choice, launch::ImageOptions& images, bool both_at_once) {
  auto* backend =
      command.add_option("--backend", choice.backends,
                         both_at_once ? "process, docker, or process,docker: both, held against each other"
                                      : "process or docker");
  auto* network =
      command.add_option("--network", choice.networks,
                         both_at_once ? "of containers: host; bridge: ports published on 127.0.0.1; "
                                        "host,bridge: both, held against each other"
                                      : "of containers: host, or bridge: ports published on 127.0.0.1");
  network->check(CLI::IsMember({"host", "bridge"}));
  backend->check(CLI::IsMember({"process", "docker"}));
  for (auto* option : {backend, network}) {
    if (both_at_once) {
      option->delimiter(',');
    } else {
      option->expected(1);
    }
  }
  command.add_option("--base-image", images.base_image, "what images are made from")
      ->envname("SHOOTOUT_BASE_IMAGE")
      ->capture_default_str();
  command
      .add_option("--certificates", images.certificates,
                  "a folder of *.crt: certificate authorities that images trust, too")
      ->envname("SHOOTOUT_CERTIFICATES")
      ->check(CLI::ExistingDirectory);
}

void add_selection(CLI::App& command, trial::Choice& choice, bool with_load) {
  command.add_option("suite", choice.suite, "the suite, e.g. io")->type_name("SUITE");
  command.add_option("--contenders", choice.contenders, "only these, e.g. flask-gunicorn,quart-hypercorn")
      ->delimiter(',');
  command.add_option(
      "--set", choice.set,
      "override a setting: CONTENDER.parameter=value, CONTENDER.source=FOLDER (a Python package from a "
      "folder), or SERVICE=make (repeatable)");
  command
      .add_option(
          "--postgres", choice.postgres,
          "a PostgreSQL server of your own, postgresql://USER:PASSWORD@HOST:PORT/DATABASE: a schema is made "
          "in it, and dropped at the end")
      ->type_name("URL");
  add_places(command, choice.places);
  if (!with_load) return;
  command.add_option("--profile", choice.profile, "how thoroughly: quick, full or seed")
      ->capture_default_str();
  command.add_option("--scenarios", choice.scenarios, "only these")->delimiter(',');
  command.add_option("--loads", choice.loads, "only these")->delimiter(',');
  command.add_option("--baseline", choice.baseline, "the contender that the others are compared with");
  command.add_option("--repeat", choice.repeat, "so many replicates instead of the profile's")
      ->check(CLI::Range(1, 1000));
}

}  // namespace shootout::cli
