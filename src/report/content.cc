#include "report/content.h"

#include "report/sections.h"

namespace shootout::report {

Document content(const suite::Suite& suite, const suite::RunRecord& run, const judge::Judgement& judgement) {
  const Subject subject(suite, run, judgement);
  Document document;
  add_answer(subject, document);
  for (const auto* load : subject.loads()) add_load(subject, *load, document);
  add_resources(subject, document);
  add_correctness(subject, document);
  add_counters(subject, document);
  add_claims(subject, document);
  add_strengths(subject, document);
  add_advice(subject, document);
  add_ledger(subject, document);
  add_void_trials(subject, document);
  add_gates(subject, document);
  add_method(subject, document);
  return document;
}

}  // namespace shootout::report
