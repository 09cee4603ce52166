// The servers that `up` keeps, for the commands that look at them.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "launch/server_set.h"

namespace shootout::cli {

/// The set of this suite; an error that says how to start it where there is none.
Result<launch::ServerSet> standing_set(const std::string& suite);

/// Of the set's servers the one that was named, or all where none was. A mistyped name gets a suggestion.
Result<std::vector<launch::Server>> chosen_servers(const launch::ServerSet& set, const std::string& name);

}  // namespace shootout::cli
