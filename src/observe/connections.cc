#include "observe/connections.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/unique_fd.h"
#include "observe/proc_file.h"

namespace shootout::observe {
namespace {

// The socket inode behind a descriptor: the link reads "socket:[INODE]". 0 where it is no socket.
std::uint64_t socket_inode(const UniqueFd& fd_folder, int fd) {
  constexpr std::string_view kPrefix = "socket:[";
  std::array<char, 64> target{};
  const ssize_t length =
      ::readlinkat(fd_folder.get(), std::to_string(fd).c_str(), target.data(), target.size());
  if (length <= 0) return 0;
  std::string_view text(target.data(), static_cast<size_t>(length));
  if (!text.starts_with(kPrefix)) return 0;
  return static_cast<std::uint64_t>(leading_number(text.substr(kPrefix.size())).value_or(0));
}

}  // namespace

Result<ConnectionReader> ConnectionReader::open() {
  auto dump = SocketDump::open();
  if (!dump) return std::unexpected(dump.error());
  return ConnectionReader(std::move(*dump));
}

void ConnectionReader::find_holders(const std::vector<Holders>& trees,
                                    const std::vector<TcpSocket>& sockets) {
  std::vector<std::vector<pid_t>> process_ids;
  std::unordered_set<std::uint16_t> listen_ports;
  for (const auto& tree : trees) {
    process_ids.push_back(tree.tree);
    if (tree.listen_port != 0) listen_ports.insert(tree.listen_port);
  }

  bool all_known = process_ids == known_trees_;
  std::unordered_map<std::uint64_t, pid_t> holders;
  for (const auto& socket : sockets) {
    if (socket.inode == 0) continue;
    const auto known = holder_by_inode_.find(socket.inode);
    const pid_t holder = known == holder_by_inode_.end() ? 0 : known->second;
    // One that is being accepted has its inode a moment before its descriptor: nobody's on our port is looked
    // for again.
    all_known = all_known && known != holder_by_inode_.end() &&
                (holder != 0 || !listen_ports.contains(socket.local_port));
    holders[socket.inode] = holder;
  }
  if (!all_known) {
    for (auto& [inode, holder] : holders) holder = 0;
    for (const auto& tree : process_ids) {
      for (const pid_t pid : tree) {
        const std::string path = fmt::format("/proc/{}/fd", pid);
        const UniqueFd folder(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
        for (const int fd : numbered_entries(path)) {
          const auto holder = holders.find(socket_inode(folder, fd));
          if (holder != holders.end()) holder->second = pid;
        }
      }
    }
  }
  known_trees_ = std::move(process_ids);
  holder_by_inode_ = std::move(holders);
}

Result<std::vector<std::vector<Connection>>> ConnectionReader::read(const std::vector<Holders>& trees) {
  const auto sockets = dump_.read();
  if (!sockets) return std::unexpected(sockets.error());
  find_holders(trees, *sockets);

  std::vector<std::vector<Connection>> connections(trees.size());
  for (size_t i = 0; i < trees.size(); ++i) {
    const std::unordered_set<pid_t> members(trees[i].tree.begin(), trees[i].tree.end());
    for (const auto& socket : *sockets) {
      const pid_t holder = socket.inode == 0 ? 0 : holder_by_inode_.at(socket.inode);
      const bool ours = members.contains(holder);
      if (!ours && (socket.local_port != trees[i].listen_port || trees[i].listen_port == 0)) continue;
      connections[i].push_back({.cookie = socket.cookie,
                                .local_port = socket.local_port,
                                .remote_port = socket.remote_port,
                                .inode = socket.inode,
                                .pid = ours ? holder : 0,
                                .bytes_received = socket.bytes_received,
                                .bytes_sent = socket.bytes_acked});
    }
  }
  return connections;
}

Result<std::vector<Connection>> connections_of(const std::vector<pid_t>& tree, std::uint16_t listen_port) {
  auto reader = ConnectionReader::open();
  if (!reader) return std::unexpected(reader.error());
  auto connections = reader->read({{.tree = tree, .listen_port = listen_port}});
  if (!connections) return std::unexpected(connections.error());
  return std::move(connections->front());
}

}  // namespace shootout::observe
