#include "store/store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/folders.h"
#include "base/text.h"
#include "store/database.h"
#include "store/rows.h"
#include "store/schema.h"

namespace shootout::store {
namespace fs = std::filesystem;
namespace {

using nlohmann::json;

constexpr size_t kMostListed = 5;

// "a, b, c and 4 more"
std::string some_of(const std::vector<std::string>& ids) {
  const size_t shown = std::min(ids.size(), kMostListed);
  const auto text =
      fmt::format("{}", fmt::join(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
  return ids.size() > shown ? fmt::format("{} and {} more", text, ids.size() - shown) : text;
}

std::unexpected<Error> no_such_run(const std::string& typed, const std::vector<std::string>& ids) {
  const std::string remedy = "`shootout list runs` shows them";
  // A beginning is misspelt against beginnings of its own length.
  std::vector<std::string> beginnings;
  for (const auto& id : ids) beginnings.push_back(id.substr(0, typed.size()));
  if (const auto near = closest_name(typed, beginnings)) {
    const auto place = std::find(beginnings.begin(), beginnings.end(), *near) - beginnings.begin();
    return fail(
        ExitCode::usage,
        fmt::format("there is no run '{}'; did you mean '{}'?", typed, ids[static_cast<size_t>(place)]),
        remedy);
  }
  return fail(ExitCode::usage, fmt::format("there is no run '{}'; the newest are: {}", typed, some_of(ids)),
              remedy);
}

int planned_trials(const json& plan) {
  const auto trials = plan.find("trials");
  return trials != plan.end() && trials->is_number_integer() ? trials->get<int>() : 0;
}

int planned_contenders(const json& plan) {
  const auto contenders = plan.find("contenders");
  return contenders != plan.end() && contenders->is_array() ? static_cast<int>(contenders->size()) : 0;
}

// What cannot be read is left empty: one damaged run must not hide the others.
json object_in(const std::string& text) {
  auto value = json::parse(text, nullptr, false);
  return value.is_object() ? value : json::object();
}

}  // namespace

struct Store::Impl {
  Database database;

  /// Newest first.
  Result<std::vector<std::string>> ids() const {
    auto row = database.prepare("SELECT id FROM runs ORDER BY started_at DESC, rowid DESC");
    if (!row) return std::unexpected(row.error());
    std::vector<std::string> ids;
    for (;;) {
      auto more = row->step();
      if (!more) return std::unexpected(more.error());
      if (!*more) return ids;
      ids.push_back(row->text(0));
    }
  }

  /// Runs a statement that must change the run with this id.
  Result<void> change(Result<Statement> statement, const std::string& id) const {
    if (!statement) return std::unexpected(statement.error());
    if (auto done = statement->run(); !done) return done;
    if (database.changes() > 0) return {};
    auto all = ids();
    if (!all) return std::unexpected(all.error());
    return no_such_run(id, *all);
  }
};

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Result<Store> Store::open(const fs::path& home) {
  if (auto made = make_folder(home); !made) return std::unexpected(made.error());
  // SQLite needs the folder too, for its journal; told now, not when the first trial has ended.
  if (::faccessat(AT_FDCWD, home.c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
    return fail(ExitCode::environment,
                fmt::format("cannot write to {}: {}", home.string(), errno_text(errno)),
                "make the folder writable, or keep the runs elsewhere: SHOOTOUT_HOME=/another/folder");
  }
  auto database = Database::open(home / "runs.sqlite");
  if (!database) return std::unexpected(database.error());
  // A rollback journal and not WAL: after a crash on a full disk it needs no new space to be read, and no
  // second file stays beside the database. EXTRA syncs the folder too, so that a commit outlives a power cut
  // (https://www.sqlite.org/pragma.html#pragma_synchronous).
  auto set =
      database->execute("PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA; PRAGMA foreign_keys = ON");
  if (!set) return std::unexpected(set.error());
  if (auto migrated = migrate(*database, schema_steps()); !migrated) return std::unexpected(migrated.error());
  return Store(std::make_unique<Impl>(Impl{std::move(*database)}));
}

Result<void> Store::begin(const suite::RunRecord& run) {
  return insert(impl_->database, run);
}

Result<void> Store::add(const std::string& run_id, const suite::TrialRecord& trial) {
  return insert(impl_->database, run_id, trial);
}

Result<void> Store::set_plan(const std::string& run_id, const nlohmann::json& plan) {
  auto statement = impl_->database.prepare("UPDATE runs SET plan = ? WHERE id = ?");
  if (statement) statement->bind(plan.dump()).bind(run_id);
  return impl_->change(std::move(statement), run_id);
}

Result<void> Store::end(const std::string& run_id, suite::RunState state, const std::string& ended_at) {
  auto statement = impl_->database.prepare("UPDATE runs SET state = ?, ended_at = ? WHERE id = ?");
  if (statement) statement->bind(name_of(state)).bind(ended_at).bind(run_id);
  return impl_->change(std::move(statement), run_id);
}

Result<std::string> Store::find(const std::string& id_or_last) const {
  const auto ids = impl_->ids();
  if (!ids) return std::unexpected(ids.error());
  if (ids->empty()) {
    return fail(ExitCode::usage, fmt::format("there is no run '{}': there are no runs yet", id_or_last),
                "make one: shootout run io");
  }
  if (id_or_last == "last") return ids->front();
  std::vector<std::string> matching;
  for (const auto& id : *ids) {
    if (id == id_or_last) return id;
    if (id.starts_with(id_or_last)) matching.push_back(id);
  }
  if (matching.size() == 1) return matching.front();
  if (matching.empty()) return no_such_run(id_or_last, *ids);
  return fail(
      ExitCode::usage,
      fmt::format("'{}' begins the ids of {} runs: {}", id_or_last, matching.size(), some_of(matching)),
      "give more of the id");
}

Result<suite::RunRecord> Store::read(const std::string& id) const {
  Result<suite::RunRecord> whole;
  // One transaction, so that run and trials are of the same moment.
  auto done = impl_->database.transaction(Database::Kind::reading, [&]() -> Result<void> {
    auto run = read_run(impl_->database, id);
    if (!run) return std::unexpected(run.error());
    if (!*run) {
      const auto ids = impl_->ids();
      return ids ? no_such_run(id, *ids) : std::unexpected(ids.error());
    }
    auto trials = read_trials(impl_->database, id);
    if (!trials) return std::unexpected(trials.error());
    whole = std::move(**run);
    whole->trials = std::move(*trials);
    return {};
  });
  if (!done) return std::unexpected(done.error());
  return whole;
}

Result<std::vector<RunLine>> Store::list() const {
  auto row = impl_->database.prepare(
      "SELECT id, suite, profile, started_at, state, plan, machine, "
      "(SELECT count(DISTINCT number) FROM trials WHERE run_id = runs.id) "
      "FROM runs ORDER BY started_at DESC, rowid DESC");
  if (!row) return std::unexpected(row.error());
  std::vector<RunLine> lines;
  for (;;) {
    auto more = row->step();
    if (!more) return std::unexpected(more.error());
    if (!*more) return lines;
    const json plan = object_in(row->text(5));
    lines.push_back({.id = row->text(0),
                     .suite = row->text(1),
                     .profile = row->text(2),
                     .started_at = row->text(3),
                     .state = state_of(row->text(4)),
                     .trials = static_cast<int>(row->number(7)),
                     .planned = planned_trials(plan),
                     .contenders = planned_contenders(plan),
                     .machine = object_in(row->text(6))});
  }
}

Result<void> Store::remove(const std::string& id) {
  auto statement = impl_->database.prepare("DELETE FROM runs WHERE id = ?");
  if (statement) statement->bind(id);
  return impl_->change(std::move(statement), id);
}

}  // namespace shootout::store
