// A run as JUnit XML, the form that continuous-integration services show.
#pragma once
#include <string>

#include "harts/report/forms/run_report.h"

namespace stampede {

// One test suite named after the command's program and one test case `name` (the workload); a
// second case for every finding, failed, with its report as text. A run that could not start is an
// error, an interrupted one a skipped case. Well-formed XML 1.0 whatever bytes a guest put into a
// title or detail.
[[nodiscard]] std::string junit_xml(const RunReport& report, const std::string& name);

}  // namespace stampede
