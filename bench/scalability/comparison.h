// A report against an older one.
#pragma once
#include <string>
#include <vector>

#include "bench/scalability/results.h"

namespace stampede::bench {

struct Change {
    std::string name;            // of the point
    double before = 0, now = 0;  // operations an emulated second
    [[nodiscard]] double relative() const { return now / before - 1; }
};

struct ReportComparison {
    // points of both that differ at all, those that lost most first
    std::vector<Change> changes;
    std::vector<std::string> only_before, only_now;
    unsigned same = 0;
    std::string other_settings;  // empty: the model's were the same
    // Whether a point has lost more than `limit`, a share.
    [[nodiscard]] bool regressed(double limit) const;
};

[[nodiscard]] ReportComparison compare(const Recorded& before, const Results& now);

// For people, several lines; regressions beyond `limit` are marked.
[[nodiscard]] std::string comparison_text(const ReportComparison& comparison, double limit);

}  // namespace stampede::bench
