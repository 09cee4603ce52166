// A cell's figures, a row a contender: loads that go by time.
#pragma once

#include "report/document.h"
#include "report/subject.h"

namespace shootout::report {

/// Of a steady load: ranks, rates and standing; latencies; costs. Cut between these where it is too wide.
[[nodiscard]] Table steady_table(const Subject& subject, const suite::Load& load,
                                 const suite::Scenario& scenario);

/// Of a spike: ranks, rates and standing; p99 in each phase; what was shed, the recovery, memory.
[[nodiscard]] Table spike_table(const Subject& subject, const suite::Load& load,
                                const suite::Scenario& scenario);

}  // namespace shootout::report
