#include "cli/command.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace shootout::cli {

ExitCode report_error(const Error& error) {
  std::string text = "shootout: " + error.what + "\n";
  if (!error.remedy.empty()) text += "  " + error.remedy + "\n";
  std::fputs(text.c_str(), stderr);
  return error.code;
}

bool colour_allowed(int fd) {
  const char* no_colour = std::getenv("NO_COLOR");
  return ::isatty(fd) == 1 && (no_colour == nullptr || *no_colour == '\0');
}

int columns_of(int fd) {
  winsize size{};
  if (::isatty(fd) == 1 && ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40) return size.ws_col;
  return 80;
}

Result<void> print_data(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) return {};
  return fail(ExitCode::environment, fmt::format("cannot write the output: {}", errno_text(errno)));
}

}  // namespace shootout::cli
