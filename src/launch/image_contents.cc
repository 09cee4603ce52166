#include "launch/image_contents.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>

#include "base/folders.h"
#include "launch/container.h"
#include "launch/process_table.h"

namespace shootout::launch {
using nlohmann::json;
namespace {

constexpr const char* kQuestion =
    "import importlib.metadata as m, json, platform\n"
    "print(json.dumps({'python': platform.python_version(),"
    " 'packages': {d.metadata['Name']: d.version for d in m.distributions()}}))";

Result<json> ask_in_container(const DockerEngine& engine, const std::string& image_id) {
  const auto self = read_process(::getpid());
  const SetMark mark{
      .set = "prepare", .guardian = ::getpid(), .guardian_start_ticks = self ? self->start_ticks : 0};
  // With a terminal, since its output then comes without frames.
  auto made = engine.post("/containers/create",
                          {{"Image", image_id},
                           {"Cmd", {"python3", "-c", kQuestion}},
                           {"Tty", true},
                           {"Labels", {{kMarkLabel, to_text(mark)}}},
                           {"Healthcheck", {{"Test", {"NONE"}}}},
                           {"HostConfig", {{"NetworkMode", "none"}}}},
                          "make a container of " + image_id);
  if (!made) return made;
  const std::string container = "/containers/" + made->at("Id").get<std::string>();
  const auto answer = [&]() -> Result<json> {
    if (auto started = engine.post(container + "/start", nullptr, "ask " + image_id); !started)
      return started;
    if (auto ended = engine.post(container + "/wait", nullptr, "wait for " + image_id); !ended) return ended;
    return engine.get(container + "/logs?stdout=1", "read what it says");
  }();
  if (auto gone = engine.remove(container + "?force=1&v=1", "remove a container"); !gone)
    return std::unexpected(gone.error());
  return answer;
}

std::optional<ImageContents> contents_from(const json& told) {
  if (!told.is_object() || !told.contains("python") || !told.contains("packages")) return std::nullopt;
  try {
    return ImageContents{.python = told["python"],
                         .packages = told["packages"].get<std::map<std::string, std::string>>()};
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

}  // namespace

Result<ImageContents> contents_of_image(const DockerEngine& engine, const std::string& image_id) {
  const auto file =
      cache_folder() / "images" / (image_id.substr(image_id.find(':') + 1) + ".json");  // sha256:...
  std::ifstream remembered(file);
  if (auto contents = contents_from(json::parse(remembered, nullptr, false))) return *contents;
  auto told = ask_in_container(engine, image_id);
  if (!told) return std::unexpected(told.error());
  auto contents = contents_from(*told);
  if (!contents)
    return fail(ExitCode::environment, fmt::format("the Python of the image {} does not tell its version: {}",
                                                   image_id, told->dump().substr(0, 200)));
  if (auto made = make_folder(file.parent_path()); !made) return std::unexpected(made.error());
  std::ofstream(file) << *told;
  return *contents;
}

}  // namespace shootout::launch
