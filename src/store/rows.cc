#include "store/rows.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

namespace shootout::store {
namespace {

using nlohmann::json;
using suite::GateFigure;
using suite::RunRecord;
using suite::RunState;
using suite::TrialRecord;

constexpr std::array<std::pair<RunState, const char*>, 4> kStates{{{RunState::running, "running"},
                                                                   {RunState::finished, "finished"},
                                                                   {RunState::interrupted, "interrupted"},
                                                                   {RunState::failed, "failed"}}};

// Servers' words may be no UTF-8; that must not cost the trial.
std::string dumped(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<json> parsed(const Database& database, const Statement& row, int column) {
  auto value = json::parse(row.text(column), nullptr, false);
  if (value.is_discarded()) return std::unexpected(database.error(SQLITE_CORRUPT));
  return value;
}

// JSON has no infinities: a metric that is none is not a figure that was taken.
json finite(const std::map<std::string, double>& metrics) {
  json kept = json::object();
  for (const auto& [name, value] : metrics) {
    if (std::isfinite(value)) kept[name] = value;
  }
  return kept;
}

json as_json(const std::vector<GateFigure>& gates) {
  json list = json::array();
  for (const auto& gate : gates) {
    list.push_back({{"gate", gate.gate},
                    {"figure", gate.figure},
                    {"value", gate.value},
                    {"threshold", gate.threshold},
                    {"passed", gate.passed},
                    {"reason", gate.reason}});
  }
  return list;
}

// What is no finite number stands as null in JSON.
double number_in(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number() ? found->get<double>()
                                                     : std::numeric_limits<double>::quiet_NaN();
}

std::vector<GateFigure> gates_of(const json& list) {
  std::vector<GateFigure> gates;
  for (const auto& gate : list) {
    gates.push_back({.gate = gate.value("gate", ""),
                     .figure = gate.value("figure", ""),
                     .value = number_in(gate, "value"),
                     .threshold = number_in(gate, "threshold"),
                     .passed = gate.value("passed", true),
                     .reason = gate.value("reason", "")});
  }
  return gates;
}

}  // namespace

std::string name_of(RunState state) {
  for (const auto& [known, name] : kStates) {
    if (known == state) return name;
  }
  return "failed";
}

RunState state_of(const std::string& name) {
  for (const auto& [state, known] : kStates) {
    if (known == name) return state;
  }
  return RunState::failed;
}

Result<void> insert(const Database& database, const RunRecord& run) {
  auto statement = database.prepare("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  if (!statement) return std::unexpected(statement.error());
  return statement->bind(run.id)
      .bind(run.suite)
      .bind(run.profile)
      .bind(std::to_string(run.seed))
      .bind(run.started_at)
      .bind(run.ended_at)
      .bind(name_of(run.state))
      .bind(run.suite_text)
      .bind(dumped(run.plan))
      .bind(dumped(run.machine))
      .bind(dumped(run.contenders))
      .run();
}

Result<void> insert(const Database& database, const std::string& run_id, const TrialRecord& trial) {
  auto statement =
      database.prepare("INSERT INTO trials VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  if (!statement) return std::unexpected(statement.error());
  return statement->bind(run_id)
      .bind(std::int64_t{trial.number})
      .bind(std::int64_t{trial.attempt})
      .bind(trial.contender)
      .bind(trial.scenario)
      .bind(trial.load)
      .bind(std::int64_t{trial.replicate})
      .bind(std::int64_t{trial.block})
      .bind(std::int64_t{trial.position})
      .bind(trial.started_at)
      .bind(std::int64_t{trial.valid ? 1 : 0})
      .bind(dumped(trial.reasons))
      .bind(dumped(finite(trial.metrics)))
      .bind(dumped(trial.load_result))
      .bind(dumped(trial.observed))
      .bind(trial.log_file)
      .bind(dumped(as_json(trial.gates)))
      .bind(trial.run_s)
      .run();
}

Result<std::optional<RunRecord>> read_run(const Database& database, const std::string& id) {
  auto row = database.prepare(
      "SELECT id, suite, profile, seed, started_at, ended_at, state, suite_text, plan, machine, contenders "
      "FROM runs WHERE id = ?");
  if (!row) return std::unexpected(row.error());
  const auto found = row->bind(id).step();
  if (!found) return std::unexpected(found.error());
  if (!*found) return std::nullopt;

  RunRecord run;
  run.id = row->text(0);
  run.suite = row->text(1);
  run.profile = row->text(2);
  const std::string seed = row->text(3);
  std::from_chars(seed.data(), seed.data() + seed.size(), run.seed);
  run.started_at = row->text(4);
  run.ended_at = row->text(5);
  run.state = state_of(row->text(6));
  run.suite_text = row->text(7);
  int column = 8;
  for (json* value : {&run.plan, &run.machine, &run.contenders}) {
    auto read = parsed(database, *row, column++);
    if (!read) return std::unexpected(read.error());
    *value = std::move(*read);
  }
  return run;
}

Result<std::vector<TrialRecord>> read_trials(const Database& database, const std::string& run_id) {
  auto row = database.prepare(
      "SELECT number, attempt, contender, scenario, load, replicate, block, position, started_at, valid, "
      "log_file, run_s, reasons, metrics, load_result, observed, gates FROM trials WHERE run_id = ? ORDER BY "
      "number, attempt");
  if (!row) return std::unexpected(row.error());
  row->bind(run_id);
  std::vector<TrialRecord> trials;
  for (;;) {
    auto more = row->step();
    if (!more) return std::unexpected(more.error());
    if (!*more) return trials;
    auto& trial = trials.emplace_back();
    trial.number = static_cast<int>(row->number(0));
    trial.attempt = static_cast<int>(row->number(1));
    trial.contender = row->text(2);
    trial.scenario = row->text(3);
    trial.load = row->text(4);
    trial.replicate = static_cast<int>(row->number(5));
    trial.block = static_cast<int>(row->number(6));
    trial.position = static_cast<int>(row->number(7));
    trial.started_at = row->text(8);
    trial.valid = row->number(9) != 0;
    trial.log_file = row->text(10);
    trial.run_s = row->real(11);
    json reasons, metrics, gates;
    int column = 12;
    for (json* value : {&reasons, &metrics, &trial.load_result, &trial.observed, &gates}) {
      auto read = parsed(database, *row, column++);
      if (!read) return std::unexpected(read.error());
      *value = std::move(*read);
    }
    for (const auto& reason : reasons)
      trial.reasons.push_back(reason.is_string() ? reason.get<std::string>() : dumped(reason));
    for (const auto& [name, value] : metrics.items()) {
      if (value.is_number()) trial.metrics.emplace(name, value.get<double>());
    }
    trial.gates = gates_of(gates);
  }
}

}  // namespace shootout::store
