// Networks of sets, and what of an engine's is left when a guardian has gone.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "launch/container.h"
#include "launch/docker_words.h"

namespace shootout::launch {
using nlohmann::json;
namespace {

std::string network_name(const SetMark& mark) {
  std::string name = fmt::format("shootout-{}-{}", mark.set, mark.guardian);
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0 && c != '.' && c != '-' && c != '_'; }, '-');
  return name;
}

/// Whether what bears these labels belongs to a set whose guardian has gone.
bool is_stray(const json& labels) {
  if (!labels.is_object()) return false;
  const auto mark = mark_from(labels.value(kMarkLabel, ""));
  return mark && !mark->guardian_lives();
}

std::string labelled() {
  return "filters=" + percent_encoded(json{{"label", {kMarkLabel}}}.dump());
}

}  // namespace

Result<std::string> provide_network(const DockerEngine& engine, const SetMark& mark) {
  const auto name = network_name(mark);
  auto there = engine.ask("GET", "/networks/" + name);
  if (!there) return std::unexpected(there.error());
  if (there->status == 200) return name;
  auto made = engine.post("/networks/create",
                          {{"Name", name},
                           {"Driver", "bridge"},
                           {"CheckDuplicate", true},
                           {"Labels", {{kMarkLabel, to_text(mark)}}}},
                          "make the network " + name);
  if (!made) return std::unexpected(made.error());
  return name;
}

Result<void> remove_network(const DockerEngine& engine, const SetMark& mark) {
  return engine.remove("/networks/" + network_name(mark), "remove the network " + network_name(mark));
}

Result<int> remove_stray_containers() {
  const auto socket = docker_socket();
  std::error_code error;
  if (!socket || !std::filesystem::exists(*socket, error)) return 0;
  auto engine = DockerEngine::at(*socket);
  if (!engine) return 0;  // who uses containers is told when they are to be started
  auto containers = engine->get("/containers/json?all=1&" + labelled(), "list its containers");
  if (!containers) return std::unexpected(containers.error());
  int removed = 0;
  for (const auto& container : *containers) {
    if (!is_stray(container.value("Labels", json()))) continue;
    const std::string id = container.at("Id");
    (void)engine->ask("POST", "/containers/" + id + "/unpause");
    if (auto gone = engine->remove("/containers/" + id + "?force=1&v=1", "remove the container " + id); !gone)
      return std::unexpected(gone.error());
    ++removed;
  }
  auto networks = engine->get("/networks?" + labelled(), "list its networks");
  if (!networks) return std::unexpected(networks.error());
  for (const auto& network : *networks) {
    if (!is_stray(network.value("Labels", json()))) continue;
    if (auto gone = engine->remove("/networks/" + network.at("Id").get<std::string>(), "remove a network");
        !gone)
      return std::unexpected(gone.error());
  }
  return removed;
}

}  // namespace shootout::launch
