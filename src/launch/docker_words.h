// What a Docker engine says when it refuses, in words for the person.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace shootout::launch {

/// "the Docker engine refuses to WHAT (status): its words", with a remedy where the words are known: a full
/// disk, an image that cannot be pulled, a port that is taken. Exit code 5.
[[nodiscard]] std::unexpected<Error> docker_refusal(int status, std::string_view body, std::string_view what);

/// The `message` of the engine's JSON, or the body as it is.
[[nodiscard]] std::string docker_message(std::string_view body);

/// What the person can do about these words; empty where they are not known.
[[nodiscard]] std::string docker_remedy(std::string_view words);

}  // namespace shootout::launch
