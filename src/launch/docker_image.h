// Images of contenders and services: made once for what they hold, by a Docker engine.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "launch/docker_engine.h"
#include "launch/environment.h"
#include "launch/image_contents.h"
#include "suite/contender.h"

namespace shootout::launch {

struct ImageOptions {
  std::string base_image = "debian:12-slim";
  /// A folder of *.crt (PEM): certificate authorities that the image trusts beside Debian's; empty: none.
  std::filesystem::path certificates{};
  bool force = false;  ///< anew, without what the engine remembers of earlier builds
};

struct Image {
  std::string tag;           ///< shootout/NAME:HASH
  std::string id;            ///< the engine's
  ImageContents contents{};  ///< of a contender in Python
};

/// Where a contender's folder lies in its image.
[[nodiscard]] std::string folder_in_image(const suite::Contender& contender);

/// The images of all these contenders, by name, several at a time; one that is there for the same content is
/// taken as it is. What somebody else serves has none. Errors (exit code 5): a build that fails, with its
/// last lines; a base image that cannot be had; a full disk.
Result<std::map<std::string, Image>> make_images(const DockerEngine& engine,
                                                 const std::vector<suite::Contender>& contenders,
                                                 const ImageOptions& options,
                                                 const PrepareProgress& progress = {},
                                                 const std::function<bool()>& stop_asked = {});

/// Removes shootout's images of these contenders (all of shootout's where there are none), whatever their
/// content. Those that a container uses stay. The bytes freed, as the engine counts them.
Result<std::uintmax_t> remove_images(const DockerEngine& engine,
                                     const std::vector<suite::Contender>& contenders);

}  // namespace shootout::launch
