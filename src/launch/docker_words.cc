#include "launch/docker_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <nlohmann/json.hpp>
#include <utility>

namespace shootout::launch {

std::string docker_message(std::string_view body) {
  const auto told = nlohmann::json::parse(body, nullptr, false);
  std::string words = told.is_object() ? told.value("message", std::string(body)) : std::string(body);
  while (!words.empty() && words.back() == '\n') words.pop_back();
  return words;
}

std::string docker_remedy(std::string_view words) {
  // The first that fits.
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kKnown{{
      {"no space left on device",
       "the disk of the engine's data folder is full: `docker system df` shows what fills it, `shootout "
       "clean` "
       "and `docker system prune` free some"},
      {"pull access denied", "give a base image that the engine has or may pull: --base-image NAME"},
      {"manifest unknown", "give a base image that the engine has or may pull: --base-image NAME"},
      {"not found: manifest", "give a base image that the engine has or may pull: --base-image NAME"},
      {"dial tcp",
       "the image registry was not reached: check the engine's network and proxy, or give a base image that "
       "the "
       "engine has: --base-image NAME"},
      {"tls handshake timeout",
       "the image registry was not reached: check the engine's network and proxy, or give a base image that "
       "the "
       "engine has: --base-image NAME"},
      {"port is already allocated", "end what listens there, or take another port"},
      {"address already in use", "end what listens there, or take another port"},
  }};
  std::string small(words);  // dpkg writes "No space left on device"
  std::ranges::transform(small, small.begin(), [](unsigned char c) { return std::tolower(c); });
  const auto known = std::ranges::find_if(kKnown, [&](const auto& one) { return small.contains(one.first); });
  return known == kKnown.end() ? "" : std::string(known->second);
}

std::unexpected<Error> docker_refusal(int status, std::string_view body, std::string_view what) {
  const std::string words = docker_message(body);
  return fail(ExitCode::environment,
              fmt::format("the Docker engine refuses to {} (status {}): {}", what, status, words),
              docker_remedy(words));
}

}  // namespace shootout::launch
