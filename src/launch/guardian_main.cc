// guardian_main() of server_set.h.
#include <fcntl.h>
#include <unistd.h>

#include "launch/guardian.h"
#include "launch/server_set.h"

namespace shootout::launch {

int guardian_main(int fd) {
  // Of its own session: Ctrl-C in the terminal is shootout's business. Nothing of shootout's stays open: a
  // pipe that somebody reads shootout's output from must end with shootout, and a mounted folder must be
  // free.
  ::setsid();
  UniqueFd control(::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (!control) return 1;
  const auto control_fd = static_cast<unsigned>(control.get());
  ::close_range(STDERR_FILENO + 1, control_fd - 1, 0);
  ::close_range(control_fd + 1, ~0U, 0);
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nothing, standard);
  if (nothing > STDERR_FILENO) ::close(nothing);
  if (::chdir("/") != 0) return 1;
  return Guardian(std::move(control)).run();
}

}  // namespace shootout::launch
