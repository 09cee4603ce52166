// What an environment is made from, and where in the cache it belongs.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "launch/environment.h"
#include "suite/contender.h"

namespace shootout::launch {

/// The folder of all environments, in the user's cache.
[[nodiscard]] std::filesystem::path environments_folder();

/// False for what is a URL, or runs with what the machine has.
[[nodiscard]] bool needs_environment(const suite::Contender& contender);

/// What is to be installed, whatever the Python.
struct Ingredients {
  std::string digest;  ///< SHA-256 of the lock file, of the `prepare` commands and their files
  std::vector<std::filesystem::path>
      files;                    ///< what `prepare` commands work on, relative to the contender's folder
  std::string source_digest{};  ///< of environment.h's digest_of_source(); empty without a source
};
/// Exit code 2 where the lock file that contender.yaml names cannot be read.
Result<Ingredients> ingredients_of(const suite::Contender& contender);

struct Recipe {
  const suite::Contender* contender = nullptr;
  Ingredients ingredients;
  std::optional<Python> python;  ///< where there is a lock file
  std::filesystem::path folder;  ///< .../environments/KEY

  [[nodiscard]] std::filesystem::path beside(const char* extension) const {
    return folder.string() + extension;
  }
  [[nodiscard]] std::filesystem::path programs() const { return python ? folder / "bin" : folder; }
};
/// Exit code 5 where a Python is needed and there is none. `contender` must outlive the recipe.
Result<Recipe> recipe_of(const suite::Contender& contender);

}  // namespace shootout::launch
