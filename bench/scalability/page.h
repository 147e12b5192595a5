// A scalability report for people: one file that needs nothing else.
#pragma once
#include <string>

#include "bench/scalability/comparison.h"
#include "bench/scalability/results.h"

namespace stampede::bench {

// `comparison` may be null; `limit` is its.
[[nodiscard]] std::string report_page(const Results& results, const ReportComparison* comparison,
                                      double limit);

// The same for a terminal: a table of efficiencies for each program, the laws, what conflicts.
[[nodiscard]] std::string report_text(const Results& results);

}  // namespace stampede::bench
