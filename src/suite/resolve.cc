#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "suite/contender.h"
#include "suite/placeholders.h"

namespace shootout::suite {
namespace {

constexpr const char* kBackendPort = "backend_port";
constexpr const char* kBackendPorts = "backend_ports";

// The contender's parameters after the moment's values and then the overrides had their say.
Result<std::map<std::string, std::string>> effective_parameters(
    const Contender& contender, const std::map<std::string, std::string>& overrides, const Values& values) {
  std::map<std::string, std::string> parameters;
  std::vector<std::string> names;
  for (const auto& [name, parameter] : contender.parameters) {
    const auto of_the_moment = values.find(name);
    parameters[name] = of_the_moment == values.end() ? parameter.value : of_the_moment->second;
    names.push_back(name);
  }
  for (const auto& [name, value] : overrides) {
    if (!contender.url.empty()) {
      return fail(ExitCode::usage,
                  fmt::format("{} is served by somebody else at {}: its '{}' cannot be set from here",
                              contender.name, contender.url, name),
                  "leave the setting out");
    }
    if (!parameters.contains(name)) {
      return fail(ExitCode::usage,
                  fmt::format("{}: {}", contender.name, unknown_name("parameter", name, names)),
                  fmt::format("its parameters stand in {}", (contender.folder / "contender.yaml").string()));
    }
    parameters[name] = value;
  }
  for (auto& [name, value] : parameters) {
    if (value != kCores) continue;
    auto cores = fill(kCores, values);
    if (!cores) return std::unexpected(cores.error());
    value = std::move(*cores);
  }
  return parameters;
}

// A count of this contender.
Result<int> count(const Contender& contender, const std::string& what, const std::string& text,
                  const Values& values, int most, int least = 1) {
  auto number = filled_number(text, values, least, most);
  if (!number) number.error().what = fmt::format("{}: {}: {}", contender.name, what, number.error().what);
  return number;
}

Result<int> sum(const Contender& contender, const std::string& what, const std::vector<std::string>& texts,
                const Values& values) {
  int total = 0;
  for (const auto& text : texts) {
    const auto number = count(contender, what, text, values, kMostProcesses, 0);
    if (!number) return number;
    total += *number;
  }
  return total;
}

Result<std::vector<std::string>> fill_command(const std::vector<std::string>& command, const Values& values) {
  std::vector<std::string> words;
  for (const auto& word : command) {
    auto filled = fill(word, values);
    if (!filled) return std::unexpected(filled.error());
    words.push_back(std::move(*filled));
  }
  return words;
}

// Whether it needs a data folder.
bool needs_data(const Contender& contender) {
  const auto has_it = [](const std::string& text) {
    const auto names = placeholders_in(text);
    return names && std::ranges::find(*names, "data") != names->end();
  };
  const auto in_command = [&](const auto& command) { return std::ranges::any_of(command, has_it); };
  const auto in_program = [&](const Program& program) { return in_command(program.command); };
  return !contender.before_start.empty() || contender.gives_up_rights() || in_command(contender.command) ||
         in_command(contender.ready) || std::ranges::any_of(contender.programs, in_program) ||
         std::ranges::any_of(contender.after_ready, in_command) || has_it(contender.address) ||
         std::ranges::any_of(contender.variables, [&](const auto& one) { return has_it(one.second); });
}

// One after the other from the contender's own port on, or those that were chosen for it.
Result<std::vector<std::uint16_t>> ports_of_backends(const Contender& contender, const Values& values) {
  std::vector<std::uint16_t> ports;
  if (contender.backends.empty()) return ports;
  const auto wanted = count(contender, "backends", contender.backends, values, kMostProcesses);
  if (!wanted) return std::unexpected(wanted.error());
  if (const auto chosen = values.find(kBackendPorts); chosen != values.end()) {
    for (const auto& text : split(chosen->second, ' ')) {
      const auto port = count(contender, "backend_ports", text, {}, kMostPort);
      if (!port) return std::unexpected(port.error());
      ports.push_back(static_cast<std::uint16_t>(*port));
    }
    if (std::cmp_equal(ports.size(), *wanted)) return ports;
    return fail(ExitCode::internal,
                fmt::format("{} was given {} ports for {} backends", contender.name, ports.size(), *wanted));
  }
  const auto own = count(contender, "port", "{port}", values, kMostPort - *wanted);
  if (!own) return std::unexpected(own.error());
  for (int i = 1; i <= *wanted; ++i) ports.push_back(static_cast<std::uint16_t>(*own + i));
  return ports;
}

// A process for each time that a program is to be started; of several each has its number.
Result<std::vector<Program>> fill_programs(const Contender& contender, const Values& values,
                                           const std::vector<std::uint16_t>& backends, int workers) {
  std::vector<Program> processes;
  for (const auto& program : contender.programs) {
    const bool once = program.for_each == Program::ForEach::once;
    const bool each_backend = program.for_each == Program::ForEach::backend;
    const size_t times = once ? 1 : each_backend ? backends.size() : static_cast<size_t>(workers);
    for (size_t i = 0; i < times; ++i) {
      Values its_own = values;
      if (each_backend) its_own[kBackendPort] = std::to_string(backends[i]);
      auto command = fill_command(program.command, its_own);
      if (!command) return std::unexpected(command.error());
      Program process = program;
      process.command = std::move(*command);
      if (!once) process.name += fmt::format("-{}", i + 1);
      processes.push_back(std::move(process));
    }
  }
  return processes;
}

Result<void> fill_program(const Contender& contender, const Values& values, Launchable& launchable) {
  for (const auto& [text, whole] :
       {std::pair{&contender.command, &launchable.command}, std::pair{&contender.ready, &launchable.ready}}) {
    auto filled = fill_command(*text, values);
    if (!filled) return std::unexpected(filled.error());
    *whole = std::move(*filled);
  }
  for (const auto& [texts, whole] : {std::pair{&contender.before_start, &launchable.before_start},
                                     std::pair{&contender.after_ready, &launchable.after_ready}}) {
    for (const auto& text : *texts) {
      auto filled = fill_command(text, values);
      if (!filled) return std::unexpected(filled.error());
      whole->push_back(std::move(*filled));
    }
  }
  for (const auto& [name, text] : contender.variables) {
    auto filled = fill(text, values);
    if (!filled) return std::unexpected(filled.error());
    launchable.variables.emplace(name, std::move(*filled));
  }
  const auto port = count(contender, "port", "{port}", values, kMostPort);
  if (!port) return std::unexpected(port.error());
  launchable.port = static_cast<std::uint16_t>(*port);
  launchable.url = fmt::format("http://127.0.0.1:{}", *port);
  if (contender.address.empty()) return {};
  auto address = fill(contender.address, values);
  if (!address) return std::unexpected(address.error());
  launchable.url = std::move(*address);
  return {};
}

}  // namespace

Result<int> backends_of(const Contender& contender, const std::map<std::string, std::string>& overrides,
                        const Values& values) {
  if (contender.backends.empty()) return 0;
  auto parameters = effective_parameters(contender, overrides, values);
  if (!parameters) return std::unexpected(parameters.error());
  return count(contender, "backends", contender.backends, *parameters, kMostProcesses);
}

Result<Launchable> resolve(const Contender& contender, const std::map<std::string, std::string>& overrides,
                           const Values& values) {
  auto parameters = effective_parameters(contender, overrides, values);
  if (!parameters) return std::unexpected(parameters.error());
  Values all = *parameters;
  all.insert(values.begin(), values.end());
  all.emplace("folder", contender.folder.string());
  all.emplace("host", "127.0.0.1");
  const auto backends = ports_of_backends(contender, all);
  if (!backends) return std::unexpected(backends.error());
  if (!backends->empty()) all[kBackendPorts] = fmt::format("{}", fmt::join(*backends, " "));

  Launchable launchable;
  launchable.name = contender.name;
  launchable.title = contender.title;
  launchable.folder = contender.folder;
  launchable.url = contender.url;
  launchable.health = contender.health;
  launchable.ready_timeout_s = contender.ready_timeout_s;
  launchable.paths = contender.paths;
  launchable.scenarios = contender.scenarios;
  launchable.unprivileged = contender.unprivileged;
  launchable.elsewhere = contender.elsewhere;
  launchable.needs_data = needs_data(contender);
  launchable.parameters = std::move(*parameters);
  if (contender.url.empty()) {
    if (auto filled = fill_program(contender, all, launchable); !filled)
      return std::unexpected(filled.error());
  }
  const auto workers = count(contender, "workers", contender.workers, all, kMostProcesses);
  if (!workers) return std::unexpected(workers.error());
  launchable.workers = *workers;
  const auto others = sum(contender, "others",
                          *workers == 1 ? contender.other_processes_of_one : contender.other_processes, all);
  if (!others) return std::unexpected(others.error());
  launchable.other_processes = *others;
  auto programs = fill_programs(contender, all, *backends, *workers);
  if (!programs) return std::unexpected(programs.error());
  launchable.programs = std::move(*programs);
  launchable.backend_ports = *backends;
  launchable.listeners =
      static_cast<int>(std::ranges::count(launchable.programs, Program::ForEach::worker, &Program::for_each));
  if (!contender.threads.empty()) {
    const auto threads = count(contender, "threads", contender.threads, all, kMostProcesses);
    if (!threads) return std::unexpected(threads.error());
    launchable.threads = *threads;
  }
  return launchable;
}

}  // namespace shootout::suite
