// The account that a server without rights runs as.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace shootout::launch {

struct Account {
  std::string name;
  uid_t user = 0;
  gid_t group = 0;
};

/// `postgres` where this machine has it, else `nobody`. Nothing where shootout is not root: then everything
/// runs without rights already.
[[nodiscard]] std::optional<Account> account_without_rights();

/// The calling process becomes this account for good, without supplementary groups. False, with errno, where
/// it may not. Fit for use between fork() and exec().
[[nodiscard]] bool become(const Account& account);

}  // namespace shootout::launch
