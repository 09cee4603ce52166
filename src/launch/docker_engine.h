// A Docker engine of this machine, spoken to through its API over its Unix socket
// (https://docs.docker.com/reference/api/engine/).
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/error.h"
#include "launch/docker_http.h"

namespace shootout::launch {

/// Where the engine listens: DOCKER_HOST, else the context that DOCKER_CONTEXT or the configuration of the
/// command `docker` names, else /var/run/docker.sock. Exit code 5 for an engine of another machine, whose
/// servers could not be watched from here, and for a context that is not there.
Result<std::filesystem::path> docker_socket();

class DockerEngine {
 public:
  struct Reply {
    int status = 0;
    nlohmann::json body;  ///< null where there is none
  };

  /// The one of docker_socket(); it answers, and speaks a version of the API that we know. Exit code 5.
  static Result<DockerEngine> find();
  /// The one that listens there.
  static Result<DockerEngine> at(const std::filesystem::path& socket);

  [[nodiscard]] const std::filesystem::path& socket() const { return socket_; }
  [[nodiscard]] const std::string& release() const { return release_; }      ///< "20.10.24"
  [[nodiscard]] const std::string& api_version() const { return version_; }  ///< as spoken: "1.41"

  /// Asks for `path` ("/containers/json?all=1"), whatever status comes. Exit code 5 where nothing whole
  /// comes.
  [[nodiscard]] Result<Reply> ask(const std::string& method, const std::string& path,
                                  const nlohmann::json& body = nullptr, double silence_s = 60) const;
  /// The same; a status from 400 on is an error in the engine's words: "... refuses to WHAT".
  [[nodiscard]] Result<nlohmann::json> get(const std::string& path, const std::string& what) const;
  Result<nlohmann::json> post(const std::string& path, const nlohmann::json& body, const std::string& what,
                              double silence_s = 60) const;
  /// Removes; what is not there is removed already.
  Result<void> remove(const std::string& path, const std::string& what) const;
  /// Sends bytes, and hands on what comes as it comes.
  Result<DockerAnswer> send(const std::string& path, const std::string& content_type, std::string_view bytes,
                            double silence_s, const BodyPieces& pieces,
                            const std::function<bool()>& stop_asked) const;
  [[nodiscard]] Result<DockerStream> upgrade(const std::string& path, const nlohmann::json& body) const;

 private:
  DockerEngine() = default;
  std::filesystem::path socket_;
  std::string version_, release_;
};

/// A text as a part of a query.
[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace shootout::launch
