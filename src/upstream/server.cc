#include "upstream/server.h"

#include <algorithm>
#include <utility>

namespace shootout::upstream {

bool Server::adopt(UniqueFd socket) {
  const auto fd = static_cast<std::size_t>(socket.get());
  auto connection = std::make_unique<Connection>(*this, std::move(socket));
  if (!loop_.watch(connection->fd(), *connection)) return false;
  if (fd >= connections_.size()) connections_.resize(std::max(fd + 1, 2 * connections_.size()));
  connections_[fd] = std::move(connection);
  return true;
}

void Server::drop(Connection& connection) {
  loop_.forget(connection.fd(), connection);
  connections_[static_cast<std::size_t>(connection.fd())].reset();
}

}  // namespace shootout::upstream
