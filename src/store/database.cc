#include "store/database.h"

#include <fmt/format.h>

#include <cerrno>

namespace shootout::store {
namespace {

// Another shootout holds the lock for one trial's write; a slow disk may take seconds for it.
constexpr int kBusyTimeout_ms = 15'000;

const char* const kElsewhere = "or keep the runs elsewhere: SHOOTOUT_HOME=/another/folder";

bool is_disk_full(int error_number) {
  return error_number == ENOSPC || error_number == EDQUOT;
}

}  // namespace

Statement& Statement::bind(std::string_view text) {
  const int code = sqlite3_bind_text64(statement_.get(), ++bound_, text.data(), text.size(), SQLITE_TRANSIENT,
                                       SQLITE_UTF8);
  if (code != SQLITE_OK) binding_error_ = code;
  return *this;
}

Statement& Statement::bind(std::int64_t number) {
  const int code = sqlite3_bind_int64(statement_.get(), ++bound_, number);
  if (code != SQLITE_OK) binding_error_ = code;
  return *this;
}

Statement& Statement::bind(double number) {
  const int code = sqlite3_bind_double(statement_.get(), ++bound_, number);
  if (code != SQLITE_OK) binding_error_ = code;
  return *this;
}

Result<bool> Statement::step() {
  if (binding_error_ != SQLITE_OK) return std::unexpected(database_->error(binding_error_));
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return std::unexpected(database_->error(code));
}

Result<void> Statement::run() {
  auto stepped = step();
  if (!stepped) return std::unexpected(stepped.error());
  return {};
}

std::string Statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (text == nullptr) return {};
  return {text, static_cast<size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

double Statement::real(int column) const {
  return sqlite3_column_double(statement_.get(), column);
}

Result<Database> Database::open(const std::filesystem::path& file) {
  sqlite3* connection = nullptr;
  const int code =
      sqlite3_open_v2(file.c_str(), &connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  Database database(file, connection);  // SQLite wants it closed even where it did not open
  if (code != SQLITE_OK) return std::unexpected(database.error(code));
  // SQLite opens a file that it may only read without a word.
  if (sqlite3_db_readonly(connection, "main") == 1) return std::unexpected(database.error(SQLITE_READONLY));
  sqlite3_extended_result_codes(connection, 1);
  sqlite3_busy_timeout(connection, kBusyTimeout_ms);
  return database;
}

Result<Statement> Database::prepare(std::string_view sql) const {
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v2(connection_.get(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (code != SQLITE_OK) return std::unexpected(error(code));
  return Statement(*this, statement);
}

Result<void> Database::execute(const std::string& sql) const {
  const int code = sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return std::unexpected(error(code));
  return {};
}

Error Database::error(int code) const {
  const std::string name = file_.string();
  const std::string folder = file_.parent_path().string();
  const int error_number = connection_ ? sqlite3_system_errno(connection_.get()) : 0;
  const int primary = code & 0xff;  // the extended codes carry more in their upper bits
  if (primary == SQLITE_FULL ||
      ((primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN) && is_disk_full(error_number))) {
    return {ExitCode::environment, fmt::format("no space left for the runs in {}", folder),
            fmt::format("free some space there (finished trials are kept), {}", kElsewhere)};
  }
  switch (primary) {
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {ExitCode::environment,
              fmt::format("cannot write to {}: {}", name,
                          error_number != 0 ? errno_text(error_number) : sqlite3_errstr(primary)),
              fmt::format("make {} and what is in it writable, {}", folder, kElsewhere)};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ExitCode::environment,
              fmt::format("another program has kept {} locked for {} seconds", name, kBusyTimeout_ms / 1000),
              fmt::format("see who it is with `fuser {}`, and try again when it is done", name)};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {ExitCode::environment, fmt::format("{} is damaged: {}", name, sqlite3_errstr(primary)),
              fmt::format(
                  "move it away (mv {0} {0}.damaged) and a new one is made; `sqlite3 {0}.damaged .recover` "
                  "shows what can be saved",
                  name)};
    case SQLITE_IOERR:
      return {ExitCode::environment,
              fmt::format("the disk fails for {}: {}", name,
                          error_number != 0 ? errno_text(error_number) : sqlite3_errstr(code)),
              fmt::format("look into the kernel's log (dmesg), {}", kElsewhere)};
    default:
      return {
          ExitCode::internal,
          fmt::format("{}: {}", name, connection_ ? sqlite3_errmsg(connection_.get()) : sqlite3_errstr(code)),
          {}};
  }
}

}  // namespace shootout::store
