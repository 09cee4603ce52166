// The service `postgres` as its own counts have it: what was really read and written, whatever the contenders
// claim.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"

namespace shootout::observe {

/// A connection to a PostgreSQL server, for shootout's own questions. Errors (exit code 5) name the server
/// and have its words; no password is in them.
class Database {
 public:
  /// `url`: postgresql://user:password@host:port/name. Waits at most 5 s.
  static Result<Database> connect(const std::string& url);
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  /// Rows that are committed in the table.
  Result<std::int64_t> rows_in(const std::string& table);
  /// Rows of the table that SELECT statements gave so far, to whomever (pg_stat_statements); nothing where
  /// the server does not count them.
  Result<std::optional<std::int64_t>> rows_read(const std::string& table);
  /// Whether the table has a row with this `id`.
  Result<bool> has_row(const std::string& table, const std::string& id);
  /// Settings as they are in force, e.g. max_connections; by name.
  Result<std::string> setting(const std::string& name);
  /// Connections that clients other than this one have open.
  Result<int> clients();
  /// Runs the statements, one after the other, each by itself.
  Result<void> run(const std::vector<std::string>& statements);
  /// Runs a file of statements as one transaction.
  Result<void> run_file(const std::filesystem::path& file);

 private:
  struct Impl;
  explicit Database(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace shootout::observe
