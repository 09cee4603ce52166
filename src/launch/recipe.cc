#include "launch/recipe.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/folders.h"
#include "launch/digest.h"

namespace shootout::launch {
namespace {

// Part of every key: a new number makes all environments anew.
constexpr int kFormat = 1;

}  // namespace

std::filesystem::path environments_folder() {
  return cache_folder() / "environments";
}

bool needs_environment(const suite::Contender& contender) {
  return !contender.environment.python.empty() || !contender.environment.prepare.empty();
}

Result<Ingredients> ingredients_of(const suite::Contender& contender) {
  const auto& lock_file = contender.environment.python;
  const auto& commands = contender.environment.prepare;
  const auto& source = contender.environment.source;
  Ingredients ingredients;
  std::string all = fmt::format("shootout environment {}\n", kFormat);
  if (!lock_file.empty()) {
    auto lock = read_file(contender.folder / lock_file);
    if (!lock)
      return fail(ExitCode::usage, lock.error().what, "contender.yaml names it under `environment: python:`");
    all += sha256(*lock) + "\n";
  }
  if (!commands.empty()) {
    auto files = files_in(contender.folder);
    if (!files) return std::unexpected(files.error());
    auto content = sha256_of_files(contender.folder, *files);
    if (!content) return std::unexpected(content.error());
    all += nlohmann::json(commands).dump() + "\n" + *content;
    ingredients.files = std::move(*files);
  }
  if (!source.empty()) {
    auto digest = digest_of_source(source);
    if (!digest) return std::unexpected(digest.error());
    all += "source " + *digest + "\n";
    ingredients.source_digest = std::move(*digest);
  }
  ingredients.digest = sha256(all);
  return ingredients;
}

Result<std::string> digest_of_source(const std::filesystem::path& folder) {
  auto files = files_in(folder);
  if (!files) return std::unexpected(files.error());
  std::erase_if(*files, [](const auto& file) { return *file.begin() == ".git"; });
  return sha256_of_files(folder, *files);
}

Result<Recipe> recipe_of(const suite::Contender& contender) {
  auto ingredients = ingredients_of(contender);
  if (!ingredients) return std::unexpected(ingredients.error());
  Recipe recipe{.contender = &contender, .ingredients = std::move(*ingredients), .python = {}, .folder = {}};
  std::string all = recipe.ingredients.digest;
  if (!contender.environment.python.empty()) {
    auto python = find_python();
    if (!python) return std::unexpected(python.error());
    all += "\n" + python->version + "\n" + python->platform;
    recipe.python = std::move(*python);
  }
  // 80 bits tell environments apart and keep the scripts' first lines within the kernel's limit.
  recipe.folder = environments_folder() / sha256(all).substr(0, 20);
  return recipe;
}

}  // namespace shootout::launch
