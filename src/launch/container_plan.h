// What an engine is asked for when a server is started in a container, and what is left when nobody owns it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "launch/guardian_protocol.h"
#include "launch/set_mark.h"

namespace shootout::launch {

/// shootout-SET-SERVER-GUARDIAN, as engines allow names.
[[nodiscard]] std::string container_name(const ServerSpec& spec, const SetMark& mark);
/// The name by which the others of its set's network reach a server.
[[nodiscard]] std::string name_on_network(const std::string& server);

/// The server's command, after those that come before its start, which are run in the data folder; for a
/// shell.
[[nodiscard]] std::vector<std::string> command_in_container(
    const std::vector<std::string>& command, const std::vector<std::vector<std::string>>& before_start,
    bool stays_in_data_folder, const std::string& folder);

/// The body of `POST /containers/create`.
[[nodiscard]] nlohmann::json container_plan(const ServerSpec& spec, const SetMark& mark,
                                            const std::string& network);

}  // namespace shootout::launch
