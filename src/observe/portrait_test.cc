#include "observe/portrait.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <thread>

#include "observe/child_process_for_test.h"
#include "observe/cores.h"
#include "observe/listener_for_test.h"
#include "observe/portrait_text.h"

namespace shootout::observe {
namespace {

TEST(Portrait, OfATreeThatListens) {
  Listener listener(AF_INET);  // with a backlog of 64
  ASSERT_TRUE(listener.usable());
  const int core = allowed_cores().back();
  ChildProcess server([&](const Talk& talk) {
    std::jthread second([] { ::pause(); });
    ChildProcess worker([&](const Talk& inner) {
      cpu_set_t one;
      CPU_ZERO(&one);
      CPU_SET(static_cast<size_t>(core), &one);
      ::sched_setaffinity(0, sizeof one, &one);
      rlimit files{};
      ::getrlimit(RLIMIT_NOFILE, &files);
      files.rlim_cur = 77;
      ::setrlimit(RLIMIT_NOFILE, &files);
      inner.say('u');
      (void)inner.hear();
    });
    (void)worker.talk().hear();
    talk.say('u');
    (void)talk.hear();
    ::_exit(0);
  });
  ASSERT_EQ(server.talk().hear(), 'u');
  const auto portrait = portrait_of(server.pid(), listener.port());
  EXPECT_EQ(portrait.at("processes"), 2);
#ifdef __SANITIZE_THREAD__  // it gives each process a thread of its own
  EXPECT_EQ(portrait.at("threads"), 3 + 2);
#else
  EXPECT_EQ(portrait.at("threads"), 3);
#endif
  EXPECT_EQ(portrait.at("listeners"), 1);
  EXPECT_EQ(portrait.at("backlog"), 64);
  EXPECT_EQ(portrait.at("cpus"), nlohmann::json::array({core})) << "what every process may run on";
  EXPECT_EQ(portrait.at("open_files"), 77);
  EXPECT_TRUE(portrait.at("libraries").is_array());
  EXPECT_FALSE(portrait_of(server.pid(), 0).contains("backlog"));
  EXPECT_FALSE(portrait_of(server.pid(), 1).contains("listeners"));
  server.talk().say('e');
}

TEST(Portrait, OfNobodyIsEmpty) {
  ChildProcess gone([](const Talk&) {});
  gone.wait();
  EXPECT_EQ(portrait_of(gone.pid(), 0), nlohmann::json::object());
}

TEST(Portrait, KnowsLibrariesByTheirPaths) {
  const auto found = known_libraries(
      "55d0-55d1 r--p 00000000 fe:00 131 /usr/bin/python3.11\n"
      "7f01-7f02 r-xp 00000000 fe:00 132 "
      "/e/lib/python3.11/site-packages/uvloop/loop.cpython-311-x86_64-linux-gnu.so\n"
      "7f02-7f03 rw-p 00001000 fe:00 132 "
      "/e/lib/python3.11/site-packages/uvloop/loop.cpython-311-x86_64-linux-gnu.so\n"
      "7f03-7f04 r-xp 00000000 fe:00 133 "
      "/e/lib/python3.11/site-packages/httptools/parser/parser.cpython-311.so\n"
      "7f04-7f05 r-xp 00000000 fe:00 134 "
      "/e/lib/python3.11/site-packages/_bjoern.cpython-311-x86_64-linux-gnu.so\n"
      "7f05-7f06 r-xp 00000000 fe:00 135 /usr/lib/x86_64-linux-gnu/libev.so.4.0.13\n"
      "7f06-7f07 r-xp 00000000 fe:00 136 /e/lib/python3.11/site-packages/psycopg2/_psycopg.cpython-311.so\n"
      "7f07-7f08 r-xp 00000000 fe:00 137 /home/asyncpg/lib/python3.11/lib-dynload/_json.cpython-311.so\n"
      "7f08-7f09 r--p 00000000 fe:00 138 /e/lib/python3.11/site-packages/orjson/data.bin\n"
      "7ffc-7ffd rw-p 00000000 00:00 0   [stack]\n");
  EXPECT_EQ(found, (std::set<std::string>{"uvloop", "httptools", "bjoern", "libev", "psycopg2"}));
  EXPECT_TRUE(known_libraries("").empty());
}

TEST(Portrait, ReadsStatusAndLimits) {
  EXPECT_EQ(parse_allowed_cores("Name:\tx\nCpus_allowed:\t0b\nCpus_allowed_list:\t0-1,3\nMems_allowed:\t1\n"),
            (std::vector{0, 1, 3}));
  EXPECT_TRUE(parse_allowed_cores("Name:\tx\n").empty());
  constexpr char kHead[] = "Limit                     Soft Limit           Hard Limit           Units     \n";
  EXPECT_EQ(parse_open_files_limit(
                std::string(kHead) +
                "Max processes             5                    6                    processes \n"
                "Max open files            1024                 524288               files     \n"),
            1024);
  EXPECT_FALSE(parse_open_files_limit(
      std::string(kHead) +
      "Max open files            unlimited            unlimited            files     \n"));
}

}  // namespace
}  // namespace shootout::observe
