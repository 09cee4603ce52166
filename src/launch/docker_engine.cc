#include "launch/docker_engine.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "launch/digest.h"
#include "launch/docker_words.h"

namespace shootout::launch {
namespace fs = std::filesystem;
using nlohmann::json;
namespace {

/// Of Docker 20.10, the oldest that Debian still maintains; newer engines speak it, too.
constexpr const char* kWantedVersion = "1.41";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

json read_json(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return json::parse(text.str(), nullptr, false);
}

Result<fs::path> socket_of(const std::string& address, const std::string& source) {
  constexpr std::string_view kScheme = "unix://";
  if (address.starts_with(kScheme) && address.size() > kScheme.size()) return address.substr(kScheme.size());
  return fail(ExitCode::environment,
              fmt::format("{} names the Docker engine {}, which is not one of this machine", source, address),
              "servers are watched through this machine's /proc: name an engine that runs here, "
              "DOCKER_HOST=unix:///PATH");
}

/// 1.41 -> {1, 41}
std::array<int, 2> parts_of_version(const std::string& version) {
  const auto parts = split(version, '.');
  std::array<int, 2> numbers{};
  for (size_t i = 0; i < numbers.size() && i < parts.size(); ++i) numbers[i] = std::atoi(parts[i].c_str());
  return numbers;
}

}  // namespace

Result<fs::path> docker_socket() {
  if (const auto host = variable("DOCKER_HOST"); !host.empty()) return socket_of(host, "DOCKER_HOST");
  const auto named = variable("DOCKER_CONFIG");
  const fs::path folder = named.empty() ? fs::path(variable("HOME")) / ".docker" : fs::path(named);
  std::string context = variable("DOCKER_CONTEXT");
  if (context.empty()) {
    const auto configuration = read_json(folder / "config.json");
    if (configuration.is_object()) context = configuration.value("currentContext", "");
  }
  if (context.empty() || context == "default") return fs::path("/var/run/docker.sock");
  // The folder's name is the digest of the context's
  // (https://docs.docker.com/engine/manage-resources/contexts/).
  const auto file = folder / "contexts" / "meta" / sha256(context) / "meta.json";
  const auto meta = read_json(file);
  const json::json_pointer where("/Endpoints/docker/Host");
  const auto host = meta.is_object() && meta.contains(where) && meta[where].is_string()
                        ? meta[where].get<std::string>()
                        : "";
  if (host.empty()) {
    return fail(ExitCode::environment,
                fmt::format("the Docker context '{}' names no engine ({})", context, file.string()),
                "see: docker context ls");
  }
  return socket_of(host, fmt::format("the Docker context '{}'", context));
}

Result<DockerEngine> DockerEngine::find() {
  auto socket = docker_socket();
  if (!socket) return std::unexpected(socket.error());
  return at(*socket);
}

Result<DockerEngine> DockerEngine::at(const fs::path& socket) {
  DockerEngine engine;
  engine.socket_ = socket;
  auto reply = engine.ask("GET", "/version", nullptr, 10);
  if (!reply) return std::unexpected(reply.error());
  const auto newest = reply->body.is_object() ? reply->body.value("ApiVersion", "") : std::string();
  if (reply->status != 200 || newest.empty()) {
    return fail(ExitCode::environment, fmt::format("what answers at {} is no Docker engine", socket.string()),
                "name the engine's socket with DOCKER_HOST=unix:///PATH");
  }
  const auto oldest = reply->body.value("MinAPIVersion", "1.12");
  engine.release_ = reply->body.value("Version", "");
  engine.version_ = kWantedVersion;
  if (parts_of_version(newest) < parts_of_version(kWantedVersion)) engine.version_ = newest;
  if (parts_of_version(oldest) > parts_of_version(kWantedVersion)) engine.version_ = oldest;
  return engine;
}

Result<DockerEngine::Reply> DockerEngine::ask(const std::string& method, const std::string& path,
                                              const json& body, double silence_s) const {
  const std::string text = body.is_null() ? "" : body.dump();
  const DockerRequest request{.method = method,
                              .target = version_.empty() ? path : fmt::format("/v{}{}", version_, path),
                              .content_type = body.is_null() ? "" : "application/json",
                              .body = text,
                              .silence_s = silence_s};
  auto answer = docker_exchange(socket_, request);
  if (!answer) return std::unexpected(answer.error());
  Reply reply{.status = answer->status, .body = json::parse(answer->body, nullptr, false)};
  if (reply.body.is_discarded()) reply.body = answer->body.empty() ? json() : json(answer->body);
  return reply;
}

namespace {

Result<json> accepted(Result<DockerEngine::Reply> reply, const std::string& what) {
  if (!reply) return std::unexpected(reply.error());
  if (reply->status < 400) return std::move(reply->body);
  return docker_refusal(reply->status,
                        reply->body.is_string() ? reply->body.get<std::string>() : reply->body.dump(), what);
}

}  // namespace

Result<json> DockerEngine::get(const std::string& path, const std::string& what) const {
  return accepted(ask("GET", path), what);
}

Result<json> DockerEngine::post(const std::string& path, const json& body, const std::string& what,
                                double silence_s) const {
  return accepted(ask("POST", path, body, silence_s), what);
}

Result<void> DockerEngine::remove(const std::string& path, const std::string& what) const {
  auto reply = ask("DELETE", path);
  if (reply && reply->status == 404) return {};
  auto removed = accepted(std::move(reply), what);
  if (!removed) return std::unexpected(removed.error());
  return {};
}

Result<DockerAnswer> DockerEngine::send(const std::string& path, const std::string& content_type,
                                        std::string_view bytes, double silence_s, const BodyPieces& pieces,
                                        const std::function<bool()>& stop_asked) const {
  return docker_exchange(socket_,
                         {.method = "POST",
                          .target = fmt::format("/v{}{}", version_, path),
                          .content_type = content_type,
                          .body = bytes,
                          .silence_s = silence_s},
                         pieces, stop_asked);
}

Result<DockerStream> DockerEngine::upgrade(const std::string& path, const json& body) const {
  const std::string text = body.is_null() ? "" : body.dump();
  return docker_upgrade(socket_, {.method = "POST",
                                  .target = fmt::format("/v{}{}", version_, path),
                                  .content_type = body.is_null() ? "" : "application/json",
                                  .body = text});
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const unsigned char c : text) {
    if (std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_' || c == '~') {
      encoded += static_cast<char>(c);
    } else {
      encoded += fmt::format("%{:02X}", c);
    }
  }
  return encoded;
}

}  // namespace shootout::launch
