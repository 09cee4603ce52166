// The parts of a report, each of which adds itself to the document.
#pragma once

#include "report/document.h"
#include "report/subject.h"

namespace shootout::report {

/// Title, the suite's question, the answer in a few sentences, and whether to believe it.
void add_answer(const Subject& subject, Document& document);
/// Of a suite without a baseline: who leads each cell, and who cannot be told from them.
void add_leaders(const Subject& subject, Document& document);
/// Which of its cells are undecided, and how long that would take.
void add_open(const Subject& subject, List& list);
/// A load: its question, each scenario's table and verdict, the improvement over all of them.
void add_load(const Subject& subject, const suite::Load& load, Document& document);
/// Of a load with the statistics of wrk: what wrk would print of each contender, and what it cannot tell.
void add_wrk_statistics(const Subject& subject, const suite::Load& load, const suite::Scenario& scenario,
                        Document& document);
/// CPU and memory of each contender and service.
void add_resources(const Subject& subject, Document& document);
/// What the service's own counters say of each cell, and how its connections fell on the workers.
void add_counters(const Subject& subject, Document& document);
/// What was asked of each answer, how many were held against it, what was refused, and what the database
/// counted.
void add_correctness(const Subject& subject, Document& document);
/// The seeds' expectations, each with what became of it.
void add_claims(const Subject& subject, Document& document);
/// Of each contender that the suite has sentences about: what this run says for it and against it.
void add_strengths(const Subject& subject, Document& document);
/// What is said of no contender in particular.
void add_advice(const Subject& subject, Document& document);
void add_ledger(const Subject& subject, Document& document);
void add_void_trials(const Subject& subject, Document& document);
/// What the gates looked at: each figure's worst value beside its threshold.
void add_gates(const Subject& subject, Document& document);
/// How it was measured, on what, with which versions; and where the rest is.
void add_method(const Subject& subject, Document& document);

}  // namespace shootout::report
