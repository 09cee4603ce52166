#include "observe/connection_tracker.h"

#include <algorithm>

namespace shootout::observe {
namespace {

// A dump that runs beside the kernel's work can skip a socket that is there: only one missed several times is
// closed.
constexpr int kMissedWhenClosed = 3;

}  // namespace

void ConnectionTracker::add(const std::vector<Connection>& now) {
  for (auto& [cookie, seen] : open_) ++seen.looks_missed;
  for (const auto& connection : now) {
    auto& seen = open_[connection.cookie];
    seen.looks_missed = 0;
    seen.accepted = seen.accepted || connection.inode != 0;
    const pid_t holder = connection.pid != 0 ? connection.pid : seen.last.pid;
    const Connection previous = seen.last;
    seen.last = connection;
    seen.last.pid = holder;
    seen.last.bytes_received = std::max(previous.bytes_received, connection.bytes_received);
    seen.last.bytes_sent = std::max(previous.bytes_sent, connection.bytes_sent);
  }
  std::erase_if(open_, [this](const auto& entry) {
    if (entry.second.looks_missed < kMissedWhenClosed) return false;
    count(entry.second, closed_);
    return true;
  });
}

void ConnectionTracker::count_bytes_from_here() {
  for (auto& [cookie, seen] : open_) {
    seen.before = {.received = static_cast<std::int64_t>(seen.last.bytes_received),
                   .sent = static_cast<std::int64_t>(seen.last.bytes_sent)};
  }
  closed_.bytes = {};
}

void ConnectionTracker::count(const Seen& connection, Totals& totals) const {
  const bool on_listen_port = listen_port_ != 0 && connection.last.local_port == listen_port_;
  if (on_listen_port && !connection.accepted) ++totals.never_accepted;
  if (connection.last.pid == 0) return;
  if (on_listen_port) ++totals.by_process[connection.last.pid];
  totals.bytes.received +=
      static_cast<std::int64_t>(connection.last.bytes_received) - connection.before.received;
  totals.bytes.sent += static_cast<std::int64_t>(connection.last.bytes_sent) - connection.before.sent;
}

ConnectionTracker::Totals ConnectionTracker::totals() const {
  Totals sum = closed_;
  for (const auto& [cookie, seen] : open_) count(seen, sum);
  return sum;
}

NetworkBytes ConnectionTracker::bytes() const {
  return totals().bytes;
}
std::map<pid_t, std::uint64_t> ConnectionTracker::by_process() const {
  return totals().by_process;
}
std::uint64_t ConnectionTracker::never_accepted() const {
  return totals().never_accepted;
}

}  // namespace shootout::observe
