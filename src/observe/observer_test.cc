#include "observe/observer.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <thread>

#include "observe/child_process_for_test.h"
#include "observe/listener_for_test.h"

namespace shootout::observe {
namespace {

void wait_s(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

// Burns CPU for a 'b', ends for an 'e'; accepts a connection and answers its 3 bytes with 3 for an 'a'.
void work(const Talk& talk, int listener) {
  std::vector<UniqueFd> held;
  double burnt = 0;
  for (char word = talk.hear(); word != 'e' && word != '\0'; word = talk.hear()) {
    if (word == 'b') burn_cpu(burnt += 0.1);
    if (word == 'a') {
      std::array<char, 3> bytes{};
      held.emplace_back(::accept(listener, nullptr, nullptr));
      EXPECT_EQ(::recv(held.back().get(), bytes.data(), bytes.size(), MSG_WAITALL), 3);
      EXPECT_EQ(::send(held.back().get(), bytes.data(), bytes.size(), 0), 3);
    }
    talk.say(word);
  }
}

void ask(const Talk& talk, char word) {
  talk.say(word);
  ASSERT_EQ(talk.hear(), word);
}

TEST(Observer, AddsUpWhatATreeUsesWithProcessesThatComeAndGo) {
  // The root starts a first worker, then on command a second one; it passes commands on to them.
  ChildProcess root([](const Talk& talk) {
    const auto worker = [](const Talk& inner) { work(inner, -1); };
    ChildProcess first(worker);
    talk.say('u');
    if (talk.hear() != '1') return;
    ask(first.talk(), 'b');
    talk.say('1');
    if (talk.hear() != 'x') return;
    first.talk().say('e');
    first.wait();
    ChildProcess second(worker);
    ask(second.talk(), 'b');
    talk.say('x');
    (void)talk.hear();
  });
  ASSERT_EQ(root.talk().hear(), 'u');

  auto observer = Observer::start({{.name = "tree", .root = root.pid(), .port = 0}}, 0.02);
  ASSERT_TRUE(observer) << observer.error().what;
  ask(root.talk(), '1');
  wait_s(0.1);
  ask(root.talk(), 'x');
  const Observation seen = observer->finish();
  root.talk().say('e');

  ASSERT_EQ(seen.trees.size(), 1U);
  const auto& tree = seen.trees[0];
  EXPECT_EQ(tree.name, "tree");
  // The second worker's; the first's too where a sample came between its work and its end.
  EXPECT_GE(tree.cpu_user_s + tree.cpu_system_s, 0.099);
  EXPECT_LE(tree.cpu_user_s + tree.cpu_system_s, tree.wall_s * 2);
  EXPECT_GE(tree.wall_s, 0.3);
  EXPECT_EQ(tree.ended.size(), 1U);
  EXPECT_EQ(tree.appeared.size(), 1U);
  EXPECT_NE(tree.ended, tree.appeared);
  EXPECT_GT(tree.peak_rss_bytes, 0);
  ASSERT_TRUE(tree.peak_pss_bytes);
  EXPECT_GT(*tree.peak_pss_bytes, 0);

  ASSERT_GE(seen.samples.size(), 2U);
  double previous = -1;
  for (const auto& sample : seen.samples) {
    EXPECT_GE(sample.at("t_s").get<double>(), previous);
    previous = sample.at("t_s").get<double>();
    EXPECT_EQ(sample.at("trees").at("tree").at("processes").size(), 2U);
  }
  const auto& last = seen.samples.back();
  EXPECT_GT(last.at("observer_cpu_s").get<double>(), 0);
  EXPECT_NEAR(last.at("trees").at("tree").at("cpu_user_s").get<double>(), tree.cpu_user_s, 1e-6);
  EXPECT_TRUE(last.at("trees").at("tree").contains("pss_bytes"));
}

TEST(Observer, SplitsConnectionsOverTheWorkersAndCountsBytes) {
  Listener listener(AF_INET);
  ASSERT_TRUE(listener.usable());
  ChildProcess one([&](const Talk& talk) { work(talk, listener.fd()); });
  ChildProcess two([&](const Talk& talk) { work(talk, listener.fd()); });
  auto observer = Observer::start({{.name = "server", .root = ::getpid(), .port = listener.port()},
                                   {.name = "two", .root = two.pid(), .port = listener.port()}},
                                  0.05);
  ASSERT_TRUE(observer);
  std::vector<UniqueFd> clients;
  for (const ChildProcess* worker : {&one, &two, &one, &one}) {
    clients.push_back(listener.connect());
    ASSERT_EQ(::send(clients.back().get(), "abc", 3, 0), 3);
    ask(worker->talk(), 'a');
  }
  clients.push_back(listener.connect());  // waits
  const Observation seen = observer->finish();

  ASSERT_EQ(seen.trees.size(), 2U);
  const auto& server = seen.trees[0];
  EXPECT_EQ(server.connections_by_process, (std::map<pid_t, std::uint64_t>{{one.pid(), 3}, {two.pid(), 1}}));
  EXPECT_EQ(server.connections_never_accepted, 1U);
  EXPECT_EQ(seen.trees[1].connections_by_process, (std::map<pid_t, std::uint64_t>{{two.pid(), 1}}));
  ASSERT_TRUE(seen.trees[1].network_received_bytes);
  EXPECT_EQ(*seen.trees[1].network_received_bytes, 3);
  ASSERT_TRUE(server.network_received_bytes);
  EXPECT_GE(*server.network_received_bytes, 12) << "the workers' 12, and the clients' in this very process";
}

TEST(Observer, BytesOfBeforeDoNotCount) {
  Listener listener(AF_INET);
  ASSERT_TRUE(listener.usable());
  ChildProcess worker([&](const Talk& talk) { work(talk, listener.fd()); });
  const UniqueFd client = listener.connect();
  ASSERT_EQ(::send(client.get(), "abc", 3, 0), 3);
  ask(worker.talk(), 'a');
  auto observer = Observer::start({{.name = "w", .root = worker.pid(), .port = listener.port()}}, 1);
  ASSERT_TRUE(observer);
  const Observation seen = observer->finish();
  EXPECT_EQ(seen.trees.at(0).network_received_bytes, 0);
  EXPECT_EQ(seen.trees.at(0).connections_by_process.at(worker.pid()), 1U);
}

TEST(Observer, ARootThatIsGoneIsAnError) {
  pid_t gone = 0;
  {
    ChildProcess child([](const Talk&) {});
    gone = child.pid();
    child.wait();
  }
  const auto observer = Observer::start({{.name = "flask", .root = gone, .port = 0}}, 1);
  ASSERT_FALSE(observer);
  EXPECT_EQ(observer.error().code, ExitCode::environment);
  EXPECT_NE(observer.error().what.find("flask"), std::string::npos);
}

TEST(Observer, OneThatIsDroppedStopsWatching) {
  ChildProcess child([](const Talk& talk) { (void)talk.hear(); });
  auto observer = Observer::start({{.name = "c", .root = child.pid(), .port = 0}}, 0.01);
  ASSERT_TRUE(observer);
  Observer moved = std::move(*observer);
  // Its destructor joins the thread; a hang would be the test's timeout.
}

}  // namespace
}  // namespace shootout::observe
