#include "observe/socket_dump.h"

#include <fmt/format.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>

namespace shootout::observe {
namespace {

// The states of net/tcp_states.h, which user space is not given.
constexpr std::uint32_t kEstablished = 1U << 1, kClose = 1U << 7, kCloseWait = 1U << 8, kListen = 1U << 10;
constexpr std::uint32_t kAllStates = (1U << 13) - 1;

struct Request {
  nlmsghdr header{};
  inet_diag_req_v2 body{};
};

std::unexpected<Error> no_diagnostics(int error_number) {
  return fail(
      ExitCode::environment,
      fmt::format("the kernel's socket diagnostics cannot be asked: {}", errno_text(error_number)),
      "connections and network bytes need the kernel module tcp_diag, and a sandbox that allows netlink");
}

TcpSocket parse_socket(const nlmsghdr& header, const inet_diag_msg& message) {
  TcpSocket socket;
  socket.cookie = static_cast<std::uint64_t>(message.id.idiag_cookie[1]) << 32 | message.id.idiag_cookie[0];
  socket.inode = message.idiag_inode;
  socket.local_port = ntohs(message.id.idiag_sport);
  socket.remote_port = ntohs(message.id.idiag_dport);

  // Attributes follow; tcp_info has grown over the years, and an older kernel's is shorter than ours.
  const char* at = reinterpret_cast<const char*>(&message) + NLMSG_ALIGN(sizeof message);
  const char* const end = reinterpret_cast<const char*>(&header) + header.nlmsg_len;
  while (end - at >= static_cast<std::ptrdiff_t>(sizeof(rtattr))) {
    rtattr attribute{};
    std::memcpy(&attribute, at, sizeof attribute);
    if (attribute.rta_len < sizeof attribute || attribute.rta_len > end - at) break;
    if (attribute.rta_type == INET_DIAG_INFO) {
      tcp_info info{};
      std::memcpy(&info, at + RTA_LENGTH(0),
                  std::min(sizeof info, size_t{attribute.rta_len} - RTA_LENGTH(0)));
      socket.bytes_received = info.tcpi_bytes_received;
      socket.bytes_acked = info.tcpi_bytes_acked;
    }
    at += RTA_ALIGN(attribute.rta_len);
  }
  return socket;
}

}  // namespace

Result<SocketDump> SocketDump::open() {
  UniqueFd netlink(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (!netlink) return no_diagnostics(errno);
  return SocketDump(std::move(netlink));
}

Result<std::vector<TcpSocket>> SocketDump::read() {
  std::vector<TcpSocket> sockets;
  // A socket that its process has closed lives on in other states, without an inode, as one does that waits
  // to be accepted; these two states tell them apart.
  auto done = visit(kEstablished | kCloseWait, 1U << (INET_DIAG_INFO - 1),
                    [&](const nlmsghdr& header, const inet_diag_msg& message) {
                      sockets.push_back(parse_socket(header, message));
                    });
  if (!done) return std::unexpected(done.error());
  return sockets;
}

Result<std::vector<TcpListener>> SocketDump::listeners(std::uint16_t port) {
  std::vector<TcpListener> listeners;
  auto done = visit(kListen, 0, [&](const nlmsghdr&, const inet_diag_msg& message) {
    if (ntohs(message.id.idiag_sport) == port)
      listeners.push_back({.port = port, .backlog = message.idiag_wqueue});
  });
  if (!done) return std::unexpected(done.error());
  return listeners;
}

Result<std::vector<TcpPair>> SocketDump::pairs() {
  std::vector<TcpPair> pairs;
  auto done = visit(kAllStates & ~(kListen | kClose), 0, [&](const nlmsghdr&, const inet_diag_msg& message) {
    TcpPair pair{.local_port = ntohs(message.id.idiag_sport), .remote_port = ntohs(message.id.idiag_dport)};
    const size_t words = message.idiag_family == AF_INET ? 1 : pair.local_address.size();
    std::copy_n(message.id.idiag_src, words, pair.local_address.begin());
    std::copy_n(message.id.idiag_dst, words, pair.remote_address.begin());
    pairs.push_back(pair);
  });
  if (!done) return std::unexpected(done.error());
  return pairs;
}

Result<void> SocketDump::visit(std::uint32_t states, std::uint8_t extensions, const Visit& visit) {
  for (const int family : {AF_INET, AF_INET6}) {
    if (auto done = visit_family(static_cast<std::uint8_t>(family), states, extensions, visit); !done)
      return std::unexpected(done.error());
  }
  return {};
}

Result<void> SocketDump::visit_family(std::uint8_t family, std::uint32_t states, std::uint8_t extensions,
                                      const Visit& visit) {
  Request request;
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.header.nlmsg_seq = ++sequence_;
  request.body.sdiag_family = family;
  request.body.sdiag_protocol = IPPROTO_TCP;
  request.body.idiag_ext = extensions;
  request.body.idiag_states = states;
  if (::send(netlink_.get(), &request, sizeof request, 0) < 0) return no_diagnostics(errno);

  for (;;) {
    const ssize_t got = ::recv(netlink_.get(), buffer_.data(), buffer_.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return no_diagnostics(errno);
    auto left = static_cast<unsigned>(got);
    for (auto* header = reinterpret_cast<nlmsghdr*>(buffer_.data()); NLMSG_OK(header, left);
         header = NLMSG_NEXT(header, left)) {
      if (header->nlmsg_seq != sequence_) continue;
      if (header->nlmsg_type == NLMSG_DONE) return {};
      if (header->nlmsg_type == NLMSG_ERROR) {
        const auto* error = static_cast<const nlmsgerr*>(NLMSG_DATA(header));
        if (family == AF_INET6 && error->error == -ENOENT) return {};  // a kernel without IPv6
        return no_diagnostics(-error->error);
      }
      visit(*header, *static_cast<const inet_diag_msg*>(NLMSG_DATA(header)));
    }
  }
}

}  // namespace shootout::observe
