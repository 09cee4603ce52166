#include "launch/container_plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/resource.h>

#include <algorithm>
#include <cctype>

#include "launch/container.h"
#include "launch/image_recipe.h"

namespace shootout::launch {
using nlohmann::json;
namespace {

std::string as_name(std::string text) {
  std::ranges::replace_if(
      text, [](unsigned char c) { return std::isalnum(c) == 0 && c != '.' && c != '-' && c != '_'; }, '-');
  return text;
}

json open_files_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return {{"Name", "nofile"}, {"Soft", limit.rlim_cur}, {"Hard", limit.rlim_max}};
}

}  // namespace

std::vector<std::string> command_in_container(const std::vector<std::string>& command,
                                              const std::vector<std::vector<std::string>>& before_start,
                                              bool stays_in_data_folder, const std::string& folder) {
  if (before_start.empty()) return command;
  std::string script = fmt::format("cd {}\n", kDataInContainer);
  for (const auto& words : before_start) script += shell_words(words) + "\n";
  if (!stays_in_data_folder) script += fmt::format("cd {}\n", shell_words({folder}));
  std::vector<std::string> words{"sh", "-ec", script + "exec \"$@\"", "sh"};
  words.insert(words.end(), command.begin(), command.end());
  return words;
}

std::string container_name(const ServerSpec& spec, const SetMark& mark) {
  return as_name(fmt::format("shootout-{}-{}-{}", mark.set, spec.server.name, mark.guardian));
}

std::string name_on_network(const std::string& server) {
  return as_name(server);
}

json container_plan(const ServerSpec& spec, const SetMark& mark, const std::string& network) {
  json variables = json::array();
  for (const auto& [name, value] : spec.variables) variables.push_back(name + "=" + value);
  variables.push_back(fmt::format("{}={}", kSetVariable, to_text(mark)));
  variables.push_back(fmt::format("{}={}", kServerVariable, spec.server.name));

  json host{{"NetworkMode", network},
            // As a process of shootout's would have it.
            {"Ulimits", {open_files_limit()}},
            {"LogConfig", {{"Type", "json-file"}, {"Config", {{"max-size", "20m"}}}}}};
  if (spec.limits.cpus > 0) host["NanoCpus"] = static_cast<std::int64_t>(spec.limits.cpus * 1e9);
  if (spec.limits.memory_bytes > 0)
    host["Memory"] = host["MemorySwap"] = spec.limits.memory_bytes;  // the sum of both: no swap
  if (!spec.cpus.empty()) host["CpusetCpus"] = fmt::format("{}", fmt::join(spec.cpus, ","));
  if (spec.container->data)  // an anonymous volume: it goes with the container
    host["Mounts"] = {{{"Type", "volume"}, {"Target", kDataInContainer}}};

  json plan{
      {"Image", spec.container->image},
      {"Cmd", command_in_container(spec.server.command, spec.before_start, spec.unprivileged, spec.folder)},
      {"Env", std::move(variables)},
      {"WorkingDir", spec.folder.string()},
      {"Labels", {{kMarkLabel, to_text(mark)}, {kServerLabel, spec.server.name}}},
      // shootout looks itself; a look from time to time would disturb what is measured.
      {"Healthcheck", {{"Test", {"NONE"}}}}};
  if (spec.container->bridged) {
    const auto port = fmt::format("{}/tcp", spec.server.port);
    plan["ExposedPorts"] = {{port, json::object()}};
    host["PortBindings"] = {
        {port, {{{"HostIp", "127.0.0.1"}, {"HostPort", std::to_string(spec.server.port)}}}}};
    plan["NetworkingConfig"] = {
        {"EndpointsConfig", {{network, {{"Aliases", {name_on_network(spec.server.name)}}}}}}};
  }
  plan["HostConfig"] = std::move(host);
  return plan;
}

}  // namespace shootout::launch
