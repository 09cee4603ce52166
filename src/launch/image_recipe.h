// What an image is made from.
#pragma once

#include <map>
#include <string>

#include "base/error.h"
#include "launch/docker_image.h"
#include "suite/contender.h"

namespace shootout::launch {

struct ImageRecipe {
  std::string tag;                               ///< shootout/NAME:HASH of all that follows
  std::string context;                           ///< a tar archive, the Dockerfile in it
  std::map<std::string, std::string> arguments;  ///< of the Dockerfile
};

/// Exit code 2 where its folder lacks what contender.yaml names, 5 where files cannot be read.
Result<ImageRecipe> image_recipe_of(const suite::Contender& contender, const ImageOptions& options);

/// Of the stage that all images share; it is made before them, so that they find it done.
Result<ImageRecipe> base_image_recipe(const ImageOptions& options);

/// shootout/NAME without its content's hash.
[[nodiscard]] std::string image_name(const suite::Contender& contender);

/// The arguments that the Dockerfile takes of a contender, those of ImageOptions not among them.
[[nodiscard]] std::map<std::string, std::string> image_arguments(const suite::Contender& contender);

/// Whether the contender's commands call shootout itself ({shootout}), which then belongs into its image.
[[nodiscard]] bool calls_shootout(const suite::Contender& contender);

/// Words as a shell reads them back.
[[nodiscard]] std::string shell_words(const std::vector<std::string>& words);

}  // namespace shootout::launch
