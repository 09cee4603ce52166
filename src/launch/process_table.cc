#include "launch/process_table.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

#include "base/unique_fd.h"

namespace shootout::launch {
namespace fs = std::filesystem;
namespace {

/// What can be read of it: a process may go in the middle, and then read() fails (which a std::filebuf would
/// throw).
std::string slurp(const std::string& file) {
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  char chunk[4096];
  for (ssize_t n; fd && (n = ::read(fd.get(), chunk, sizeof chunk)) > 0;)
    text.append(chunk, static_cast<size_t>(n));
  return text;
}

std::optional<pid_t> pid_of(const std::string& name) {
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return pid;
}

void add_descendants(const std::multimap<pid_t, pid_t>& children, pid_t root, std::vector<pid_t>& found) {
  const size_t first = found.size();
  const auto [begin, end] = children.equal_range(root);
  for (auto it = begin; it != end; ++it) found.push_back(it->second);
  for (size_t i = first, last = found.size(); i < last; ++i) add_descendants(children, found[i], found);
}

}  // namespace

std::optional<Process> read_process(pid_t pid) {
  const std::string stat = slurp(fmt::format("/proc/{}/stat", pid));
  const size_t open = stat.find('('),
               close = stat.rfind(')');  // the name itself may hold brackets and blanks
  if (open == std::string::npos || close == std::string::npos) return std::nullopt;
  Process process{.pid = pid};
  process.name = stat.substr(open + 1, close - open - 1);
  long threads = 0;
  unsigned long long start = 0;
  // Fields 3 to 22 of proc(5).
  const int read =
      std::sscanf(stat.c_str() + close + 1,
                  " %c %d %d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %ld %*d %llu",
                  &process.state, &process.parent, &process.group, &process.session, &threads, &start);
  if (read != 6) return std::nullopt;
  process.start_ticks = start;
  const bool dead = process.state == 'X' || (process.state == 'Z' && threads <= 1);
  return dead ? std::nullopt : std::optional(process);
}

ProcessTable read_processes() {
  ProcessTable table;
  std::error_code error;
  for (fs::directory_iterator it("/proc", error), end; !error && it != end; it.increment(error)) {
    const auto pid = pid_of(it->path().filename().string());
    if (!pid) continue;
    if (auto process = read_process(*pid)) table.emplace(*pid, std::move(*process));
  }
  return table;
}

bool lives(pid_t pid, std::uint64_t start_ticks) {
  const auto process = read_process(pid);
  return process && process->start_ticks == start_ticks;
}

std::vector<pid_t> descendants(const ProcessTable& table, pid_t root) {
  std::multimap<pid_t, pid_t> children;
  for (const auto& [pid, process] : table) children.emplace(process.parent, pid);
  std::vector<pid_t> found;
  add_descendants(children, root, found);
  return found;
}

std::string command_line(pid_t pid) {
  std::string line = slurp(fmt::format("/proc/{}/cmdline", pid));
  while (!line.empty() && line.back() == '\0') line.pop_back();
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  if (!line.empty()) return line;
  const auto process = read_process(pid);
  return process ? fmt::format("[{}]", process->name) : "";
}

std::optional<std::string> start_variable(pid_t pid, const std::string& name) {
  const std::string variables = '\0' + slurp(fmt::format("/proc/{}/environ", pid));
  const std::string wanted = '\0' + name + '=';
  const size_t at = variables.find(wanted);
  if (at == std::string::npos) return std::nullopt;
  const size_t begin = at + wanted.size();
  return variables.substr(begin, variables.find('\0', begin) - begin);
}

bool works_below(pid_t pid, const fs::path& folder) {
  if (folder.empty()) return false;
  std::error_code error;
  const auto place = fs::read_symlink(fmt::format("/proc/{}/cwd", pid), error);
  return !error && (place.string() + "/").starts_with(folder.string() + "/");
}

std::optional<std::vector<std::uint64_t>> sockets_of(pid_t pid) {
  // readlinkat, not std::filesystem: some process on the machine may well have 20,000 connections open.
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(fmt::format("/proc/{}/fd", pid).c_str()),
                                                   ::closedir);
  if (!folder) return std::nullopt;
  std::vector<std::uint64_t> inodes;
  while (const dirent* entry = ::readdir(folder.get())) {
    char target[64];
    const ssize_t size = ::readlinkat(::dirfd(folder.get()), entry->d_name, target, sizeof target - 1);
    if (size <= 0) continue;
    target[size] = '\0';
    unsigned long long inode = 0;
    if (std::sscanf(target, "socket:[%llu]", &inode) == 1) inodes.push_back(inode);
  }
  return inodes;
}

}  // namespace shootout::launch
