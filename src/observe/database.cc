#include "observe/database.h"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include <charconv>
#include <chrono>
#include <fstream>
#include <iterator>
#include <string_view>

namespace shootout::observe {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kConnectTimeoutS = "5";
/// Longer than counting the rows of any table here takes: only a server that hangs is that silent.
constexpr auto kAnswerTimeout = std::chrono::seconds(30);

/// Stands in each statement of shootout's own that reads a table: so they are told from the contenders'
/// (pg_stat_statements keeps comments within a statement), and the constant column keeps the two from being
/// counted as one statement.
#define SHOOTOUT_MARK "/*shootout*/ 'shootout', "

constexpr std::string_view kNoSuchView = "42P01", kNotPreloaded = "55000", kNotPermitted = "42501";
/// "one" is no id of a numeric column, nor is 99999999999999999999: no row has it.
constexpr std::string_view kNoNumber = "22P02", kOutOfRange = "22003";

struct FreeResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Answer = std::unique_ptr<PGresult, FreeResult>;

struct FreeConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

/// What a URL names, as far as the person may be told of it.
struct Address {
  std::string host = "localhost", port = "5432", name, password;

  [[nodiscard]] std::string words() const {
    return fmt::format("PostgreSQL at {}:{}{}", host, port, name.empty() ? "" : "/" + name);
  }
};

std::optional<Address> parse(const std::string& url) {
  char* problem = nullptr;  // not shown: it may quote the password
  const std::unique_ptr<PQconninfoOption, FreeOptions> options(PQconninfoParse(url.c_str(), &problem));
  if (problem != nullptr) PQfreemem(problem);
  if (!options) return std::nullopt;
  Address address;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    const std::string_view key = option->keyword;
    if (key == "host") address.host = option->val;
    if (key == "port") address.port = option->val;
    if (key == "dbname") address.name = option->val;
    if (key == "password") address.password = option->val;
  }
  return address;
}

/// Words for the person: one line, without the statement that the server repeats below its error, and without
/// the password.
std::string tidy(std::string_view words, const std::string& password) {
  std::string text(words.substr(0, words.find("\nLINE ")));
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  for (size_t at = 0; !password.empty() && (at = text.find(password, at)) != std::string::npos; at += 3)
    text.replace(at, password.size(), "***");
  for (size_t at = 0; (at = text.find('\n', at)) != std::string::npos;) text.replace(at, 1, "; ");
  return text;
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

}  // namespace

struct Database::Impl {
  Address address;
  std::unique_ptr<PGconn, FreeConnection> connection;

  [[nodiscard]] std::unexpected<Error> failed(std::string_view what, std::string_view words) const {
    return fail(ExitCode::environment,
                fmt::format("{}: {}: {}", address.words(), tidy(what, address.password),
                            tidy(words, address.password)));
  }

  /// Of one statement, whatever its outcome; an error only where no answer came.
  Result<Answer> ask(const std::string& statement, const std::vector<std::string>& parameters,
                     std::string_view what) {
    std::vector<const char*> values;
    for (const auto& parameter : parameters) values.push_back(parameter.c_str());
    if (!connection) return failed(what, "the connection was given up before");
    if (PQsendQueryParams(connection.get(), statement.c_str(), static_cast<int>(values.size()), nullptr,
                          values.data(), nullptr, nullptr, 0) != 1) {
      return failed(what, PQerrorMessage(connection.get()));
    }
    return answer_to(what);
  }

  /// The last of the answers to what was sent, or the first that is an error.
  Result<Answer> answer_to(std::string_view what) {
    Answer answer;
    const auto deadline = Clock::now() + kAnswerTimeout;
    while (true) {
      while (PQisBusy(connection.get()) == 1) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
        pollfd socket{PQsocket(connection.get()), POLLIN, 0};
        if (left.count() <= 0 || ::poll(&socket, 1, static_cast<int>(left.count())) == 0) {
          connection.reset();
          return failed(what, fmt::format("no answer within {} s", kAnswerTimeout.count()));
        }
        if (PQconsumeInput(connection.get()) != 1) return failed(what, PQerrorMessage(connection.get()));
      }
      Answer next(PQgetResult(connection.get()));
      if (!next) break;
      if (!answer || good(answer)) answer = std::move(next);
    }
    if (!answer) return failed(what, PQerrorMessage(connection.get()));
    return answer;
  }

  [[nodiscard]] static bool good(const Answer& answer) {
    const auto status = PQresultStatus(answer.get());
    return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
  }
  [[nodiscard]] static std::string_view cause(const Answer& answer) {
    const char* code = PQresultErrorField(answer.get(), PG_DIAG_SQLSTATE);
    return code == nullptr ? "" : code;
  }

  /// The text in the last column of the only row.
  Result<std::string> one(const std::string& statement, const std::vector<std::string>& parameters,
                          std::string_view what) {
    auto answer = ask(statement, parameters, what);
    if (!answer) return std::unexpected(answer.error());
    if (!good(*answer)) return failed(what, PQresultErrorMessage(answer->get()));
    return text_of(*answer, what);
  }
  [[nodiscard]] Result<std::string> text_of(const Answer& answer, std::string_view what) const {
    if (PQntuples(answer.get()) != 1) return failed(what, "an answer without its row");
    return PQgetvalue(answer.get(), 0, PQnfields(answer.get()) - 1);
  }
  Result<std::int64_t> count(const std::string& statement, const std::vector<std::string>& parameters,
                             std::string_view what) {
    auto text = one(statement, parameters, what);
    if (!text) return std::unexpected(text.error());
    const auto value = number(*text);
    if (!value) return failed(what, fmt::format("\"{}\" is no count", *text));
    return *value;
  }

  Result<std::string> quoted(const std::string& identifier) {
    if (!connection) return failed(identifier, "the connection was given up before");
    const std::unique_ptr<char, decltype(&PQfreemem)> text(
        PQescapeIdentifier(connection.get(), identifier.c_str(), identifier.size()), PQfreemem);
    if (!text) return failed(identifier, PQerrorMessage(connection.get()));
    return std::string(text.get());
  }
};

Database::Database(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Result<Database> Database::connect(const std::string& url) {
  auto address = parse(url);
  if (!address) {
    return fail(ExitCode::environment, "the database's address is no URL that libpq understands",
                "it is postgresql://USER:PASSWORD@HOST:PORT/NAME; reserved characters in it as %XX");
  }
  auto impl = std::make_unique<Impl>();
  impl->address = std::move(*address);
  // Later words hold against those that the URL may have.
  const char* const keys[] = {"dbname", "connect_timeout", "application_name", "client_encoding", nullptr};
  const char* const values[] = {url.c_str(), kConnectTimeoutS, "shootout", "UTF8", nullptr};
  impl->connection.reset(PQconnectdbParams(keys, values, 1));
  if (!impl->connection || PQstatus(impl->connection.get()) != CONNECTION_OK) {
    return impl->failed("cannot connect",
                        impl->connection ? PQerrorMessage(impl->connection.get()) : "out of memory");
  }
  PQsetNoticeProcessor(impl->connection.get(), [](void*, const char*) {}, nullptr);  // not on our stderr
  return Database(std::move(impl));
}

Result<std::int64_t> Database::rows_in(const std::string& table) {
  auto name = impl_->quoted(table);
  if (!name) return std::unexpected(name.error());
  return impl_->count("SELECT " SHOOTOUT_MARK "count(*) FROM " + *name, {}, "the rows of " + table);
}

Result<std::optional<std::int64_t>> Database::rows_read(const std::string& table) {
  const std::string what = "the rows read of " + table;
  // \m and \M are a word's borders. Where this role may not see the texts of others' statements, what it
  // sees is not all there is.
  auto answer = impl_->ask(
      "SELECT bool_or(query = '<insufficient privilege>'), coalesce(sum(rows) FILTER (WHERE "
      "query ~* '^\\s*select\\M' AND query ~* ('\\m' || regexp_replace($1, '([^[:alnum:]_])', '\\\\\\1', "
      "'g') || '\\M') AND position('/*shootout*/' in query) = 0), 0)::bigint FROM pg_stat_statements WHERE "
      "dbid = (SELECT oid FROM pg_database WHERE datname = current_database())",
      {table}, what);
  if (!answer) return std::unexpected(answer.error());
  if (const auto cause = Impl::cause(*answer);
      cause == kNoSuchView || cause == kNotPreloaded || cause == kNotPermitted) {
    return std::nullopt;
  }
  if (!Impl::good(*answer)) return impl_->failed(what, PQresultErrorMessage(answer->get()));
  if (PQntuples(answer->get()) == 1 && std::string_view(PQgetvalue(answer->get(), 0, 0)) == "t")
    return std::nullopt;
  auto text = impl_->text_of(*answer, what);
  if (!text) return std::unexpected(text.error());
  const auto value = number(*text);
  if (!value) return impl_->failed(what, fmt::format("\"{}\" is no count", *text));
  return value;
}

Result<bool> Database::has_row(const std::string& table, const std::string& id) {
  const std::string what = fmt::format("the row {} of {}", id, table);
  auto name = impl_->quoted(table);
  if (!name) return std::unexpected(name.error());
  // The column's own type is compared, so that its index is used.
  auto answer =
      impl_->ask("SELECT " SHOOTOUT_MARK "EXISTS (SELECT FROM " + *name + " WHERE id = $1)", {id}, what);
  if (!answer) return std::unexpected(answer.error());
  if (const auto cause = Impl::cause(*answer); cause == kNoNumber || cause == kOutOfRange) return false;
  if (!Impl::good(*answer)) return impl_->failed(what, PQresultErrorMessage(answer->get()));
  auto text = impl_->text_of(*answer, what);
  if (!text) return std::unexpected(text.error());
  return *text == "t";
}

Result<std::string> Database::setting(const std::string& name) {
  return impl_->one("SELECT current_setting($1)", {name}, "the setting " + name);
}

Result<int> Database::clients() {
  // A role that may not look at others' connections sees no backend_type of them, but a database.
  auto clients = impl_->count(
      "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND (backend_type = 'client "
      "backend' OR (backend_type IS NULL AND datid IS NOT NULL))",
      {}, "its clients");
  if (!clients) return std::unexpected(clients.error());
  return static_cast<int>(*clients);
}

Result<void> Database::run(const std::vector<std::string>& statements) {
  for (const auto& statement : statements) {
    const std::string what = "`" + statement.substr(0, 80) + (statement.size() > 80 ? " ...`" : "`");
    auto answer = impl_->ask(statement, {}, what);
    if (!answer) return std::unexpected(answer.error());
    if (!Impl::good(*answer)) return impl_->failed(what, PQresultErrorMessage(answer->get()));
  }
  return {};
}

Result<void> Database::run_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in) return impl_->failed("cannot read", file.string());
  if (!impl_->connection) return impl_->failed(file.string(), "the connection was given up before");
  // Without parameters many statements may go at once, and are one transaction.
  if (PQsendQuery(impl_->connection.get(), text.c_str()) != 1)
    return impl_->failed(file.string(), PQerrorMessage(impl_->connection.get()));
  auto answer = impl_->answer_to(file.string());
  if (!answer) return std::unexpected(answer.error());
  if (!Impl::good(*answer)) return impl_->failed(file.string(), PQresultErrorMessage(answer->get()));
  return {};
}

}  // namespace shootout::observe
