#include "trial/schema_keeper.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>

#include "base/unique_fd.h"
#include "observe/database.h"

namespace shootout::trial {
namespace {

constexpr int kAskEveryMs = 5000;

/// Schemas that a killed keeper left: nobody holds their locks.
constexpr const char* kDropLeftovers = R"(DO $$
DECLARE name text;
BEGIN
  FOR name IN SELECT nspname FROM pg_namespace WHERE nspname ~ '^shootout_[0-9a-f]{32}$' LOOP
    IF pg_try_advisory_lock(hashtext(name)) THEN
      BEGIN
        EXECUTE format('DROP SCHEMA IF EXISTS %I CASCADE', name);
      EXCEPTION WHEN insufficient_privilege OR lock_not_available THEN NULL;
      END;
      PERFORM pg_advisory_unlock(hashtext(name));
    END IF;
  END LOOP;
END $$)";

/// It stands in statements as it is.
bool is_plain(const std::string& name) {
  return !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
    return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '_';
  });
}

/// Until a signal says that it is enough (nothing), or the server is gone (its error).
Result<void> wait_for_end(int signals, observe::Database& database) {
  while (true) {
    pollfd waiting{signals, POLLIN, 0};
    if (::poll(&waiting, 1, kAskEveryMs) > 0) return {};
    if (auto there = database.run({"SELECT 1"}); !there) return there;
  }
}

}  // namespace

Result<void> keep_schema(const std::string& url, const std::string& schema, const std::filesystem::path& file,
                         const std::filesystem::path& ready) {
  if (!is_plain(schema)) return fail(ExitCode::internal, fmt::format("'{}' is no schema's name", schema));
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  sigprocmask(SIG_BLOCK, &ends, nullptr);
  const UniqueFd signals(::signalfd(-1, &ends, SFD_CLOEXEC));
  if (signals.get() < 0) return fail(ExitCode::environment, "cannot watch for signals");

  auto database = observe::Database::connect(url);
  if (!database) return std::unexpected(database.error());
  // Whoever still works in it is about to end: dropping waits for them, but not for ever.
  if (auto made = database->run({"SET lock_timeout = '2s'", kDropLeftovers,
                                 fmt::format("SELECT pg_advisory_lock(hashtext('{}'))", schema),
                                 "CREATE SCHEMA " + schema});
      !made)
    return made;
  Result<void> done = database->run_file(file);
  if (done) {
    std::ofstream marker(ready);
    marker.close();
    done = marker ? wait_for_end(signals.get(), *database)
                  : fail(ExitCode::environment, fmt::format("cannot write {}", ready.string()));
  }
  if (auto dropped = database->run({fmt::format("DROP SCHEMA {} CASCADE", schema)}); !dropped && done)
    return dropped;
  return done;
}

int schema_keeper_main(const std::string& schema, const std::filesystem::path& file,
                       const std::filesystem::path& ready) {
  const char* url = std::getenv("DATABASE_URL");
  const auto kept = keep_schema(url == nullptr ? "" : url, schema, file, ready);
  if (kept) return 0;
  fmt::print(stderr, "{}{}{}\n", kept.error().what, kept.error().remedy.empty() ? "" : "\n",
             kept.error().remedy);
  return static_cast<int>(kept.error().code);
}

}  // namespace shootout::trial
