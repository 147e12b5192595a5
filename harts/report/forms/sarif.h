// A run as SARIF 2.1.0 (OASIS standard, 27 March 2020), the form that code hosts show beside the
// source.
#pragma once
#include <filesystem>
#include <string>

#include "harts/report/forms/run_report.h"

namespace stampede {

// Code hosts show each result at a place in a file.
struct SarifPlaces {
    std::filesystem::path root;  // absolute: the repository's, that files are named from
    std::string fallback_file;   // where a finding is shown of which no source file is known;
                                 // relative to `root`
};

// Indented, with a newline at the end. One run, a rule for each kind of finding, a result for each
// finding. A result's identity across runs is the finding's key, so its title. Holds to what code
// hosts require and to their limits: at most 25,000 results (the run's properties count those left
// out), 1,000 steps and 100 related places a result.
[[nodiscard]] std::string sarif_json(const RunReport& report, const SarifPlaces& places);

}  // namespace stampede
