// The machine-readable forms: `stampede.finding/1` and `stampede.run/1`. Fields come in one fixed
// order, so that two reports can be compared line by line.
#pragma once
#include <string>
#include <string_view>

#include "harts/base/error.h"
#include "harts/report/finding.h"
#include "harts/report/forms/run_report.h"

namespace stampede {

// Indented, with a newline at the end. Bytes that are no UTF-8 (a guest's) become U+FFFD. An
// address is a string "0x…": JSON's numbers are doubles to many readers.
[[nodiscard]] std::string finding_json(const Finding& finding);
[[nodiscard]] std::string run_json(const RunReport& report);

// Reads what finding_json() wrote. `name` is the file's, for messages. Error: names the file, what
// was found and what was expected (no JSON, another schema, an unknown kind, a field that is
// missing or of another type).
[[nodiscard]] Result<Finding> parse_finding(std::string_view text, const std::string& name);

// Of what run_json() wrote: none where an older version did. Error: names the file.
[[nodiscard]] Result<std::vector<OracleReport>> parse_run_oracles(std::string_view text,
                                                                  const std::string& name);

}  // namespace stampede
