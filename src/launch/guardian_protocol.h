// What shootout and its guardian say to each other, as JSON over a message channel.
//
//   open {name, folder}        once, first -> {temporary}
//   hello {}                   who are you, after attaching
//   start {spec}               -> server           stop {server}
//   restart {server}           -> server           servers {}          -> [server]
//   freeze {server}                                thaw {server}
//   missing {server}           -> why its own command does not call it ready; empty where it does
//   furnish {server}           what follows when it is ready, once a start
//   ended {}                   -> [{name, how}]    tree {server}       -> {pids, how}
//   hand_over {folder}         keep the set        stop_all {}         end everything and yourself
//
// Each request has its name under "do" and is answered by {"ok": ...} or {"error": {code, what, remedy}}.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "launch/server_set.h"

namespace shootout::launch {

/// All that it takes to start a server, and to start it again.
struct ServerSpec {
  Server server;                 ///< pid, log_from and ended are filled in at each start
  std::filesystem::path folder;  ///< its working folder
  std::map<std::string, std::string> variables;
  std::vector<int> cpus = {};  ///< empty: not pinned
  std::vector<std::string> ready = {};
  std::vector<std::vector<std::string>> before_start = {}, after_ready = {};
  std::filesystem::path data_folder = {};  ///< made anew at each start; empty: none
  bool unprivileged = false;               ///< its root
  bool gives_up_rights = false;            ///< its root, or one of the programs that its root starts
  suite::Limits limits = {};
  std::optional<ContainerPlace> container = {};  ///< nothing: a process

  /// The root's working folder.
  [[nodiscard]] const std::filesystem::path& works_in() const { return unprivileged ? data_folder : folder; }
};

nlohmann::json to_json(const Server& server);
nlohmann::json to_json(const ServerSpec& spec);
nlohmann::json to_json(const Error& error);

// These throw nlohmann::json::exception where the message is not of their kind.
Server server_from(const nlohmann::json& json);
ServerSpec spec_from(const nlohmann::json& json);
Error error_from(const nlohmann::json& json);

}  // namespace shootout::launch
