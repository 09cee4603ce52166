#include "launch/image_recipe.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <link.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/folders.h"
#include "base/text.h"
#include "launch/digest.h"
#include "launch/tar_archive.h"

namespace shootout::launch {
namespace fs = std::filesystem;
namespace {

/// All texts of a contender that become words of a command.
std::vector<std::string> command_texts(const suite::Contender& contender) {
  std::vector<std::string> texts = contender.command;
  texts.insert(texts.end(), contender.ready.begin(), contender.ready.end());
  for (const auto* commands : {&contender.before_start, &contender.after_ready}) {
    for (const auto& command : *commands) texts.insert(texts.end(), command.begin(), command.end());
  }
  for (const auto& program : contender.programs)
    texts.insert(texts.end(), program.command.begin(), program.command.end());
  return texts;
}

/// The contender's folder, and those beside it that its commands name as "../NAME".
std::set<fs::path> folders_of(const suite::Contender& contender) {
  std::set<fs::path> folders{contender.folder};
  for (const auto& text : command_texts(contender)) {
    if (!text.starts_with("../")) continue;
    const auto beside = contender.folder.parent_path() / split(text.substr(3), '/').front();
    std::error_code error;
    if (fs::is_directory(beside, error)) folders.insert(beside);
  }
  return folders;
}

/// The running program, the libraries that it has loaded and their loader: so that it runs in an image
/// whatever Debian (or other system) that has. As .shootout/, with the loader's name in .shootout/loader.
Result<void> add_program(TarArchive& archive) {
  std::vector<fs::path> libraries;  // by the names that they are looked for under
  ::dl_iterate_phdr(
      [](dl_phdr_info* object, size_t, void* list) {
        if (std::string_view(object->dlpi_name).starts_with('/'))
          static_cast<std::vector<fs::path>*>(list)->emplace_back(object->dlpi_name);
        return 0;
      },
      &libraries);
  const auto add = [&](const fs::path& file, const std::string& name) -> Result<void> {
    auto content = read_file(file);
    if (!content) return std::unexpected(content.error());
    return archive.add(".shootout/" + name, *content, true);
  };
  if (auto added = add("/proc/self/exe", "shootout"); !added) return added;
  std::string loader;
  for (const auto& library : libraries) {
    const std::string name = library.filename();
    if (name.starts_with("ld-")) loader = name;
    if (auto added = add(library, name); !added) return added;
  }
  return archive.add(".shootout/loader", loader);
}

Result<std::string> dockerfile() {
  auto text = read_file(program_data_folder() / "docker" / "Dockerfile");
  if (!text) text.error().remedy = "it belongs to shootout: install it anew";
  return text;
}

Result<std::string> certificates_in(const fs::path& folder) {
  std::string all;
  if (folder.empty()) return all;
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".crt") files.push_back(it->path());
  }
  if (error || files.empty()) {
    return fail(
        ExitCode::usage,
        fmt::format("--certificates {}: {}", folder.string(), error ? error.message() : "no *.crt in it"),
        "name a folder that holds certificate authorities as PEM, in files *.crt");
  }
  std::ranges::sort(files);
  for (const auto& file : files) {
    auto text = read_file(file);
    if (!text) return text;
    all += *text + (text->ends_with('\n') ? "" : "\n");
  }
  return all;
}

/// Proxies that this account uses; Docker knows these arguments and keeps them out of the image.
void add_proxies(std::map<std::string, std::string>& arguments) {
  for (const char* name :
       {"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"}) {
    if (const char* value = std::getenv(name); value != nullptr && *value != '\0') arguments[name] = value;
  }
}

Result<ImageRecipe> recipe_from(const std::string& name, TarArchive archive,
                                std::map<std::string, std::string> arguments, const ImageOptions& options) {
  auto file = dockerfile();
  if (!file) return std::unexpected(file.error());
  if (auto added = archive.add("Dockerfile", *file); !added) return std::unexpected(added.error());
  auto certificates = certificates_in(options.certificates);
  if (!certificates) return std::unexpected(certificates.error());
  arguments["BASE"] = options.base_image;
  arguments["CERTIFICATES"] = *certificates;
  ImageRecipe recipe{.tag = {}, .context = archive.take(), .arguments = std::move(arguments)};
  const auto hash = sha256(sha256(recipe.context) + nlohmann::json(recipe.arguments).dump());
  recipe.tag = fmt::format("{}:{}", name, hash.substr(0, 12));
  add_proxies(recipe.arguments);  // how it was fetched, not what
  return recipe;
}

}  // namespace

std::string image_name(const suite::Contender& contender) {
  std::string name = contender.folder.filename();
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  return "shootout/" + name;
}

std::string folder_in_image(const suite::Contender& contender) {
  return "/contenders/" + contender.folder.filename().string();
}

std::string shell_words(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) {
    text += text.empty() ? "'" : " '";
    for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    text += "'";
  }
  return text;
}

bool calls_shootout(const suite::Contender& contender) {
  return std::ranges::any_of(command_texts(contender),
                             [](const std::string& text) { return text.contains("{shootout}"); });
}

std::map<std::string, std::string> image_arguments(const suite::Contender& contender) {
  std::map<std::string, std::string> arguments{{"CONTENDER", contender.folder.filename().string()}};
  const auto& environment = contender.environment;
  if (!environment.python.empty()) arguments["LOCK"] = environment.python;
  auto packages = environment.packages;
  for (const auto& [program, package] : environment.programs) packages.push_back(package);
  if (!packages.empty()) arguments["PACKAGES"] = fmt::format("{}", fmt::join(packages, " "));
  if (!environment.prepare.empty()) {
    std::string script;
    for (const auto& words : environment.prepare) script += shell_words(words) + "\n";
    arguments["PREPARE"] = script;
  }
  return arguments;
}

Result<ImageRecipe> image_recipe_of(const suite::Contender& contender, const ImageOptions& options) {
  TarArchive archive;
  for (const auto& folder : folders_of(contender)) {
    auto files = files_in(folder);
    if (!files) return std::unexpected(files.error());
    const auto name = folder.filename().string();
    for (const auto& file : *files) {
      // Its settings are given to the container: another value is no other image.
      const bool settings = file == "contender.yaml";
      auto content = settings ? Result<std::string>("") : read_file(folder / file);
      if (!content) return std::unexpected(content.error());
      std::error_code error;
      const auto mode = fs::status(folder / file, error).permissions();
      const bool executable = !error && (mode & fs::perms::owner_exec) != fs::perms::none;
      if (auto added = archive.add(name + "/" + file.string(), *content, executable); !added)
        return std::unexpected(added.error());
    }
  }
  // A contender of several programs has a process manager: shootout.
  if (calls_shootout(contender) || !contender.programs.empty()) {
    if (auto added = add_program(archive); !added) return std::unexpected(added.error());
  }
  return recipe_from(image_name(contender), std::move(archive), image_arguments(contender), options);
}

Result<ImageRecipe> base_image_recipe(const ImageOptions& options) {
  return recipe_from("shootout/base", {}, {}, options);
}

}  // namespace shootout::launch
