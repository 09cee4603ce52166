// The variables that a server sees, and the commands that belong to it.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "launch/account.h"
#include "launch/guardian_protocol.h"
#include "launch/set_mark.h"

namespace shootout::launch {

/// An account of its own has its home, and its place for temporary data, in its data folder.
void settle_in(const Account& account, const std::filesystem::path& data_folder,
               std::map<std::string, std::string>& variables);

/// Little of our own environment, the spec's variables, and the marks; an `account` settles in.
[[nodiscard]] std::map<std::string, std::string> server_environment(const ServerSpec& spec,
                                                                    const SetMark& mark,
                                                                    const std::filesystem::path& temporary,
                                                                    const std::optional<Account>& account);

}  // namespace shootout::launch
