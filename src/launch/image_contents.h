// Which Python and which packages an image runs its contender with: half of what a figure depends on.
#pragma once

#include <map>
#include <string>

#include "base/error.h"
#include "launch/docker_engine.h"

namespace shootout::launch {

struct ImageContents {
  std::string python;                           ///< "3.11.2"
  std::map<std::string, std::string> packages;  ///< name -> version, as installed
};

/// Asks the image's own Python, in a container without a network that is gone afterwards; from then on it is
/// remembered in the user's cache, by the image's id. Exit code 5.
Result<ImageContents> contents_of_image(const DockerEngine& engine, const std::string& image_id);

}  // namespace shootout::launch
