#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "report/correctness.h"
#include "report/metrics.h"
#include "report/report.h"
#include "report/trial_details.h"

namespace shootout::report {
namespace {

using Json = nlohmann::ordered_json;

/// A member for each figure that was taken, none for one that was not.
void put(Json& object, const char* name, const std::optional<double>& value) {
  if (value && std::isfinite(*value)) object[name] = *value;
}

void put(Json& object, const char* name, const std::string& text) {
  if (!text.empty()) object[name] = text;
}

void put(Json& object, const char* name, const nlohmann::json& recorded) {
  if (!recorded.is_null()) object[name] = recorded;
}

/// Value and interval under the names that the document uses for them.
void put(Json& object, const char* name, const stats::Estimate& estimate) {
  put(object, name, std::optional(estimate.value));
  put(object, "low", estimate.low);
  put(object, "high", estimate.high);
  object["n"] = estimate.n;
}

Json estimate_of(const stats::Estimate& estimate) {
  Json json = Json::object();
  put(json, "value", estimate);
  return json;
}

const char* name_of(suite::RunState state) {
  switch (state) {
    case suite::RunState::running:
      return "running";
    case suite::RunState::finished:
      return "finished";
    case suite::RunState::interrupted:
      return "interrupted";
    case suite::RunState::failed:
      break;
  }
  return "failed";
}

Json gates_of(const suite::TrialRecord& trial) {
  Json gates = Json::array();
  for (const auto& figure : trial.gates) {
    Json json{{"gate", figure.gate}, {"figure", figure.figure}};
    put(json, "value", std::optional(figure.value));
    put(json, "threshold", std::optional(figure.threshold));
    json["passed"] = figure.passed;
    put(json, "reason", figure.reason);
    gates.push_back(std::move(json));
  }
  return gates;
}

Json trials_of(const suite::RunRecord& run) {
  Json trials = Json::array();
  for (const auto& trial : run.trials) {
    Json metrics = Json::object();
    for (const auto& [name, value] : trial.metrics) put(metrics, name.c_str(), metric_of(trial, name));
    Json json{{"number", trial.number},     {"attempt", trial.attempt},   {"contender", trial.contender},
              {"scenario", trial.scenario}, {"load", trial.load},         {"replicate", trial.replicate},
              {"block", trial.block},       {"position", trial.position}, {"started_at", trial.started_at},
              {"valid", trial.valid},       {"reasons", trial.reasons},   {"metrics", std::move(metrics)}};
    json["gates"] = gates_of(trial);
    put(json, "run_s", trial.run_s > 0 ? std::optional(trial.run_s) : std::nullopt);
    put(json, "served_by", served_by(trial));
    if (const auto errors = errors_by_class(trial); !errors.empty()) json["error_classes"] = errors;
    if (const auto errors = errors_before_window(trial); !errors.empty())
      json["error_classes_before_window"] = errors;
    put(json, "phases", phases_of(trial));
    put(json, "log_file", trial.log_file);
    trials.push_back(std::move(json));
  }
  return trials;
}

const char* name_of(suite::Phase::Role role) {
  switch (role) {
    case suite::Phase::Role::ramp:
      return "ramp";
    case suite::Phase::Role::hold:
      return "hold";
    case suite::Phase::Role::cool_down:
      break;
  }
  return "cool_down";
}

Json spike_of(const judge::SpikeFigures& spike) {
  Json json{{"phases", Json::array()}};
  for (const auto& phase : spike.phases) {
    Json one{{"name", phase.name}, {"role", name_of(phase.role)}, {"connections", phase.connections}};
    const auto add = [&one](const char* name, const std::optional<stats::Estimate>& estimate) {
      if (estimate) one[name] = estimate_of(*estimate);
    };
    add("requests_per_second", phase.requests_per_second);
    add("p50_us", phase.p50_us);
    add("p99_us", phase.p99_us);
    json["phases"].push_back(std::move(one));
  }
  if (spike.shed_share) json["shed_share"] = estimate_of(*spike.shed_share);
  json["shed_by_class"] = Json::object();
  for (const auto& [name, count] : spike.shed_by_class) json["shed_by_class"][name] = count;
  put(json, "recovery_s", spike.recovery_s);
  json["recovered"] = spike.recovered;
  json["replicates"] = spike.replicates;
  return json;
}

Json errors_of(const judge::ErrorFigures& errors) {
  Json json{
      {"by_class", errors.by_class}, {"before_window", errors.before_window}, {"examples", errors.examples}};
  put(json, "overflow", errors.overflow);
  return json;
}

Json figures_of(const judge::Judgement& judgement) {
  Json figures = Json::array();
  for (const auto& cell : judgement.cells) {
    Json metrics = Json::object();
    for (const auto& [name, estimate] : cell.metrics) metrics[name] = estimate_of(estimate);
    Json json{{"scenario", cell.scenario}, {"load", cell.load},   {"contender", cell.contender},
              {"trials", cell.trials},     {"valid", cell.valid}, {"metrics", std::move(metrics)}};
    if (cell.rank) json["rank"] = Json{{"low", cell.rank->low}, {"high", cell.rank->high}};
    if (cell.leads) json["leads"] = true;
    for (const auto& [metric, count] : cell.beyond) json["beyond"][metric] = count;
    if (cell.spike) json["spike"] = spike_of(*cell.spike);
    if (cell.errors) json["errors"] = errors_of(*cell.errors);
    put(json, "unsupported", cell.unsupported);
    put(json, "note", cell.note);
    put(json, "unsteady", cell.unsteady);
    put(json, "limit", cell.limit);
    figures.push_back(std::move(json));
  }
  return figures;
}

Json verdicts_of(const judge::Judgement& judgement) {
  Json verdicts = Json::array();
  for (const auto& verdict : judgement.verdicts) {
    Json json{{"scenario", verdict.scenario},
              {"load", verdict.load},
              {"metric", verdict.metric},
              {"contender", verdict.contender},
              {"baseline", verdict.baseline}};
    put(json, "ratio", verdict.ratio);
    json["confidence"] = verdict.confidence;
    json["margin"] = verdict.margin;
    if (verdict.robust) json["robust"] = estimate_of(*verdict.robust);
    put(json, "detectable", verdict.detectable);
    json["verdict"] = judge::name(verdict.word);
    put(json, "says", verdict.says);
    put(json, "cause", verdict.cause);
    put(json, "note", verdict.note);
    put(json, "decided_by", verdict.decided_by);
    if (!verdict.differs.empty()) json["differs"] = verdict.differs;
    verdicts.push_back(std::move(json));
  }
  return verdicts;
}

Json summaries_of(const judge::Judgement& judgement) {
  Json summaries = Json::array();
  for (const auto& summary : judgement.summaries) {
    Json json{{"load", summary.load},
              {"contender", summary.contender},
              {"baseline", summary.baseline},
              {"average", estimate_of(summary.average)},
              {"maximum", estimate_of(summary.maximum)},
              {"minimum", estimate_of(summary.minimum)}};
    json["verdict"] = judge::name(summary.word);
    put(json, "maximum_scenario", summary.maximum_scenario);
    put(json, "minimum_scenario", summary.minimum_scenario);
    json["scenarios"] = summary.scenarios;
    json["of"] = summary.of;
    put(json, "matrix_row", summary.matrix_row);
    put(json, "recommendation", summary.recommendation);
    summaries.push_back(std::move(json));
  }
  return summaries;
}

Json claims_of(const judge::Judgement& judgement) {
  Json claims = Json::array();
  for (const auto& claim : judgement.claims) {
    Json json{{"says", claim.says}, {"source", claim.source}, {"result", judge::name(claim.holds)}};
    put(json, "figure", claim.figure);
    put(json, "published", claim.published);
    for (const auto& part : claim.parts)
      json["parts"].push_back(
          Json{{"what", part.what}, {"result", judge::name(part.holds)}, {"figure", part.figure}});
    claims.push_back(std::move(json));
  }
  return claims;
}

Json resources_of(const judge::Judgement& judgement) {
  Json resources = Json::array();
  for (const auto& line : judgement.resources) {
    Json json{{"contender", line.contender}};
    const auto add = [&json](const char* name, const std::optional<stats::Estimate>& estimate) {
      if (estimate) json[name] = estimate_of(*estimate);
    };
    add("cpu_idle_percent", line.cpu_idle_percent);
    add("cpu_load_percent", line.cpu_load_percent);
    add("pss_bytes", line.pss_bytes);
    add("rss_bytes", line.rss_bytes);
    add("cpu_us_per_request", line.cpu_us_per_request);
    resources.push_back(std::move(json));
  }
  return resources;
}

Json advice_of(const judge::Judgement& judgement) {
  Json advice = Json::array();
  for (const auto& one : judgement.advice) {
    Json json{{"group", one.group}, {"says", one.says}, {"figure", one.figure}};
    put(json, "about", one.about);
    advice.push_back(std::move(json));
  }
  return advice;
}

Json ledger_of(const judge::Judgement& judgement) {
  Json ledger = Json::array();
  for (const auto& line : judgement.ledger) {
    ledger.push_back(Json{{"what", line.what},
                          {"by_contender", line.by_contender},
                          {"flagged", line.flagged},
                          {"live", line.live}});
  }
  return ledger;
}

Json progress_of(const judge::Judgement& judgement) {
  Json all = Json::array();
  for (const auto& cell : judgement.progress) {
    Json json{{"scenario", cell.scenario}, {"load", cell.load}, {"replicates", cell.replicates}};
    json["wanted"] = cell.wanted;
    put(json, "half_width", std::optional(cell.half_width));
    json["precise"] = cell.precise;
    if (cell.needed) json["needed"] = *cell.needed;
    put(json, "more_s", cell.more_s);
    all.push_back(std::move(json));
  }
  return all;
}

Json correctness_in_json(const std::vector<CheckSums>& cells) {
  Json all = Json::array();
  for (const auto& cell : cells) {
    Json json{{"scenario", cell.scenario},
              {"load", cell.load},
              {"asked", cell.asked},
              {"requests", cell.requests},
              {"held_against", cell.held_against},
              {"wrong", cell.wrong},
              {"failed", cell.failed}};
    for (const auto& rows : cell.rows)
      json["rows"].push_back(Json{{"contender", rows.contender},
                                  {"what", rows.what},
                                  {"claimed", rows.claimed},
                                  {"counted", rows.counted}});
    all.push_back(std::move(json));
  }
  return all;
}

}  // namespace

std::string json(const suite::Suite& suite, const suite::RunRecord& run, const judge::Judgement& judgement) {
  Json document{{"schema", "shootout.run/1"}, {"id", run.id},         {"state", name_of(run.state)},
                {"suite", run.suite},         {"title", suite.title}, {"question", suite.question},
                {"profile", run.profile},     {"seed", run.seed},     {"started_at", run.started_at}};
  put(document, "ended_at", run.ended_at);
  document["planned"] = judgement.planned;
  document["finished"] = judgement.finished;
  document["warnings"] = judgement.warnings;
  put(document, "machine", run.machine);
  put(document, "plan", run.plan);
  put(document, "contenders", run.contenders);
  document["trials"] = trials_of(run);
  document["figures"] = figures_of(judgement);
  document["verdicts"] = verdicts_of(judgement);
  document["summaries"] = summaries_of(judgement);
  document["resources"] = resources_of(judgement);
  document["claims"] = claims_of(judgement);
  document["advice"] = advice_of(judgement);
  document["ledger"] = ledger_of(judgement);
  document["progress"] = progress_of(judgement);
  document["correctness"] = correctness_in_json(correctness_of(Subject(suite, run, judgement)));
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace shootout::report
