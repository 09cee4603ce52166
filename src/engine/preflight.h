// What can be known to be wrong before any load is offered.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/address.h"
#include "engine/error.h"
#include "engine/tls.h"
#include "engine/url.h"

namespace shootout::engine {

/// The first of the name's addresses that accepts a connection; the probing connection is closed again.
/// Fails (unreachable) where the name does not resolve, or nothing accepts within `timeout_s`.
[[nodiscard]] Result<Address> find_target(const Url& url, double timeout_s);

/// The first of these that accepts a connection. One that does not answer at all gets its share of the time,
/// no more. `name`: for the message. Fails (unreachable) where none does.
[[nodiscard]] Result<Address> first_accepting(std::span<const Address> addresses, double timeout_s,
                                              const std::string& name);

/// The address of a Unix socket that something listens on. Fails (bad_plan) where the path is empty or longer
/// than 107 bytes (unix(7)), or (unreachable) where nothing listens there or this process may not connect.
[[nodiscard]] Result<Address> unix_socket_address(const std::string& path);

/// Makes one TLS connection and closes it again. Fails (unreachable) where the handshake fails, a certificate
/// that is not trusted included, or does not end within `timeout_s`. `url`: for the message.
[[nodiscard]] Result<void> probe_tls(const Url& url, const Address& target, const TlsClient& client,
                                     double timeout_s);

/// Raises this process's soft limit of open files so that `connections` more can be open over `threads` event
/// loops. Fails (limits) where the hard limit forbids it.
[[nodiscard]] Result<void> allow_open_files(unsigned connections, unsigned threads);

/// The local ports that the kernel gives to outgoing connections: how many there are for one source address
/// and one target (ip(7), ip_local_port_range).
[[nodiscard]] unsigned local_ports();

/// Fails (limits) where so many connections to one target need more local ports than there are. An IPv4
/// loopback target has source_addresses() enough, a Unix socket needs no port.
[[nodiscard]] Result<void> check_ports(const Address& target, unsigned connections,
                                       unsigned ports = local_ports());

/// Where the connections to an IPv4 loopback target should come from, in turn, so that each source address
/// gives at most two fifths of its ports: from a half on the kernel searches long for a free one. Empty: from
/// wherever the kernel chooses, because they are few, or the target is another. The ports are 0: set
/// IP_BIND_ADDRESS_NO_PORT before bind(), else bind() takes a port as if for every target.
/// `turn`: with another number other addresses come first, so that a load does not meet the ports that the
/// load before it left in TIME_WAIT. With 0, addresses are chosen only where one would not do.
[[nodiscard]] std::vector<Address> source_addresses(const Address& target, unsigned connections,
                                                    unsigned ports = local_ports(), std::uint32_t turn = 0);

/// Fails (limits) where this process may not run on one of these CPUs.
[[nodiscard]] Result<void> check_cpus(std::span<const int> cpus);

/// Pins the calling thread to a CPU; false where that is not allowed.
bool pin_this_thread(int cpu);

}  // namespace shootout::engine
