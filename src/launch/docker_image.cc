#include "launch/docker_image.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "base/folders.h"
#include "base/text.h"
#include "launch/docker_words.h"
#include "launch/image_recipe.h"
#include "launch/installer_failure.h"

namespace shootout::launch {
namespace fs = std::filesystem;
using nlohmann::json;
namespace {

constexpr size_t kBuildsAtOnce = 4;  // builds mostly wait for the network and the disk
constexpr size_t kShownOutput = 12;
constexpr double kBuildSilenceS = 900;  // a compiler may be silent for long
constexpr std::uintmax_t kLeastRoom = std::uintmax_t{512} << 20;
constexpr const char* kLabel = "shootout.image";

using Say = std::function<void(PrepareStep, const std::string&)>;

/// What a build says, line by line: {"stream"}, {"error"}, {"status"} of a pull.
class BuildOutput {
 public:
  BuildOutput(std::ostream& log, const Say& say) : log_(log), say_(say) {}

  void add(std::string_view piece) {
    pending_ += piece;
    for (size_t end; (end = pending_.find('\n')) != std::string::npos; pending_.erase(0, end + 1))
      take(json::parse(pending_.substr(0, end), nullptr, false));
  }
  [[nodiscard]] const std::string& error() const { return error_; }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void take(const json& message) {
    if (!message.is_object()) return;
    if (const auto stream = message.find("stream"); stream != message.end() && stream->is_string()) {
      const std::string words = stream->get<std::string>();
      text_ += words;
      log_ << words;
      // "Step 3/12 : RUN ..."
      if (words.starts_with("Step "))
        say_(PrepareStep::making, "image, " + words.substr(0, words.find('\n')).substr(0, 60));
    }
    if (const auto error = message.find("error"); error != message.end() && error->is_string())
      error_ = error->get<std::string>();
    if (const auto status = message.find("status");
        status != message.end() && status->is_string() && !pulling_) {
      pulling_ = true;
      say_(PrepareStep::making, "pulling its base image");
    }
  }

  std::ostream& log_;
  const Say& say_;
  std::string pending_, text_, error_;
  bool pulling_ = false;
};

Result<std::optional<Image>> there(const DockerEngine& engine, const std::string& tag) {
  auto reply = engine.ask("GET", "/images/" + tag + "/json");
  if (!reply) return std::unexpected(reply.error());
  if (reply->status == 404) return std::nullopt;
  if (reply->status != 200)
    return docker_refusal(reply->status, reply->body.dump(), "look at the image " + tag);
  return Image{.tag = tag, .id = reply->body.value("Id", "")};
}

Result<Image> build(const DockerEngine& engine, const ImageRecipe& recipe, const std::string& name,
                    const std::string& target, bool force, const Say& say,
                    const std::function<bool()>& stop_asked) {
  const auto logs = cache_folder() / "images";
  if (auto made = make_folder(logs); !made) return std::unexpected(made.error());
  const auto log_file = logs / (name + ".log");
  std::ofstream log(log_file);
  // The network of this machine: a build must reach what this machine reaches.
  std::string path = fmt::format("/build?t={}&networkmode=host&rm=1&forcerm=1&buildargs={}&labels={}",
                                 percent_encoded(recipe.tag), percent_encoded(json(recipe.arguments).dump()),
                                 percent_encoded(json{{kLabel, name}}.dump()));
  if (!target.empty()) path += "&target=" + target;
  if (force) path += "&nocache=1";
  BuildOutput output(log, say);
  const auto answer = engine.send(
      path, "application/x-tar", recipe.context, kBuildSilenceS,
      [&](std::string_view piece) { output.add(piece); }, stop_asked);
  if (!answer) return std::unexpected(answer.error());
  if (answer->status >= 400)
    return docker_refusal(answer->status, answer->body, "build the image of " + name);
  if (!output.error().empty()) {
    const auto remedy = docker_remedy(output.error() + output.text());
    return fail(ExitCode::environment,
                fmt::format("{}: its image could not be built: {}{}", name, output.error(),
                            last_lines(output.text(), kShownOutput)),
                remedy.empty() ? remedy_for(output.text(), log_file.string()) : remedy);
  }
  auto image = there(engine, recipe.tag);
  if (!image) return std::unexpected(image.error());
  if (!*image)
    return fail(ExitCode::environment,
                fmt::format("{}: the Docker engine built no image {}", name, recipe.tag),
                fmt::format("the whole output is in {}", log_file.string()));
  return **image;
}

/// Completes images of contenders in Python.
Result<void> ask_for_contents(const DockerEngine& engine, const std::vector<suite::Contender>& contenders,
                              std::map<std::string, Image>& images) {
  for (const auto& contender : contenders) {
    const auto image = images.find(contender.name);
    if (image == images.end() || contender.environment.python.empty()) continue;
    auto contents = contents_of_image(engine, image->second.id);
    if (!contents) return std::unexpected(contents.error());
    image->second.contents = std::move(*contents);
  }
  return {};
}

/// On a full disk apt waits for ever, instead of failing: what is known before is said before.
Result<void> require_room(const DockerEngine& engine) {
  auto info = engine.get("/info", "tell where it keeps its images");
  if (!info) return std::unexpected(info.error());
  const fs::path folder = info->value("DockerRootDir", "");
  std::error_code error;
  if (folder.empty() || !fs::exists(folder, error)) return {};
  const auto left = free_bytes(folder);
  if (left >= kLeastRoom) return {};
  return fail(
      ExitCode::environment,
      fmt::format("the disk of the Docker engine's data folder {} has {} MB left, and images need {} MB",
                  folder.string(), left >> 20, kLeastRoom >> 20),
      docker_remedy("no space left on device"));
}

struct Job {
  const suite::Contender* contender = nullptr;
  std::vector<std::string> names;  ///< contenders with the same folder share an image
  ImageRecipe recipe;
};

}  // namespace

Result<std::map<std::string, Image>> make_images(const DockerEngine& engine,
                                                 const std::vector<suite::Contender>& contenders,
                                                 const ImageOptions& options, const PrepareProgress& progress,
                                                 const std::function<bool()>& stop_asked) {
  std::map<std::string, Image> images;
  std::map<fs::path, Job> missing;
  for (const auto& contender : contenders) {
    if (!contender.url.empty()) continue;
    if (const auto known = missing.find(contender.folder); known != missing.end()) {
      known->second.names.push_back(contender.name);
      continue;
    }
    auto recipe = image_recipe_of(contender, options);
    if (!recipe) return std::unexpected(recipe.error());
    auto image = there(engine, recipe->tag);
    if (!image) return std::unexpected(image.error());
    if (*image && !options.force) {
      images[contender.name] = **image;
      if (progress) progress(contender.name, PrepareStep::cached, recipe->tag);
      continue;
    }
    missing[contender.folder] = {&contender, {contender.name}, std::move(*recipe)};
  }
  const auto complete = [&]() -> Result<std::map<std::string, Image>> {
    if (auto asked = ask_for_contents(engine, contenders, images); !asked)
      return std::unexpected(asked.error());
    return images;
  };
  if (missing.empty()) return complete();

  if (auto room = require_room(engine); !room) return std::unexpected(room.error());
  std::mutex mutex;  // guards progress, images and failure
  const auto say_of = [&](const std::vector<std::string>& names) {
    return Say([&, names](PrepareStep step, const std::string& detail) {
      const std::lock_guard guard(mutex);
      for (const auto& name : names) {
        if (progress) progress(name, step, detail);
      }
    });
  };
  auto base = base_image_recipe(options);
  if (!base) return std::unexpected(base.error());
  if (auto made = build(engine, *base, "base", "base", options.force, say_of({"base"}), stop_asked); !made)
    return std::unexpected(made.error());

  std::vector<const Job*> queue;
  for (const auto& [folder, job] : missing) queue.push_back(&job);
  std::atomic<size_t> next = 0;
  std::optional<Error> failure;
  const auto work = [&] {
    for (size_t i = next++; i < queue.size(); i = next++) {
      const Job& job = *queue[i];
      const auto say = say_of(job.names);
      const auto started = std::chrono::steady_clock::now();
      // What the base has was made anew just now; nocache would make it again for each.
      auto image = build(engine, job.recipe, job.names.front(), "", false, say, stop_asked);
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
      say(image ? PrepareStep::done : PrepareStep::failed,
          image ? fmt::format("image {}, {:.1f} s", image->tag, took.count())
                : split(image.error().what, '\n').front());
      const std::lock_guard guard(mutex);
      if (!image) {
        if (!failure) failure = image.error();
        next = queue.size();  // those under way end; no more are begun
        continue;
      }
      for (const auto& name : job.names) images[name] = *image;
    }
  };
  {
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < std::min(kBuildsAtOnce, queue.size()); ++i) threads.emplace_back(work);
  }
  if (failure) return std::unexpected(*failure);
  return complete();
}

Result<std::uintmax_t> remove_images(const DockerEngine& engine,
                                     const std::vector<suite::Contender>& contenders) {
  std::set<std::string> wanted;
  for (const auto& contender : contenders) wanted.insert(image_name(contender));
  auto list = engine.get("/images/json?filters=" + percent_encoded(json{{"label", {kLabel}}}.dump()),
                         "list its images");
  if (!list) return std::unexpected(list.error());
  std::uintmax_t freed = 0;
  for (const auto& image : *list) {
    const auto tags = image.value("RepoTags", json());
    // Docker 20.10 calls those without a name so: what is left of builds that failed.
    const bool nameless = !tags.is_array() || tags.empty() || tags.front() == "<none>:<none>";
    bool ours = wanted.empty() || nameless;
    for (const auto& tag : nameless ? json::array() : tags) {
      const auto name = tag.get<std::string>();
      ours = ours || wanted.contains(name.substr(0, name.rfind(':')));
    }
    if (!ours) continue;
    auto reply = engine.ask("DELETE", "/images/" + image.value("Id", "") + "?force=1");
    if (!reply) return std::unexpected(reply.error());
    if (reply->status == 200) freed += image.value("Size", std::uintmax_t{0});
  }
  return freed;
}

}  // namespace shootout::launch
