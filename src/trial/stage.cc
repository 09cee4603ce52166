#include "trial/stage.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <numeric>
#include <random>

#include "base/folders.h"
#include "launch/container_plan.h"
#include "launch/ports.h"
#include "trial/in_container.h"

namespace shootout::trial {
namespace fs = std::filesystem;
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::map<std::string, std::string> overrides_of(const suite::Contender& contender,
                                                const std::string& known_as, const Selection& selection) {
  std::map<std::string, std::string> overrides;
  for (const auto& name : {contender.name, known_as}) {
    if (const auto found = selection.overrides.find(name); found != selection.overrides.end()) {
      overrides.insert(found->second.begin(), found->second.end());
    }
  }
  return overrides;
}

// The cores that this process may run on, and its servers with it.
std::string cores_here() {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  const bool known = ::sched_getaffinity(0, sizeof cores, &cores) == 0;
  return std::to_string(known ? CPU_COUNT(&cores) : 1);
}

// Free ports for one contender: its own, and its backends' behind it. Empty: those that it names itself.
using Ports = std::vector<std::uint16_t>;

// So many ports does each of these take, its own among them.
Result<std::vector<std::size_t>> port_counts(const Selection& selection) {
  std::vector<std::size_t> counts(selection.services.size(), 1);
  for (const auto* group : {&selection.contenders, &selection.companions}) {
    for (const auto& contender : *group) {
      const auto backends = suite::backends_of(contender, overrides_of(contender, contender.name, selection),
                                               {{"cores", cores_here()}});
      if (!backends) return std::unexpected(backends.error());
      counts.push_back(1 + static_cast<std::size_t>(*backends));
    }
  }
  return counts;
}

// A contender with its ports, its environment and the services' addresses filled in.
Result<suite::Launchable> resolve_one(const suite::Contender& contender, const std::string& known_as,
                                      const Selection& selection,
                                      const std::map<std::string, launch::Environment>& environments,
                                      const suite::Values& of_the_set, const Ports& ports) {
  auto overrides = overrides_of(contender, known_as, selection);
  suite::Values values = of_the_set;
  if (!ports.empty() && contender.url.empty()) {
    overrides.emplace("port", std::to_string(ports.front()));
    if (ports.size() > 1)
      values["backend_ports"] = fmt::format("{}", fmt::join(ports.begin() + 1, ports.end(), " "));
  }
  values["cores"] = cores_here();
  if (selection.contained.contains(contender.name))
    return resolve_in_container(contender, overrides, values, selection, launch::name_on_network);
  values["shootout"] = program_file().string();
  launch::Environment environment;
  if (const auto found = environments.find(contender.name); found != environments.end())
    environment = found->second;
  const bool copied = !contender.environment.prepare.empty();
  values["folder"] = copied ? environment.folder.string() : contender.folder.string();
  values["python"] = environment.programs.empty() ? "python3" : (environment.programs / "python").string();

  auto launchable = suite::resolve(contender, overrides, values);
  if (!launchable) return std::unexpected(launchable.error());
  if (copied) launchable->folder = environment.folder;
  launchable->variables.emplace("PATH", launch::search_path(environment));
  // A contender's folder is source: nothing is written into it.
  launchable->variables.emplace("PYTHONDONTWRITEBYTECODE", "1");
  return launchable;
}

// In a closed loop the generator's own limit could pass for a server's.
bool needs_ceiling(const Selection& selection) {
  return std::ranges::any_of(selection.loads,
                             [](const auto& load) { return load.window && load.rate.empty(); });
}

suite::Launchable ceiling_server(std::uint16_t port) {
  suite::Launchable ceiling;
  ceiling.name = "generator-ceiling";
  ceiling.title = "shootout's minimal server";
  ceiling.folder = program_data_folder();
  ceiling.command = {program_file().string(), "ceiling", "--port", std::to_string(port)};
  ceiling.port = port;
  ceiling.url = "http://127.0.0.1:" + std::to_string(port);
  ceiling.health = "/health";
  return ceiling;
}

fs::path data_folder(const launch::ServerSet& set, const std::string& name) {
  return set.temporary_folder() / ("data-" + name);
}

// Python's processes speak through sockets below TMPDIR, as Sanic's do, and a socket's name has 107 bytes:
// unix(7). They take up to 40 of them (pymp-XXXXXXXX/listener-XXXXXXXX).
constexpr size_t kLongestFolder = 107 - 40;

// What runs as an account without rights must reach its data; nobody but their owner reaches some homes.
bool needs_reachable_folder(const Selection& selection) {
  return std::ranges::any_of(selection.everything(), &suite::Contender::gives_up_rights);
}

// In the folder that was asked for, or in one below /var/tmp.
Result<launch::ServerSet> set_for(const Selection& selection, const StageOptions& options) {
  const bool elsewhere =
      needs_reachable_folder(selection) || fs::absolute(options.folder).native().size() > kLongestFolder;
  return elsewhere ? launch::ServerSet::create(options.name)
                   : launch::ServerSet::create(options.name, options.folder);
}

// A password that nobody else knows, for the services of one set.
std::string new_secret() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

Result<launch::Server> start_one(Stage& stage, const suite::Launchable& what, const Selection& selection,
                                 const StageOptions& options, const suite::Limits& limits = {}) {
  launch::StartOptions start;
  start.log_file = options.logs / (options.log_prefix + what.name + ".log");
  start.cpus = options.cpus;
  start.limits = limits;
  if (selection.contained.contains(what.name)) {
    start.container = launch::ContainerPlace{.socket = options.containers.socket,
                                             .image = options.containers.images.at(what.name).tag,
                                             .bridged = selection.bridged.contains(what.name),
                                             .data = what.needs_data};
  } else if (what.needs_data) {
    start.data_folder = data_folder(stage.set, what.name);
  }
  auto server = stage.set.start(what, start);
  if (server) stage.servers[what.name] = *server;
  return server;
}

}  // namespace

const suite::Launchable& Stage::contender(const std::string& name) const {
  const auto found = std::ranges::find(contenders, name, &suite::Launchable::name);
  return found != contenders.end() ? *found : *std::ranges::find(companions, name, &suite::Launchable::name);
}

std::vector<const suite::Launchable*> Stage::everybody() const {
  std::vector<const suite::Launchable*> all;
  for (const auto* group : {&contenders, &companions})
    for (const auto& one : *group) all.push_back(&one);
  return all;
}

std::map<std::string, std::string> Stage::service_urls() const {
  std::map<std::string, std::string> urls;
  for (const auto& [name, service] : services) urls[name] = service.url;
  return urls;
}

std::map<std::string, const launch::Server*> Stage::services_at_work() const {
  std::map<std::string, const launch::Server*> at_work;
  for (const auto& [name, service] : services)
    if (!service.elsewhere) at_work[name] = &servers.at(service.name);
  return at_work;
}

Result<suite::Launchable> resolve_for_planning(const suite::Contender& contender, const std::string& known_as,
                                               const Selection& selection) {
  suite::Values values{{"data", "DATA"}, {"secret", "SECRET"}};
  for (const auto& need : contender.needs) values[need + ".url"] = "http://127.0.0.1";
  return resolve_one(contender, known_as, selection, {}, values, {});
}

Result<void> require_ports_of_their_own(const Selection& selection) {
  std::map<std::uint16_t, std::string> holders;
  const auto take = [&](const suite::Contender& contender, const std::string& known_as) -> Result<void> {
    const auto what = resolve_for_planning(contender, known_as, selection);
    if (!what) return std::unexpected(what.error());
    if (!contender.url.empty()) return {};
    Ports ports = what->backend_ports;
    ports.insert(ports.begin(), what->port);
    for (const std::uint16_t port : ports) {
      const auto [holder, is_new] = holders.emplace(port, contender.name);
      if (is_new) continue;
      return fail(ExitCode::usage,
                  fmt::format("{} and {} both have the port {} of their own: they cannot stand side by side",
                              holder->second, contender.name, port),
                  fmt::format("name one: --contenders {}; or give it another port: --set {}.port=N",
                              contender.name, contender.name));
    }
    return {};
  };
  for (const auto& service : selection.services) {
    if (auto taken = take(service.contender, service.name); !taken) return taken;
  }
  for (const auto* group : {&selection.contenders, &selection.companions}) {
    for (const auto& contender : *group) {
      if (auto taken = take(contender, contender.name); !taken) return taken;
    }
  }
  return {};
}

Result<Stage> raise(const Selection& selection,
                    const std::map<std::string, launch::Environment>& environments,
                    const StageOptions& options, const Listener& listener,
                    const std::function<bool()>& stop_asked) {
  if (auto made = make_folder(options.logs); !made) return std::unexpected(made.error());
  const bool with_ceiling = options.for_load && needs_ceiling(selection);
  auto counts = port_counts(selection);
  if (!counts) return std::unexpected(counts.error());
  std::vector<Ports> ports(counts->size());
  if (options.own_ports) {
    if (auto good = require_ports_of_their_own(selection); !good) return std::unexpected(good.error());
  } else {
    auto free = launch::free_ports(std::accumulate(counts->begin(), counts->end(), std::size_t{0}));
    if (!free) return std::unexpected(free.error());
    auto next = free->begin();
    for (size_t i = 0; i < ports.size(); ++i) {
      const auto end = next + static_cast<std::ptrdiff_t>((*counts)[i]);
      ports[i].assign(next, end);
      next = end;
    }
  }
  std::uint16_t ceiling_port = 0;
  if (with_ceiling) {
    auto free = launch::free_ports(1);
    if (!free) return std::unexpected(free.error());
    ceiling_port = free->front();
  }
  auto set = set_for(selection, options);
  if (!set) return std::unexpected(set.error());
  Stage stage{std::move(*set), {}, {}, {}, {}, {}};

  const auto ready = [&](const launch::Server& server,
                         std::chrono::steady_clock::time_point since) -> Result<void> {
    if (auto waited = stage.set.wait_ready(server, stop_asked); !waited) return waited;
    if (listener) listener(ServerReady{server.name, seconds_since(since)});
    return {};
  };

  suite::Values of_the_set{{"secret", new_secret()}};
  size_t next_port = 0;
  for (const auto& service : selection.services) {
    of_the_set["data"] = data_folder(stage.set, service.contender.name).string();
    auto what =
        resolve_one(service.contender, service.name, selection, environments, of_the_set, ports[next_port++]);
    if (!what) return std::unexpected(what.error());
    const auto since = std::chrono::steady_clock::now();
    auto server = start_one(stage, *what, selection, options);
    if (!server) return std::unexpected(server.error());
    if (auto good = ready(*server, since); !good) return std::unexpected(good.error());
    of_the_set[service.name + ".url"] = what->url;
    stage.services.emplace(service.name, std::move(*what));
  }

  if (with_ceiling) {
    stage.ceiling = ceiling_server(ceiling_port);
    const auto since = std::chrono::steady_clock::now();
    auto server = start_one(stage, *stage.ceiling, selection, options);
    if (!server) return std::unexpected(server.error());
    if (auto good = ready(*server, since); !good) return std::unexpected(good.error());
  }

  // The contenders start together and are waited for in turn.
  const auto since = std::chrono::steady_clock::now();
  const auto start_group = [&](const std::vector<suite::Contender>& group,
                               std::vector<suite::Launchable>& started) -> Result<void> {
    for (const auto& contender : group) {
      of_the_set["data"] = data_folder(stage.set, contender.name).string();
      auto what =
          resolve_one(contender, contender.name, selection, environments, of_the_set, ports[next_port++]);
      if (!what) return std::unexpected(what.error());
      if (auto server = start_one(stage, *what, selection, options, options.limits); !server)
        return std::unexpected(server.error());
      started.push_back(std::move(*what));
    }
    return {};
  };
  if (auto good = start_group(selection.contenders, stage.contenders); !good)
    return std::unexpected(good.error());
  if (auto good = start_group(selection.companions, stage.companions); !good)
    return std::unexpected(good.error());
  for (const auto* contender : stage.everybody()) {
    if (auto good = ready(stage.servers.at(contender->name), since); !good)
      return std::unexpected(good.error());
  }
  return stage;
}

}  // namespace shootout::trial
