// Files that list the requests of a load.
//
//   # one request a line: [WEIGHT] [METHOD] TARGET [BODY]
//   /                                      a GET
//   3 /items/{id:1..1000}?full=1           three times as often as the others
//   DELETE /items/{id:1..1000}
//   /items {"name": "{uuid}"}              with a body: a POST
//   2 PUT /items/7 @item.json              the body is a file's content; its path is relative to this file
//   Content-Type: application/json         a header of the request above it; as many as one likes
//
// WEIGHT is a decimal number above 0 (1 where none is given), METHOD a token that begins with a letter (GET,
// or POST where there is a body), TARGET a path with its query, from '/'. BODY is the rest of the line.
// Targets, headers' values and bodies, those from files too, may hold slots (slots.h). Blank lines, and lines
// that begin with '#', are nothing. A body's file may also stand on a line of its own, as in vegeta's files:
// those that name paths and not whole URLs are read as they are.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error.h"
#include "engine/load_plan.h"

namespace shootout::engine {

/// Gives the content of a file that the targets name.
using ReadBody = std::function<Result<std::string>(const std::string& path)>;

/// Reads the text of such a file, at least one request. Fails (bad_plan), naming `name` and the line.
[[nodiscard]] Result<std::vector<RequestPlan>> parse_targets(std::string_view text, std::string_view name,
                                                             const ReadBody& read_body);

/// Reads such a file and the bodies that it names, each up to 64 MiB. Fails (bad_plan).
[[nodiscard]] Result<std::vector<RequestPlan>> read_targets(const std::string& path);

}  // namespace shootout::engine
