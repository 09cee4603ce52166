// A SQLite database and its statements, with its failures as values.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace shootout::store {

class Database;

/// A prepared statement; parameters are bound in order, from the first. Lives no longer than its database.
class Statement {
 public:
  Statement& bind(std::string_view text);
  Statement& bind(std::int64_t number);
  Statement& bind(double number);
  Statement& bind(const char*) = delete;  // would convert to a number silently

  /// The next row: true; no more: false.
  Result<bool> step();
  /// For statements without rows.
  Result<void> run();

  /// Of the current row; columns count from 0.
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::int64_t number(int column) const;
  [[nodiscard]] double real(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  Statement(const Database& database, sqlite3_stmt* statement)
      : database_(&database), statement_(statement) {}

  const Database* database_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int bound_ = 0;
  int binding_error_ = SQLITE_OK;
};

/// One connection. Its errors say what is the matter with the file and what to do about it; exit code 5,
/// unless the data themselves broke a rule of the schema (1).
class Database {
 public:
  /// Opens the file, and makes it where there is none; one that can only be read is an error.
  static Result<Database> open(const std::filesystem::path& file);

  [[nodiscard]] Result<Statement> prepare(std::string_view sql) const;
  /// One or more statements without parameters and rows.
  Result<void> execute(const std::string& sql) const;
  /// A transaction that will write takes the lock for it at once: to ask later could fail for good.
  enum class Kind { reading, writing };
  /// Runs `work` in a transaction: all of it happens, or nothing.
  template <class Work>
  Result<void> transaction(Kind kind, Work work) const;

  /// Rows that the last statement changed.
  [[nodiscard]] int changes() const { return sqlite3_changes(connection_.get()); }
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }
  /// The error for a SQLite result code.
  [[nodiscard]] Error error(int code) const;

 private:
  struct Close {
    void operator()(sqlite3* connection) const { sqlite3_close(connection); }
  };
  Database(std::filesystem::path file, sqlite3* connection)
      : file_(std::move(file)), connection_(connection) {}

  std::filesystem::path file_;
  std::unique_ptr<sqlite3, Close> connection_;
};

template <class Work>
Result<void> Database::transaction(Kind kind, Work work) const {
  if (auto begun = execute(kind == Kind::writing ? "BEGIN IMMEDIATE" : "BEGIN"); !begun) return begun;
  Result<void> done = work();
  if (done) done = execute("COMMIT");
  // After some errors SQLite has rolled back by itself, and says so: that is no further failure.
  if (!done) static_cast<void>(execute("ROLLBACK"));
  return done;
}

}  // namespace shootout::store
