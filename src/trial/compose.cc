#include "trial/compose.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "launch/container_plan.h"
#include "launch/image_recipe.h"
#include "launch/server_set.h"
#include "trial/in_container.h"

namespace shootout::trial {
namespace {

/// Of a database that anybody on this machine may use for as long as it stands; it is published on 127.0.0.1
/// only.
constexpr const char* kSecret = "shootout";
/// Of those that take a worker for each core: as many as the seeds gave a container.
constexpr const char* kCores = "2";
/// Is there when what follows the start has been done.
constexpr const char* kFurnished = "/tmp/furnished";

/// JSON is YAML; a dollar sign is Compose's own unless it is doubled.
std::string yaml(const nlohmann::json& value) {
  std::string text;
  for (const char c : value.dump()) text += c == '$' ? std::string("$$") : std::string(1, c);
  return text;
}

std::string service_name(const Selection& selection, const std::string& contender) {
  const auto named = selection.suite.compose.find(contender);
  return named == selection.suite.compose.end() ? launch::name_on_network(contender) : named->second.service;
}

std::string container_name(const Selection& selection, const std::string& contender) {
  const auto named = selection.suite.compose.find(contender);
  return named == selection.suite.compose.end()
             ? fmt::format("{}-{}", selection.suite.name, launch::name_on_network(contender))
             : named->second.container;
}

/// What its health check runs in the container.
std::string health_of(const suite::Launchable& what) {
  if (!what.ready.empty()) {
    const auto ready = launch::shell_words(what.ready) + " >/dev/null";
    return what.after_ready.empty() ? ready : fmt::format("{} && test -e {}", ready, kFurnished);
  }
  return fmt::format(
      "python3 -c 'import urllib.request as r; r.urlopen(\"http://127.0.0.1:{}{}\", timeout=2)'", what.port,
      what.health);
}

/// Starts all programs of a contender that has several, and starts again what dies; SIGTERM ends them all.
std::vector<std::string> manager_of(const std::vector<suite::Program>& programs, const std::string& folder) {
  std::string script =
      "trap 'trap \"\" TERM; kill 0; wait; exit 0' TERM INT\n"
      "keep() { while :; do \"$@\" || :; echo \"$1 has ended; it is started again\" >&2; sleep 1; done; }\n";
  for (const auto& program : programs) {
    const auto place = program.unprivileged ? std::string(launch::kDataInContainer) : folder;
    script += fmt::format("(cd {}; keep {}) &\n", launch::shell_words({place}),
                          launch::shell_words(program.command));
  }
  return {"sh", "-c", script + "wait"};
}

/// Its command, with what comes before the start and follows it.
std::vector<std::string> command_of(const suite::Launchable& what) {
  const auto folder = what.folder.string();
  const auto command = what.programs.empty() ? what.command : manager_of(what.programs, folder);
  auto words = launch::command_in_container(command, what.before_start, what.unprivileged, folder);
  if (what.after_ready.empty()) return words;
  std::string script = fmt::format("(until {} >/dev/null 2>&1; do sleep 0.2; done; cd {}; set -e\n",
                                   launch::shell_words(what.ready), launch::shell_words({folder}));
  for (const auto& step : what.after_ready) script += launch::shell_words(step) + "\n";
  script += fmt::format("touch {}) &\nexec \"$@\"", kFurnished);
  words.insert(words.begin(), {"sh", "-c", script, "sh"});
  return words;
}

std::string service_text(const Selection& selection, const suite::Contender& contender,
                         const suite::Launchable& what, bool is_service) {
  std::string text = fmt::format("  {}:\n", service_name(selection, contender.name));
  const auto line = [&](const std::string& key, const nlohmann::json& value) {
    text += fmt::format("    {}: {}\n", key, yaml(value));
  };
  line("container_name", container_name(selection, contender.name));
  line("image", launch::image_name(contender));
  text +=
      "    build:\n      context: ../contenders\n      dockerfile: ../docker/Dockerfile\n      network: "
      "host\n"
      "      args:\n";
  for (const auto& [name, value] : launch::image_arguments(contender))
    text += fmt::format("        {}: {}\n", name, yaml(value));
  text += fmt::format("        HEALTH: {}\n", yaml(health_of(what)));
  text +=
      "        BASE: \"${SHOOTOUT_BASE_IMAGE:-debian:12-slim}\"\n"
      "        CERTIFICATES: \"${SHOOTOUT_CERTIFICATES_PEM:-}\"\n";
  line("command", command_of(what));
  if (!what.variables.empty()) line("environment", what.variables);
  text += fmt::format("    ports: [\"127.0.0.1:{0}:{0}\"]\n", what.port);
  if (what.needs_data) line("volumes", nlohmann::json::array({launch::kDataInContainer}));
  if (!contender.needs.empty()) {
    text += "    depends_on:\n";
    for (const auto& service : selection.services) {
      if (std::ranges::find(contender.needs, service.name) != contender.needs.end())
        text += fmt::format("      {}: {{condition: service_healthy}}\n",
                            service_name(selection, service.contender.name));
    }
  }
  const auto& limits = selection.profile.limits;
  if (!is_service && limits.cpus > 0) text += fmt::format("    cpus: {:g}\n", limits.cpus);
  if (!is_service && limits.memory_bytes > 0) text += fmt::format("    mem_limit: {}\n", limits.memory_bytes);
  return text;
}

}  // namespace

Result<std::string> compose_text(const Selection& selection) {
  std::string text = fmt::format(
      "# {}: made by `shootout compose {}` from suites/{}.yaml; do not edit it. docs/docker.md says how it "
      "is used.\n"
      "services:\n",
      selection.suite.title, selection.suite.name, selection.suite.name);
  suite::Values values{{"secret", kSecret}, {"cores", kCores}};
  const auto host_of = [&](const std::string& contender) { return service_name(selection, contender); };
  const auto resolved = [&](const suite::Contender& contender, const std::string& known_as) {
    std::map<std::string, std::string> overrides;
    for (const auto& name : {contender.name, known_as}) {
      if (const auto found = selection.overrides.find(name); found != selection.overrides.end())
        overrides.insert(found->second.begin(), found->second.end());
    }
    return resolve_in_container(contender, overrides, values, selection, host_of);
  };
  for (const auto& service : selection.services) {
    auto what = resolved(service.contender, service.name);
    if (!what) return std::unexpected(what.error());
    text += service_text(selection, service.contender, *what, true);
    values[service.name + ".url"] = what->url;
  }
  std::vector<std::pair<const suite::Contender*, suite::Launchable>> contenders;
  std::map<std::uint16_t, int> takers;
  for (const auto* group : {&selection.companions, &selection.contenders}) {
    for (const auto& contender : *group) {
      if (!contender.url.empty()) continue;
      auto what = resolved(contender, contender.name);
      if (!what) return std::unexpected(what.error());
      ++takers[what->port];
      contenders.emplace_back(&contender, std::move(*what));
    }
  }
  for (const auto& [contender, what] : contenders) {
    if (launch::calls_shootout(*contender)) {
      text +=
          fmt::format("  # {}: not by hand; it is shootout's own program: shootout up {} --backend docker\n",
                      contender->name, selection.suite.name);
      continue;
    }
    text += service_text(selection, *contender, what, false);
    // Those with one port cannot be up together: each is asked for by its name.
    if (takers.at(what.port) > 1)
      text += fmt::format("    profiles: [{}]\n", yaml(service_name(selection, contender->name)));
  }
  return text;
}

}  // namespace shootout::trial
