#include "trial/record_of.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <random>

#include "base/folders.h"
#include "base/text.h"
#include "observe/observer.h"
#include "trial/measure.h"
#include "trial/stage.h"

namespace shootout::trial {
namespace {

template <class Items>
nlohmann::json names_of(const Items& items) {
  nlohmann::json names = nlohmann::json::array();
  for (const auto& item : items) names.push_back(item.name);
  return names;
}

std::string new_id(const std::string& suite) {
  return fmt::format("{:%Y-%m-%d-%H%M%S}-{}-{:04x}", fmt::gmtime(std::time(nullptr)), suite,
                     std::random_device{}() & 0xffff);
}

// A command line as it is run; where each start takes a free port, this name stands for it.
std::vector<std::string> with_name(std::vector<std::string> command,
                                   const std::vector<std::string>& as_written, const std::string& placeholder,
                                   std::uint16_t number, const std::string& name) {
  const std::string port = std::to_string(number);
  for (size_t i = 0; i < command.size() && i < as_written.size(); ++i) {
    if (as_written[i].find(placeholder) == std::string::npos) continue;
    if (const size_t at = command[i].rfind(port); at != std::string::npos)
      command[i].replace(at, port.size(), name);
  }
  return command;
}

// A value of a parameter as it may be told: a URL without its password.
std::map<std::string, std::string> tellable(std::map<std::string, std::string> values) {
  for (auto& [name, value] : values) value = without_password(value);
  return values;
}

std::vector<std::string> command_of(const suite::Contender& contender, const suite::Launchable& what,
                                    bool own_ports) {
  return own_ports ? what.command : with_name(what.command, contender.command, "{port}", what.port, "PORT");
}

// The programs by name: the command line of the first process of each, and how many processes there are.
nlohmann::json programs_of(const suite::Contender& contender, const suite::Launchable& what, bool own_ports) {
  using ForEach = suite::Program::ForEach;
  nlohmann::json programs = nlohmann::json::object();
  auto process = what.programs.begin();
  for (const auto& program : contender.programs) {
    const size_t times = program.for_each == ForEach::once      ? 1
                         : program.for_each == ForEach::backend ? what.backend_ports.size()
                                                                : static_cast<size_t>(what.workers);
    auto command = process->command;
    if (!own_ports) {
      command = with_name(std::move(command), program.command, "{port}", what.port, "PORT");
      if (program.for_each == ForEach::backend)
        command = with_name(std::move(command), program.command, "{backend_port}", what.backend_ports.front(),
                            "BACKEND_PORT");
    }
    programs[program.name] = {{"command", std::move(command)}, {"processes", times}};
    process += static_cast<std::ptrdiff_t>(times);
  }
  return programs;
}

nlohmann::json describe(const suite::Contender& contender, const suite::Launchable& what,
                        const RunOptions& options, const Selection& selection, const std::string& known_as) {
  nlohmann::json json{{"title", contender.title},
                      {"framework", contender.framework},
                      {"server", contender.server},
                      {"interface", contender.interface},
                      {"workers", what.workers},
                      {"processes", what.workers + what.other_processes},
                      {"parameters", tellable(what.parameters)}};
  if (what.threads) json["threads"] = *what.threads;
  if (const auto slots = what.slots()) json["slots"] = *slots;
  if (!contender.provides.empty()) json["provides"] = contender.provides;
  if (!contender.url.empty()) json["url"] = contender.url;
  for (const auto& [scenario, note] : what.scenarios) {
    json["scenarios"][scenario] = {{"served_by", note.served_by},
                                   {"unsupported", note.unsupported},
                                   {"says", note.says},
                                   {"source", note.source}};
  }
  if (!what.command.empty()) json["command"] = command_of(contender, what, options.own_ports);
  if (!what.programs.empty()) json["programs"] = programs_of(contender, what, options.own_ports);
  for (const auto& name : {contender.name, known_as}) {
    if (const auto overrides = selection.overrides.find(name); overrides != selection.overrides.end()) {
      for (const auto& [parameter, value] : tellable(overrides->second)) json["overrides"][parameter] = value;
    }
  }
  if (!contender.environment.source.empty())
    json["overrides"]["source"] = contender.environment.source.string();
  if (const auto environment = options.environments.find(contender.name);
      environment != options.environments.end()) {
    if (!environment->second.python.empty()) json["python"] = environment->second.python;
    if (!environment->second.packages.empty()) json["packages"] = environment->second.packages;
    if (!environment->second.source_digest.empty()) json["source_digest"] = environment->second.source_digest;
  }
  const bool contained = selection.contained.contains(contender.name);
  json["backend"] = contained ? "docker" : "process";
  if (const auto image = options.containers.images.find(contender.name);
      contained && image != options.containers.images.end()) {
    json["image"] = image->second.tag;
    json["image_id"] = image->second.id;
    const auto& contents = image->second.contents;
    if (!contents.python.empty()) json["python"] = contents.python;
    if (!contents.packages.empty()) json["packages"] = contents.packages;
    json["network"] = selection.bridged.contains(contender.name) ? "bridge" : "host";
  }
  return json;
}

}  // namespace

std::filesystem::path run_folder(const std::string& run_id) {
  return home_folder() / "runs" / run_id;
}

Result<suite::RunRecord> new_record(const Selection& selection, const Choice& choice,
                                    const RunOptions& options, const Pinning& pinning, std::uint64_t seed) {
  suite::RunRecord record;
  record.id = new_id(selection.suite.name);
  record.suite = selection.suite.name;
  record.profile = selection.profile.name;
  record.seed = seed;
  record.started_at = utc_now();
  record.suite_text = selection.suite.text;
  record.machine = observe::describe_machine();

  nlohmann::json services = nlohmann::json::object();
  for (const auto& service : selection.services) services[service.name] = service.make;
  record.plan = {
      {"shootout", program_version()},
      {"contenders", names_of(selection.contenders)},
      {"scenarios", names_of(selection.scenarios)},
      {"scenarios_asked", choice.scenarios},
      {"loads", names_of(selection.loads)},
      {"services", services},
      {"replicates", selection.replicates},
      {"blocks", selection.blocks},
      {"trials", make_plan(selection, seed).size()},
      {"set", choice.set},
      {"baseline", choice.baseline},
      {"ports", options.own_ports ? "own" : "free"},
      {"pin", options.pin},
      {"pinning", {{"generator", pinning.generator}, {"servers", pinning.servers}, {"note", pinning.note}}}};

  record.plan["backends"] = choice.backends.empty() ? std::vector<std::string>{"process"} : choice.backends;
  if (!selection.contained.empty())
    record.plan["networks"] =
        choice.networks.empty() ? std::vector{selection.profile.network} : choice.networks;
  if (!choice.postgres.empty()) record.plan["postgres"] = without_password(choice.postgres);
  if (const auto& limits = selection.profile.limits; limits.cpus > 0 || limits.memory_bytes > 0)
    record.plan["limits"] = {{"cpus", limits.cpus}, {"memory_bytes", limits.memory_bytes}};
  if (selection.precision) record.plan["precision"] = *selection.precision;
  if (selection.budget_s) record.plan["budget_s"] = *selection.budget_s;

  for (const auto& service : selection.services) {
    auto what = resolve_for_planning(service.contender, service.name, selection);
    if (!what) return std::unexpected(what.error());
    record.contenders[service.contender.name] =
        describe(service.contender, *what, options, selection, service.name);
  }
  for (const auto* group : {&selection.contenders, &selection.companions}) {
    for (const auto& contender : *group) {
      auto what = resolve_for_planning(contender, contender.name, selection);
      if (!what) return std::unexpected(what.error());
      record.contenders[contender.name] = describe(contender, *what, options, selection, contender.name);
    }
  }
  return record;
}

Result<Stored> selection_of(const suite::RunRecord& run, const Places& places, const std::string& postgres) {
  if (const auto theirs = run.plan.value("postgres", ""); theirs != without_password(postgres)) {
    if (theirs.empty())
      return fail(ExitCode::usage, fmt::format("run {} has a PostgreSQL of its own", run.id),
                  "leave out --postgres");
    return fail(ExitCode::usage, fmt::format("run {} is measured on a PostgreSQL server of yours", run.id),
                fmt::format("name it again, with its password: --postgres {}", theirs));
  }
  auto suite = suite::suite_of(run);
  if (!suite) return std::unexpected(suite.error());
  Stored stored;
  try {
    stored.choice.suite = run.suite;
    stored.choice.profile = run.profile;
    stored.choice.contenders = run.plan.at("contenders").get<std::vector<std::string>>();
    stored.choice.scenarios =
        run.plan.value("scenarios_asked", run.plan.at("scenarios")).get<std::vector<std::string>>();
    stored.choice.loads = run.plan.at("loads").get<std::vector<std::string>>();
    stored.choice.set = run.plan.at("set").get<std::vector<std::string>>();
    stored.choice.baseline = run.plan.at("baseline").get<std::string>();
    stored.choice.backends = run.plan.value("backends", std::vector<std::string>{"process"});
    const auto limits = run.plan.value("limits", nlohmann::json::object());
    stored.choice.limits = suite::Limits{.cpus = limits.value("cpus", 0.0),
                                         .memory_bytes = limits.value("memory_bytes", std::int64_t{0})};
    stored.choice.networks = run.plan.value("networks", std::vector<std::string>());
    // Twins come with the backends and networks.
    std::erase_if(stored.choice.contenders,
                  [](const std::string& name) { return suite::name_without_twin(name) != name; });
    stored.choice.repeat = run.plan.at("replicates").get<int>();
    stored.own_ports = run.plan.at("ports") == "own";
    stored.pin = run.plan.at("pin").get<std::string>();
  } catch (const nlohmann::json::exception& error) {
    return fail(ExitCode::environment,
                fmt::format("the stored plan of run {} is damaged: {}", run.id, error.what()));
  }
  stored.choice.places = places;
  stored.choice.postgres = postgres;
  auto selection = select(stored.choice, std::move(*suite));
  if (!selection) return std::unexpected(selection.error());
  stored.selection = std::move(*selection);
  // As they were when it began, whatever --repeat, --precision and --budget made of the profile.
  stored.selection.blocks = run.plan.value("blocks", stored.selection.blocks);
  const auto wanted = [&run](const char* what) {
    return run.plan.contains(what) && run.plan[what].is_number() ? std::optional(run.plan[what].get<double>())
                                                                 : std::nullopt;
  };
  stored.selection.precision = wanted("precision");
  stored.selection.budget_s = wanted("budget_s");

  // The half that is still to be measured must be the same thing as the half that is.
  auto measured = stored.selection.contenders;
  measured.insert(measured.end(), stored.selection.companions.begin(), stored.selection.companions.end());
  for (const auto& contender : measured) {
    auto now = resolve_for_planning(contender, contender.name, stored.selection);
    if (!now) return std::unexpected(now.error());
    const auto then = run.contenders.value(contender.name, nlohmann::json::object());
    if (then.value("parameters", nlohmann::json::object()) != nlohmann::json(tellable(now->parameters))) {
      return fail(ExitCode::usage,
                  fmt::format("the contender '{}' has other parameters now than when run {} began",
                              contender.name, run.id),
                  "undo the change to its contender.yaml, or begin a new run");
    }
    if (contender.environment.source.empty()) continue;
    auto source = launch::digest_of_source(contender.environment.source);
    if (!source) return std::unexpected(source.error());
    if (then.value("source_digest", "") != *source) {
      return fail(ExitCode::usage,
                  fmt::format("{} is not what it was when run {} began",
                              contender.environment.source.string(), run.id),
                  "undo the change to it, or begin a new run");
    }
  }
  return stored;
}

}  // namespace shootout::trial
