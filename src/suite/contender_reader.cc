#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "suite/contender.h"
#include "suite/names.h"
#include "suite/placeholders.h"
#include "suite/yaml_reader.h"

namespace shootout::suite {
namespace fs = std::filesystem;
namespace {

constexpr double kLongestStart_s = 3600;

// What a launch fills in beside the parameters.
const std::array<std::string, 7> kOfTheLaunch{"host", "folder", "python", "shootout",
                                              "data", "secret", "cores"};
// What it fills in only where there are backends.
const std::array<std::string, 2> kOfBackends{"backend_port", "backend_ports"};

void check_whole_number(const YamlValue& place, const std::string& text, int least, int most) {
  if (auto number = whole_number(text, least, most); !number) place.complain(number.error().what);
}

bool is_among(const std::string& name, std::span<const std::string> names) {
  return std::ranges::find(names, name) != names.end();
}

std::map<std::string, Parameter> read_parameters(YamlValue value) {
  std::map<std::string, Parameter> parameters;
  const YamlMap map = value.map();
  for (const auto& [name, entry] : map.entries()) {
    if (!is_name(name)) entry.complain(kNameRule);
    if (is_among(name, kOfTheLaunch) || is_among(name, kOfBackends)) {
      entry.complain("this name is shootout's own; choose another");
    }
    Parameter parameter;
    if (entry.is_map()) {
      YamlMap details = entry.map();
      parameter.value = details.require("value").text();
      parameter.source = details.get("source").text();
      parameter.why = details.get("why").text();
      details.no_other_keys();
    } else {
      parameter.value = entry.text();
    }
    if (name == "port") check_whole_number(entry, parameter.value, 1, kMostPort);
    parameters.emplace(name, std::move(parameter));
  }
  return parameters;
}

std::map<std::string, std::string> read_texts_by_name(YamlValue value) {
  std::map<std::string, std::string> texts;
  const YamlMap map = value.map();
  for (const auto& [name, text] : map.entries()) texts.emplace(name, text.text());
  return texts;
}

EnvironmentSpec read_environment(YamlValue value) {
  EnvironmentSpec environment;
  YamlMap map = value.map();
  environment.python = map.get("python").text();
  for (const auto& command : map.get("prepare").list()) {
    environment.prepare.push_back(command.texts());
    if (environment.prepare.back().empty()) command.complain("a command must name a program");
  }
  environment.packages = map.get("packages").texts();
  environment.programs = read_texts_by_name(map.get("programs"));
  map.no_other_keys();
  return environment;
}

// A complaint for each placeholder of `text` that is not among `known`.
void check_placeholders(const YamlValue& place, const std::string& text, std::span<const std::string> known) {
  const auto names = placeholders_in(text);
  if (!names) return place.complain(names.error().what);
  for (const auto& name : *names) {
    if (!is_among(name, known)) {
      place.complain(fmt::format("nothing fills {{{}}}: {}", name, unknown_name("parameter", name, known)));
    }
  }
}

// A count of processes or threads: a number or a text with parameters, which must fill to a number in range.
std::string read_count(const YamlValue& value, const std::map<std::string, Parameter>& parameters,
                       std::string otherwise, int least = 1) {
  const std::string text = value.text(std::move(otherwise));
  if (!value.is_text()) return text;
  Values values;
  std::vector<std::string> known;
  for (const auto& [name, parameter] : parameters) {
    values.emplace(name, parameter.value == kCores ? "1" : parameter.value);
    known.push_back(name);
  }
  check_placeholders(value, text, known);
  if (const auto filled = fill(text, values)) {
    check_whole_number(value, *filled, least, kMostProcesses);
  }
  return text;
}

// One count, or a list of counts that are added up.
std::vector<std::string> read_sum(const YamlValue& value, const std::map<std::string, Parameter>& parameters,
                                  std::vector<std::string> otherwise) {
  if (!value.present()) return otherwise;
  std::vector<std::string> counts;
  for (const auto& count : value.is_list() ? value.list() : std::vector{value})
    counts.push_back(read_count(count, parameters, "0", 0));
  return counts;
}

void read_processes(YamlValue value, Contender& contender) {
  YamlMap map = value.map();
  contender.workers = read_count(map.get("workers"), contender.parameters, contender.workers);
  contender.threads = read_count(map.get("threads"), contender.parameters, contender.threads);
  contender.other_processes = read_sum(map.get("others"), contender.parameters, {});
  contender.other_processes_of_one =
      read_sum(map.get("others_of_one"), contender.parameters, contender.other_processes);
  map.no_other_keys();
}

std::vector<std::string> read_command(const YamlValue& value, std::span<const std::string> known) {
  std::vector<std::string> words;
  for (const auto& word : value.list()) {
    words.push_back(word.text());
    check_placeholders(word, words.back(), known);
  }
  if (value.is_list() && words.empty()) value.complain("must name a program");
  return words;
}

std::vector<std::vector<std::string>> read_commands(const YamlValue& value,
                                                    std::span<const std::string> known) {
  std::vector<std::vector<std::string>> commands;
  for (const auto& command : value.list()) commands.push_back(read_command(command, known));
  return commands;
}

Program::ForEach read_for_each(const YamlValue& value, bool has_backends) {
  const std::string text = value.text();
  if (!value.is_text()) return Program::ForEach::once;
  if (text == "worker") return Program::ForEach::worker;
  if (text != "backend") value.complain(fmt::format("must be 'backend' or 'worker', found '{}'", text));
  if (text == "backend" && !has_backends)
    value.complain("only with 'backends': how many ports there are for them");
  return Program::ForEach::backend;
}

// `known` is what their commands may name beside {backend_port}.
std::vector<Program> read_programs(const YamlValue& value, const std::vector<std::string>& known,
                                   bool has_backends) {
  std::vector<Program> programs;
  std::vector<std::string> names;
  for (const auto& entry : value.list()) {
    YamlMap map = entry.map();
    Program program;
    const auto name = map.require("name");
    program.name = name.text();
    if (name.is_text() && !is_name(program.name)) name.complain(kNameRule);
    if (is_among(program.name, names)) name.complain("another program has this name");
    names.push_back(program.name);
    program.for_each = read_for_each(map.get("for_each"), has_backends);
    auto its_own = known;
    if (program.for_each == Program::ForEach::backend) its_own.push_back(kOfBackends.front());
    program.command = read_command(map.require("command"), its_own);
    program.unprivileged = map.get("unprivileged").boolean(false);
    map.no_other_keys();
    programs.push_back(std::move(program));
  }
  if (value.is_list() && programs.empty()) value.complain("must name a program");
  return programs;
}

// What programs have that are no HTTP servers, and what comes around their start.
void read_service(YamlMap& map, std::span<const std::string> known, Contender& contender) {
  const auto address = map.get("address"), ready = map.get("ready");
  contender.address = address.text();
  check_placeholders(address, contender.address, known);
  if (address.is_text() && !contender.address.contains("://") && !contender.address.starts_with('{'))
    address.complain(fmt::format("must be a URL with its scheme, found '{}'", contender.address));
  contender.ready = read_command(ready, known);
  if (address.present() && !ready.present())
    address.complain("only with 'ready': a command that succeeds when the server there is ready");
  contender.before_start = read_commands(map.get("before_start"), known);
  contender.after_ready = read_commands(map.get("after_ready"), known);
  const auto unprivileged = map.get("unprivileged");
  contender.unprivileged = unprivileged.boolean(false);
  if (unprivileged.present() && !contender.programs.empty())
    unprivileged.complain("not together with 'programs': say it of the program");
  contender.elsewhere = map.get("elsewhere").boolean(false);
}

std::map<std::string, ScenarioNote> read_scenario_notes(const YamlValue& value,
                                                        const std::string& contender) {
  std::map<std::string, ScenarioNote> notes;
  const YamlMap all = value.map();
  for (const auto& [name, entry] : all.entries()) {
    if (!is_name(name)) entry.complain(kNameRule);
    YamlMap map = entry.map();
    const auto served_by = map.get("served_by"), unsupported = map.get("unsupported"), says = map.get("says");
    const auto text_only = map.get("text_only");
    ScenarioNote note{served_by.text(), unsupported.text(), says.text(), map.get("source").text(),
                      text_only.boolean(false)};
    map.no_other_keys();
    if (text_only.present() && !says.present())
      text_only.complain("say in 'says' why it takes no binary messages");
    if (served_by.is_text() && !is_name(note.served_by)) served_by.complain(kNameRule);
    if (served_by.is_text() && note.served_by == contender)
      served_by.complain("names this contender itself; leave it out");
    if (unsupported.present() && served_by.present())
      unsupported.complain("not together with 'served_by': either somebody serves it, or nobody does");
    if (unsupported.is_text() && note.unsupported.empty()) unsupported.complain("must say why");
    if (entry.is_map() && !served_by.present() && !unsupported.present() && !says.present())
      map.complain("one of 'served_by', 'unsupported' and 'says' is needed");
    notes.emplace(name, std::move(note));
  }
  return notes;
}

// What only a program of our own starting has.
void read_program(YamlMap& map, Contender& contender) {
  contender.environment = read_environment(map.get("environment"));
  contender.parameters = read_parameters(map.get("parameters"));
  const auto command = map.get("command"), programs = map.get("programs"), backends = map.get("backends");
  if (!command.present() && !programs.present()) {
    map.complain("missing key 'command' (or 'url', where somebody else serves it)");
  } else if (!contender.parameters.contains("port")) {
    map.complain("missing parameter 'port': where the server listens, as {port} in its command");
  }

  std::vector<std::string> known;
  for (const auto& [name, parameter] : contender.parameters) known.push_back(name);
  known.insert(known.end(), kOfTheLaunch.begin(), kOfTheLaunch.end());
  for (const auto& service : contender.needs) known.push_back(service + ".url");
  contender.backends = read_count(backends, contender.parameters, "");
  if (backends.present()) known.push_back(kOfBackends.back());

  contender.command = read_command(command, known);
  contender.programs = read_programs(programs, known, backends.present());
  if (programs.present() && command.present())
    programs.complain("not together with 'command': what it starts is one of the programs");
  if (backends.present() && !programs.present())
    backends.complain("only with 'programs': one for each backend listens there");
  const YamlMap variables = map.get("variables").map();
  for (const auto& [name, value] : variables.entries()) {
    check_placeholders(value, value.text(), known);
    contender.variables.emplace(name, value.text());
  }
  read_service(map, known, contender);
}

// A URL that somebody else serves: scheme and authority are needed, a slash at the end is not.
std::string read_url(const YamlValue& value) {
  std::string url = value.text();
  while (url.ends_with('/')) url.pop_back();
  if (!url.starts_with("http://") || url.size() <= std::string_view("http://").size()) {
    value.complain(fmt::format("must be a URL such as http://127.0.0.1:8000, found '{}'", value.text()));
  }
  return url;
}

Contender read_document(YamlMap map, const fs::path& folder) {
  Contender contender;
  contender.folder = folder;
  contender.name = folder.filename();
  if (!is_name(contender.name)) {
    map.complain(fmt::format("the folder's name '{}' is the contender's: {}", contender.name, kNameRule));
  }
  contender.title = map.get("title").text(contender.name);
  contender.framework = map.get("framework").text();
  contender.server = map.get("server").text();
  contender.interface = map.get("interface").text();
  contender.provides = map.get("provides").text();
  contender.needs = map.get("needs").texts();

  const auto url = map.get("url");
  if (url.present()) {
    contender.url = read_url(url);
    for (const char* key : {"command", "programs", "backends", "environment", "parameters", "variables",
                            "address", "ready", "before_start", "after_ready", "unprivileged", "elsewhere"}) {
      if (const auto value = map.get(key); value.present()) {
        value.complain("not together with 'url': a server that somebody else runs is not started from here");
      }
    }
  } else {
    read_program(map, contender);
  }

  read_processes(map.get("processes"), contender);
  const auto health = map.get("health");
  contender.health = health.text(contender.health);
  if (!contender.health.starts_with('/')) health.complain("must begin with '/'");
  if (!contender.ready.empty()) {
    if (health.present()) health.complain("not together with 'ready': one of them says when it is ready");
    contender.health.clear();
  }
  contender.ready_timeout_s =
      map.get("ready_timeout").number(0.1, kLongestStart_s, contender.ready_timeout_s);
  const auto paths = map.get("paths");
  contender.paths = read_texts_by_name(paths);
  for (const auto& [name, path] : contender.paths) {
    if (!path.starts_with('/'))
      paths.complain(fmt::format("'{}' must begin with '/', found '{}'", name, path));
  }
  contender.scenarios = read_scenario_notes(map.get("scenarios"), contender.name);
  map.no_other_keys();
  return contender;
}

}  // namespace

Result<Contender> read_contender(const fs::path& folder) {
  const fs::path file = folder / "contender.yaml";
  const auto text = read_text(file);
  if (!text) return std::unexpected(text.error());
  const auto document = YamlDocument::parse(*text, file);
  if (!document) return std::unexpected(document.error());
  auto contender = read_document(document->root(), fs::absolute(file).lexically_normal().parent_path());
  if (auto verdict = document->verdict("docs/contenders.md explains every key of a contender"); !verdict) {
    return std::unexpected(verdict.error());
  }
  return contender;
}

Result<std::map<std::string, Contender>> read_contenders(const std::vector<fs::path>& folders) {
  std::map<std::string, Contender> contenders;
  for (const auto& folder : folders) {
    std::error_code error;
    std::vector<fs::path> candidates{folder};
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
      candidates.push_back(entry->path());
    }
    if (error) {
      return fail(ExitCode::usage,
                  fmt::format("cannot read the contenders' folder {}: {}", folder.string(), error.message()),
                  "name a folder that holds one folder for each contender");
    }
    for (const auto& candidate : candidates) {
      if (!fs::exists(candidate / "contender.yaml", error)) continue;
      auto contender = read_contender(candidate);
      if (!contender) return std::unexpected(contender.error());
      contenders.insert_or_assign(contender->name, std::move(*contender));
    }
  }
  return contenders;
}

}  // namespace shootout::suite
