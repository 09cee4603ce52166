#include "cli/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>

namespace shootout::cli {
namespace {

// A signal handler can reach nothing but globals.
std::atomic<int> first_signal{0};
std::atomic<int> signals{0};
static_assert(std::atomic<int>::is_always_lock_free);

void on_signal(int number) {
  int none = 0;
  first_signal.compare_exchange_strong(none, number);
  if (signals.fetch_add(1) >= 2) ::_exit(128 + number);
}

}  // namespace

void install_interrupt_handlers() {
  struct sigaction action{};
  action.sa_handler = on_signal;
  ::sigemptyset(&action.sa_mask);  // no SA_RESTART: blocking calls return, and the caller looks at the flag
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(number, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

bool interrupted() {
  return first_signal.load() != 0;
}

ExitCode interruption() {
  switch (first_signal.load()) {
    case 0:
      return ExitCode::done;
    case SIGINT:
      return ExitCode::interrupted;
    default:
      return ExitCode::terminated;
  }
}

}  // namespace shootout::cli
