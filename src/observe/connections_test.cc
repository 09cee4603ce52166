#include "observe/connections.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <map>
#include <vector>

#include "base/unique_fd.h"
#include "observe/child_process_for_test.h"
#include "observe/listener_for_test.h"
#include "observe/process_tree.h"

namespace shootout::observe {
namespace {

// Accepts one connection for each 'a' that it hears, reads 5 bytes of the newest for an 'r' and answers
// with 7.
void serve(const Talk& talk, int listener) {
  std::vector<UniqueFd> held;
  for (char word = talk.hear(); word != '\0'; word = talk.hear()) {
    std::array<char, 7> bytes{};
    if (word == 'a') held.emplace_back(::accept(listener, nullptr, nullptr));
    if (word == 'r') {
      EXPECT_EQ(::recv(held.back().get(), bytes.data(), 5, MSG_WAITALL), 5);
      EXPECT_EQ(::send(held.back().get(), bytes.data(), 7, 0), 7);
    }
    if (word == 'c') held.clear();
    talk.say(word);
  }
}

std::map<pid_t, int> accepted_by(const std::vector<Connection>& connections, std::uint16_t port) {
  std::map<pid_t, int> count;
  for (const auto& connection : connections) {
    if (connection.local_port == port) ++count[connection.pid];
  }
  return count;
}

class Connections : public testing::TestWithParam<int> {};

TEST_P(Connections, TellsWhichWorkerHoldsWhich) {
  Listener listener(GetParam());
  if (!listener.usable()) GTEST_SKIP() << "no loopback of this family";
  ChildProcess one([&](const Talk& talk) { serve(talk, listener.fd()); });
  ChildProcess two([&](const Talk& talk) { serve(talk, listener.fd()); });
  std::vector<UniqueFd> clients;
  const auto accept = [&](const ChildProcess& worker) {
    clients.push_back(listener.connect());
    worker.talk().say('a');
    ASSERT_EQ(worker.talk().hear(), 'a');
  };
  for (int i = 0; i < 3; ++i) accept(one);
  accept(two);
  clients.push_back(listener.connect());  // these two wait
  clients.push_back(listener.connect());

  auto reader = ConnectionReader::open();
  ASSERT_TRUE(reader) << reader.error().what;
  const std::vector<pid_t> workers{one.pid(), two.pid()};
  const Holders server{.tree = workers, .listen_port = listener.port()};
  const Holders client{.tree = {::getpid()}, .listen_port = 0};
  auto seen = reader->read({server, client});
  ASSERT_TRUE(seen) << seen.error().what;
  EXPECT_EQ(accepted_by((*seen)[0], listener.port()),
            (std::map<pid_t, int>{{0, 2}, {one.pid(), 3}, {two.pid(), 1}}));
  for (const auto& connection : (*seen)[0]) EXPECT_EQ(connection.inode == 0, connection.pid == 0);
  int outgoing = 0;
  for (const auto& connection : (*seen)[1]) {
    EXPECT_EQ(connection.pid, ::getpid());
    if (connection.remote_port == listener.port()) ++outgoing;
  }
  EXPECT_EQ(outgoing, 6);

  // The one that waits and is then accepted keeps its cookie; the reader notices new holders.
  two.talk().say('a');
  ASSERT_EQ(two.talk().hear(), 'a');
  seen = reader->read({server, client});
  ASSERT_TRUE(seen);
  EXPECT_EQ(accepted_by((*seen)[0], listener.port()),
            (std::map<pid_t, int>{{0, 1}, {one.pid(), 3}, {two.pid(), 2}}));

  // Closed ones are gone, and so is what nobody asked for.
  one.talk().say('c');
  ASSERT_EQ(one.talk().hear(), 'c');
  const auto later = connections_of({one.pid(), two.pid()}, listener.port());
  ASSERT_TRUE(later);
  EXPECT_EQ(accepted_by(*later, listener.port()), (std::map<pid_t, int>{{0, 1}, {two.pid(), 2}}));
  const auto without_port = connections_of({one.pid(), two.pid()}, 0);
  ASSERT_TRUE(without_port);
  EXPECT_EQ(without_port->size(), 2U);
}

TEST_P(Connections, CountsBytes) {
  Listener listener(GetParam());
  if (!listener.usable()) GTEST_SKIP() << "no loopback of this family";
  ChildProcess worker([&](const Talk& talk) { serve(talk, listener.fd()); });
  const UniqueFd client = listener.connect();
  worker.talk().say('a');
  ASSERT_EQ(worker.talk().hear(), 'a');
  std::array<char, 7> bytes{};
  ASSERT_EQ(::send(client.get(), bytes.data(), 5, 0), 5);
  worker.talk().say('r');
  ASSERT_EQ(worker.talk().hear(), 'r');
  ASSERT_EQ(::recv(client.get(), bytes.data(), 7, MSG_WAITALL), 7);

  const auto seen = connections_of({worker.pid()}, listener.port());
  ASSERT_TRUE(seen);
  ASSERT_EQ(seen->size(), 1U);
  EXPECT_EQ(seen->front().bytes_received, 5U);
  EXPECT_EQ(seen->front().pid, worker.pid());
  // The acknowledgement of the 7 bytes may be on its way still.
  std::uint64_t sent = seen->front().bytes_sent;
  while (sent == 0) sent = connections_of({worker.pid()}, listener.port()).value().at(0).bytes_sent;
  EXPECT_EQ(sent, 7U);
}

INSTANTIATE_TEST_SUITE_P(Families, Connections, testing::Values(AF_INET, AF_INET6),
                         [](const auto& family) { return family.param == AF_INET ? "IPv4" : "IPv6"; });

}  // namespace
}  // namespace shootout::observe
