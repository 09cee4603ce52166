// The guardian: starts the servers of a set and owns their teardown.
//
// It is a subreaper, so that whatever a server starts stays its descendant however often it forks; when the
// control channel closes without a hand-over, shootout is gone, and the guardian ends every descendant and
// then itself.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/message_channel.h"
#include "base/unique_fd.h"
#include "launch/container.h"
#include "launch/ending.h"
#include "launch/file_lock.h"
#include "launch/frozen_tree.h"
#include "launch/guardian_protocol.h"
#include "launch/limited_group.h"
#include "launch/process_table.h"
#include "launch/provision.h"
#include "launch/set_mark.h"

namespace shootout::launch {

class Guardian {
 public:
  /// `control` is its end of the channel to the shootout that started it.
  explicit Guardian(UniqueFd control);
  /// Serves requests until the set is torn down. The exit status.
  int run();

 private:
  struct Entry {
    ServerSpec spec;
    std::optional<LimitedGroup> group{};
    bool furnished = false;
    std::optional<FrozenTree> frozen{};
    std::optional<Container> container{};  ///< of a server that is no process of ours
    [[nodiscard]] bool lives() const { return spec.server.ended.empty(); }
  };

  void wait();
  void take_signals();
  void accept_client();
  /// False when the client is gone.
  bool serve(MessageChannel& client);
  nlohmann::json answer(const nlohmann::json& request);

  Result<nlohmann::json> perform(const nlohmann::json& request);
  Result<nlohmann::json> open(const nlohmann::json& request);
  Result<nlohmann::json> start(ServerSpec spec);
  Result<nlohmann::json> missing(const std::string& name);
  Result<void> furnish(const std::string& name);
  Result<nlohmann::json> stop(const std::string& name);
  Result<void> freeze(const std::string& name);
  Result<void> thaw(const std::string& name);
  Result<nlohmann::json> restart(const std::string& name);
  Result<nlohmann::json> hand_over(const std::filesystem::path& folder);
  [[nodiscard]] nlohmann::json servers() const;
  [[nodiscard]] nlohmann::json take_ended();
  Result<nlohmann::json> tree(const std::string& name) const;
  Result<Entry*> find(const std::string& name);

  void reap();
  /// Takes what containers have written, and notices those that have ended.
  void look_after_containers();
  Result<void> start_in_container(Entry& entry);
  Result<void> end_container(Entry& entry, double grace_s);
  Result<void> remove_own_network();
  /// The living processes of one server: its root's tree, and daemons that left it.
  [[nodiscard]] std::vector<pid_t> members(const Server& server) const;
  [[nodiscard]] bool belongs(const Process& orphan, const Server& server) const;
  [[nodiscard]] bool owner_gone() const;
  /// What the servers' own commands are run with.
  [[nodiscard]] Surroundings surroundings() const;
  /// Of a server that has ended: its group and its data.
  static Result<void> clear_away(Entry& entry);
  Result<void> end_server(Entry& entry);
  Result<void> tear_down(const EndingRules& rules);
  [[nodiscard]] bool any_lives() const;

  UniqueFd signals_, listener_;
  std::optional<MessageChannel> owner_;  ///< the shootout that started this guardian, as long as it is there
  std::vector<MessageChannel> clients_;  ///< those that attached
  SetMark mark_;
  std::filesystem::path temporary_;
  std::optional<FileLock> folder_lock_;    ///< of a folder that this guardian has made for itself
  std::filesystem::path register_folder_;  ///< empty until handed over
  std::map<std::string, Entry> entries_;
  std::vector<Ended> ended_;
  std::filesystem::path bridged_by_;  ///< the engine that has a network of this set; empty: none
  bool finished_ = false;
};

}  // namespace shootout::launch
