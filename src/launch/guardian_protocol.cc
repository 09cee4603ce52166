#include "launch/guardian_protocol.h"

namespace shootout::launch {

using nlohmann::json;

json to_json(const Server& s) {
  return {{"name", s.name},
          {"title", s.title},
          {"pid", s.pid},
          {"port", s.port},
          {"url", s.url},
          {"health", s.health},
          {"workers", s.workers},
          {"other_processes", s.other_processes},
          {"ready_timeout_s", s.ready_timeout_s},
          {"log_file", s.log_file.string()},
          {"log_from", s.log_from},
          {"command", s.command},
          {"backend_ports", s.backend_ports},
          {"listeners", s.listeners},
          {"ready_by_command", s.ready_by_command},
          {"limits_refused", s.limits_refused},
          {"ended", s.ended},
          {"container", s.container},
          {"bridged", s.bridged}};
}

Server server_from(const json& j) {
  return {.name = j.at("name"),
          .title = j.at("title"),
          .pid = j.at("pid"),
          .port = j.at("port"),
          .url = j.at("url"),
          .health = j.at("health"),
          .workers = j.at("workers"),
          .other_processes = j.at("other_processes"),
          .ready_timeout_s = j.at("ready_timeout_s"),
          .log_file = j.at("log_file").get<std::string>(),
          .log_from = j.at("log_from"),
          .command = j.at("command"),
          .backend_ports = j.at("backend_ports"),
          .listeners = j.at("listeners"),
          .ready_by_command = j.at("ready_by_command"),
          .limits_refused = j.at("limits_refused"),
          .ended = j.at("ended"),
          .container = j.at("container"),
          .bridged = j.at("bridged")};
}

json to_json(const ServerSpec& spec) {
  json container;
  if (const auto& place = spec.container)
    container = {{"socket", place->socket.string()},
                 {"image", place->image},
                 {"bridged", place->bridged},
                 {"data", place->data}};
  return {{"server", to_json(spec.server)},
          {"folder", spec.folder.string()},
          {"variables", spec.variables},
          {"cpus", spec.cpus},
          {"ready", spec.ready},
          {"before_start", spec.before_start},
          {"after_ready", spec.after_ready},
          {"data_folder", spec.data_folder.string()},
          {"unprivileged", spec.unprivileged},
          {"gives_up_rights", spec.gives_up_rights},
          {"limit_cpus", spec.limits.cpus},
          {"limit_memory_bytes", spec.limits.memory_bytes},
          {"container", std::move(container)}};
}

ServerSpec spec_from(const json& j) {
  std::optional<ContainerPlace> place;
  if (const auto& container = j.at("container"); !container.is_null())
    place = ContainerPlace{.socket = container.at("socket").get<std::string>(),
                           .image = container.at("image"),
                           .bridged = container.at("bridged"),
                           .data = container.at("data")};
  return {.server = server_from(j.at("server")),
          .folder = j.at("folder").get<std::string>(),
          .variables = j.at("variables"),
          .cpus = j.at("cpus"),
          .ready = j.at("ready"),
          .before_start = j.at("before_start"),
          .after_ready = j.at("after_ready"),
          .data_folder = j.at("data_folder").get<std::string>(),
          .unprivileged = j.at("unprivileged"),
          .gives_up_rights = j.at("gives_up_rights"),
          .limits = {.cpus = j.at("limit_cpus"), .memory_bytes = j.at("limit_memory_bytes")},
          .container = std::move(place)};
}

json to_json(const Error& error) {
  return {{"code", static_cast<int>(error.code)}, {"what", error.what}, {"remedy", error.remedy}};
}

Error error_from(const json& j) {
  return {
      .code = static_cast<ExitCode>(j.at("code").get<int>()), .what = j.at("what"), .remedy = j.at("remedy")};
}

}  // namespace shootout::launch
