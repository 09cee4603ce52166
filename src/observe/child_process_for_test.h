// A child process that a test talks with, one byte at a time.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <functional>

#include "base/unique_fd.h"

namespace shootout::observe {

/// One end of the talk. hear() gives 0 when the other end is gone.
class Talk {
 public:
  explicit Talk(int fd) : fd_(fd) {}
  void say(char word) const { EXPECT_EQ(::write(fd_.get(), &word, 1), 1); }
  [[nodiscard]] char hear() const {
    char word = 0;
    return ::read(fd_.get(), &word, 1) == 1 ? word : '\0';
  }

 private:
  UniqueFd fd_;
};

/// Runs `body` in a forked process, and kills it at the end unless it has been waited for.
class ChildProcess {
 public:
  explicit ChildProcess(const std::function<void(const Talk&)>& body) : ChildProcess(body, ends()) {}
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess() {
    if (waited_) return;
    ::kill(pid_, SIGKILL);
    wait();
  }

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] const Talk& talk() const { return talk_; }

  /// Waits for its end; the CPU time of it and of the children that it waited for.
  rusage wait() {
    rusage used{};
    EXPECT_EQ(::wait4(pid_, nullptr, 0, &used), pid_);
    waited_ = true;
    return used;
  }

 private:
  static std::array<int, 2> ends() {
    std::array<int, 2> fds{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()), 0);
    return fds;
  }
  ChildProcess(const std::function<void(const Talk&)>& body, std::array<int, 2> fds)
      : talk_(fds[0]), pid_(::fork()) {
    if (pid_ == 0) {
      ::close(fds[0]);
      body(Talk(fds[1]));
      ::_exit(0);
    }
    ::close(fds[1]);
  }

  Talk talk_;
  pid_t pid_;
  bool waited_ = false;
};

/// Keeps this thread busy for so many CPU seconds.
inline void burn_cpu(double seconds) {
  timespec now{};
  do {
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  } while (static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9 < seconds);
}

inline double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

}  // namespace shootout::observe
