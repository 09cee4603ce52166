#include "engine/preflight.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "engine/tls_testing.h"

namespace shootout::engine {
namespace {

using testing::Certificate;
using testing::client_for;
using testing::echo_fours;
using testing::LocalTrust;
using testing::TlsPeer;
using testing::TlsServer;

Address ipv4(const std::string& host, int port) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(static_cast<std::uint16_t>(port));
  ::inet_pton(AF_INET, host.c_str(), &name.sin_addr);
  Address address;
  std::memcpy(&address.storage, &name, sizeof name);
  address.length = sizeof name;
  address.text = host + ":" + std::to_string(port);
  return address;
}

/// A socket that listens on 127.0.0.1 or at a path; or that does not listen, or is full.
class Listener {
 public:
  explicit Listener(int backlog) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const Address any = ipv4("127.0.0.1", 0);
    bind(any, backlog);
    sockaddr_in name{};
    socklen_t length = sizeof name;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&name), &length);
    port_ = ntohs(name.sin_port);
  }
  Listener(const std::string& path, int type, int backlog) : fd_(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0)) {
    Address address;
    auto& name = reinterpret_cast<sockaddr_un&>(address.storage);
    name.sun_family = AF_UNIX;
    path.copy(name.sun_path, sizeof name.sun_path - 1);
    address.length = sizeof name;
    bind(address, backlog);
  }
  ~Listener() {
    for (const int fd : waiting_) ::close(fd);
    ::close(fd_);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  static constexpr int kDoesNotListen = -1;

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] Address address() const { return ipv4("127.0.0.1", port_); }

  /// Connections that nobody accepts, until one more gets no answer.
  void fill(const Address& at) {
    for (int i = 0; i < 8; ++i) {
      const int fd = ::socket(at.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      waiting_.push_back(fd);
      if (::connect(fd, reinterpret_cast<const sockaddr*>(&at.storage), at.length) != 0 && errno == EAGAIN)
        return;
    }
  }

 private:
  void bind(const Address& address, int backlog) {
    if (::bind(fd_, reinterpret_cast<const sockaddr*>(&address.storage), address.length) != 0 ||
        (backlog != kDoesNotListen && ::listen(fd_, backlog) != 0))
      throw std::runtime_error("no listener");
  }

  int fd_;
  int port_ = 0;
  std::vector<int> waiting_;
};

class Folder {
 public:
  Folder() { ::mkdtemp(path_.data()); }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_ = (std::filesystem::temp_directory_path() / "shootout-test-XXXXXX").string();
};

Url url_of(const std::string& text) {
  return *parse_url(text);
}

// ---- is somebody there

TEST(Preflight, FindsWhoListens) {
  const Listener listener(4);
  const auto target = find_target(url_of("http://127.0.0.1:" + std::to_string(listener.port())), 5);
  ASSERT_TRUE(target) << target.error().what;
  EXPECT_EQ(target->text, listener.address().text);
  // localhost may be ::1 first, where nobody listens.
  const auto named = find_target(url_of("http://localhost:" + std::to_string(listener.port())), 5);
  ASSERT_TRUE(named) << named.error().what;
  EXPECT_EQ(named->text, listener.address().text);
}

TEST(Preflight, SaysThatNobodyListens) {
  const Listener deaf(Listener::kDoesNotListen);
  const std::string authority = deaf.address().text;
  const auto target = find_target(url_of("http://" + authority), 5);
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().kind, Error::Kind::unreachable);
  EXPECT_EQ(target.error().what,
            "nothing accepts connections at " + authority + " (" + authority + ": Connection refused)");
  EXPECT_FALSE(target.error().remedy.empty());
}

TEST(Preflight, SaysThatANameDoesNotResolve) {
  const auto target = find_target(url_of("http://no-such-host.invalid/"), 5);  // RFC 6761 section 6.4
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().kind, Error::Kind::unreachable);
  EXPECT_TRUE(target.error().what.starts_with("the name 'no-such-host.invalid' does not resolve: "));
}

TEST(Preflight, TheFirstOfSeveralThatAcceptsIsTaken) {
  const Listener deaf(Listener::kDoesNotListen), first(4), second(4);
  Listener silent(0);
  silent.fill(silent.address());
  const Address addresses[] = {silent.address(), deaf.address(), first.address(), second.address()};
  const auto found = first_accepting(addresses, 0.4, "h");  // the silent one gets its share of this
  ASSERT_TRUE(found) << found.error().what;
  EXPECT_EQ(found->text, first.address().text);

  const auto none = first_accepting(std::span(addresses).first(2), 0.2, "h");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, Error::Kind::unreachable);
  EXPECT_EQ(none.error().what, "nothing accepts connections at h (" + silent.address().text +
                                   ": Connection timed out; " + deaf.address().text +
                                   ": Connection refused)");
}

// ---- Unix sockets

TEST(Preflight, FindsAUnixSocket) {
  const Folder folder;
  const std::string path = folder / "app.sock";
  Listener listener(path, SOCK_STREAM, 0);
  const auto address = unix_socket_address(path);
  ASSERT_TRUE(address) << address.error().what;
  EXPECT_EQ(address->text, "unix:" + path);
  listener.fill(*address);
  EXPECT_TRUE(unix_socket_address(path));  // busy is not absent
}

TEST(Preflight, TheLongestPathOfAUnixSocketIsStillGood) {
  const Folder folder;
  const std::string begin = folder / "";
  const std::string longest = begin + std::string(107 - begin.size(), 's');
  const Listener listener(longest, SOCK_STREAM, 4);
  EXPECT_TRUE(unix_socket_address(longest));
  const auto longer = unix_socket_address(longest + "s");
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().kind, Error::Kind::bad_plan);
  EXPECT_TRUE(longer.error().what.contains("has 108 bytes, and it may have 107")) << longer.error().what;
}

TEST(Preflight, SaysWhatIsWrongWithAUnixSocket) {
  const Folder folder;
  {
    const Listener left_behind(folder / "left-behind", SOCK_STREAM, 4);  // its file stays
  }
  const Listener datagrams(folder / "datagrams", SOCK_DGRAM, Listener::kDoesNotListen);
  std::ofstream(folder / "file") << "x";
  struct Case {
    std::string name, says;
  };
  for (const Case& bad : {
           Case{"missing", "No such file or directory"},
           Case{"left-behind", "Connection refused"},
           Case{"datagrams", "Protocol wrong type for socket"},
           Case{"file", "it is no socket"},
       }) {
    SCOPED_TRACE(bad.name);
    const auto address = unix_socket_address(folder / bad.name);
    ASSERT_FALSE(address);
    EXPECT_EQ(address.error().kind, Error::Kind::unreachable);
    EXPECT_EQ(address.error().what,
              "nothing accepts connections at the Unix socket '" + (folder / bad.name) + "': " + bad.says);
  }
  for (const std::string& path : {std::string(), std::string("a\0b", 3)}) {
    const auto address = unix_socket_address(path);
    ASSERT_FALSE(address);
    EXPECT_EQ(address.error().kind, Error::Kind::bad_plan);
  }
}

// ---- TLS

TEST(Preflight, ATrustedServerPassesTheProbe) {
  const LocalTrust trust;
  TlsServer server(trust.certificate, echo_fours);
  const auto client = client_for({.authorities = trust.file.path(), .server_name = {}});
  const auto probed = probe_tls(url_of("https://localhost/"), server.address(), *client, 5);
  EXPECT_TRUE(probed) << probed.error().what;
}

TEST(Preflight, AnUntrustedCertificateIsToldWithWhatToDo) {
  const LocalTrust trust;
  TlsServer server(trust.certificate, echo_fours);
  const auto client = client_for({});
  const auto probed = probe_tls(url_of("https://localhost/"), server.address(), *client, 5);
  ASSERT_FALSE(probed);
  EXPECT_EQ(probed.error().kind, Error::Kind::unreachable);
  EXPECT_EQ(probed.error().what, "no TLS with localhost (" + server.address().text +
                                     "): the certificate is not trusted: unable to get local issuer "
                                     "certificate");
  EXPECT_TRUE(probed.error().remedy.contains("--insecure"));
  EXPECT_TRUE(probed.error().remedy.contains("--cacert FILE"));
}

TEST(Preflight, AServerWithoutTlsIsToldWithoutTalkOfTrust) {
  const LocalTrust trust;
  TlsServer plain(trust.certificate, [](TlsPeer& peer) {
    peer.write_plain("HTTP/1.1 400 Bad Request\r\n\r\n");
    peer.wait_for_close();
  });
  const auto client = client_for({});
  const auto probed = probe_tls(url_of("https://localhost/"), plain.address(), *client, 5);
  ASSERT_FALSE(probed);
  EXPECT_TRUE(probed.error().what.ends_with("the server does not speak TLS")) << probed.error().what;
  EXPECT_FALSE(probed.error().remedy.contains("--insecure"));
}

TEST(Preflight, AServerThatSaysNothingDoesNotHoldTheProbe) {
  const Listener listener(4);  // the kernel accepts, nobody answers
  const auto client = client_for({});
  const auto probed = probe_tls(url_of("https://localhost/"), listener.address(), *client, 0.05);
  ASSERT_FALSE(probed);
  EXPECT_EQ(probed.error().kind, Error::Kind::unreachable);
  EXPECT_TRUE(probed.error().what.ends_with("the handshake did not end within 0.05 s"))
      << probed.error().what;
}

TEST(Preflight, TheProbeOfNobodyIsRefused) {
  const Listener deaf(Listener::kDoesNotListen);
  const auto client = client_for({});
  const auto probed = probe_tls(url_of("https://localhost/"), deaf.address(), *client, 5);
  ASSERT_FALSE(probed);
  EXPECT_TRUE(probed.error().what.ends_with("Connection refused")) << probed.error().what;
}

// ---- ports

TEST(Preflight, TheKernelsPortsAreCounted) {
  EXPECT_GE(local_ports(), 1u);
  EXPECT_LE(local_ports(), 65535u);
}

TEST(Preflight, MoreConnectionsThanPortsAreRefused) {
  const Address far = ipv4("192.0.2.1", 80);
  EXPECT_TRUE(check_ports(far, 1000, 1000));
  const auto refused = check_ports(far, 1001, 1000);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Error::Kind::limits);
  EXPECT_EQ(refused.error().what,
            "1001 connections to 192.0.2.1:80 need as many local ports, and the kernel gives out 1000");
  Address six;
  six.storage.ss_family = AF_INET6;
  EXPECT_FALSE(check_ports(six, 1001, 1000));
}

TEST(Preflight, LoopbackAndUnixSocketsDoNotLackPorts) {
  EXPECT_TRUE(check_ports(ipv4("127.0.0.1", 80), 100'000, 1000));
  EXPECT_TRUE(check_ports(ipv4("127.1.2.3", 80), 100'000, 1000));
  Address local;
  local.storage.ss_family = AF_UNIX;
  EXPECT_TRUE(check_ports(local, 100'000, 1000));
}

TEST(Preflight, ManyConnectionsToLoopbackComeFromSeveralAddresses) {
  const auto sources = [](const Address& target, unsigned connections) {
    std::vector<std::string> hosts;
    for (const Address& source : source_addresses(target, connections, 1000)) hosts.push_back(source.text);
    return hosts;
  };
  const Address target = ipv4("127.0.0.1", 8080);
  using Hosts = std::vector<std::string>;
  EXPECT_EQ(sources(target, 0), Hosts());
  EXPECT_EQ(sources(target, 400), Hosts());
  EXPECT_EQ(sources(target, 401), (Hosts{"127.0.0.2", "127.0.0.3"}));
  EXPECT_EQ(sources(target, 800), (Hosts{"127.0.0.2", "127.0.0.3"}));
  EXPECT_EQ(sources(target, 801), (Hosts{"127.0.0.2", "127.0.0.3", "127.0.0.4"}));
  EXPECT_EQ(sources(ipv4("127.0.0.3", 80), 800), (Hosts{"127.0.0.2", "127.0.0.4"}));
  EXPECT_EQ(sources(ipv4("192.0.2.1", 80), 800), Hosts());
  Address six;
  six.storage.ss_family = AF_INET6;
  EXPECT_EQ(sources(six, 800), Hosts());
  const Hosts many = sources(target, 400 * 300);
  EXPECT_EQ(many.size(), 300u);
  EXPECT_EQ(std::set(many.begin(), many.end()).size(), 300u);
  EXPECT_EQ(many[255], "127.0.1.1");
}

TEST(Preflight, LoadsOneAfterTheOtherComeFromOtherAddresses) {
  const Address target = ipv4("127.0.0.1", 8080);
  const auto hosts = [&](unsigned connections, std::uint32_t turn) {
    std::set<std::string> names;
    for (const Address& source : source_addresses(target, connections, 1000, turn)) names.insert(source.text);
    return names;
  };
  EXPECT_TRUE(hosts(80, 1).empty());  // five such loads a minute do no harm
  std::set<std::string> seen;
  for (std::uint32_t turn = 1; turn <= 60; ++turn) {
    for (const auto& host : hosts(401, turn)) EXPECT_TRUE(seen.insert(host).second) << host;
  }
  EXPECT_EQ(seen.size(), 120U);
  EXPECT_EQ(hosts(400, 7).size(), 1U);
  EXPECT_EQ(hosts(401, 5), hosts(401, 5 + 4096));
}

TEST(Preflight, ASourceAddressCanBeBoundAndConnectedFrom) {
  const Listener listener(4);
  for (const Address& source : source_addresses(listener.address(), 3, 5)) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    EXPECT_EQ(::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on), 0);
    EXPECT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&source.storage), source.length), 0);
    const Address target = listener.address();
    EXPECT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&target.storage), target.length), 0);
    ::close(fd);
  }
}

// ---- CPUs and files

TEST(Preflight, ACpuThatIsNotThereIsRefused) {
  const int absent[] = {CPU_SETSIZE - 1}, impossible[] = {-1};
  for (const auto& cpus : {absent, impossible}) {
    const auto checked = check_cpus({cpus, 1});
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().kind, Error::Kind::limits);
  }
  EXPECT_TRUE(check_cpus({}));
}

TEST(Preflight, MoreOpenFilesThanAllowedAreRefused) {
  EXPECT_TRUE(allow_open_files(1, 1));
  const auto refused = allow_open_files(4'000'000'000, 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Error::Kind::limits);
  EXPECT_TRUE(refused.error().what.starts_with("4000000000 connections need ")) << refused.error().what;
}

}  // namespace
}  // namespace shootout::engine
