#include "bench/scalability/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace stampede::bench {
namespace {

constexpr double same_digits = 1e-5;  // files have six digits

}  // namespace

bool ReportComparison::regressed(double limit) const {
    return std::ranges::any_of(changes,
                               [&](const Change& change) { return change.relative() < -limit; });
}

ReportComparison compare(const Recorded& before, const Results& now) {
    ReportComparison result;
    if (before.window != now.window || before.costs != now.costs) {
        result.other_settings =
            "the older report has another window or other costs: its figures are of another model";
    }
    std::map<std::string, double> left = before.per_second;
    for (const Curve& curve : now.curves) {
        for (const Measurement& point : curve.points) {
            const std::string name = name_of(point.point);
            const auto old = left.find(name);
            if (old == left.end()) {
                result.only_now.push_back(name);
                continue;
            }
            const Change change{name, old->second, point.per_second};
            left.erase(old);
            if (std::abs(change.relative()) <= same_digits) {
                ++result.same;
            } else {
                result.changes.push_back(change);
            }
        }
    }
    for (const auto& [name, value] : left) {
        result.only_before.push_back(name);
    }
    std::ranges::sort(result.changes, {}, &Change::relative);
    return result;
}

std::string comparison_text(const ReportComparison& comparison, double limit) {
    std::string text = comparison.other_settings.empty() ? "" : comparison.other_settings + "\n";
    for (const Change& change : comparison.changes) {
        text += fmt::format("{:<40} {:>14.0f} → {:>14.0f} a second  {:+.2f} %{}\n", change.name,
                            change.before, change.now, 100 * change.relative(),
                            change.relative() < -limit ? "  REGRESSION" : "");
    }
    for (const std::string& name : comparison.only_before) {
        text += fmt::format("{:<40} in the older report only\n", name);
    }
    for (const std::string& name : comparison.only_now) {
        text += fmt::format("{:<40} in this report only\n", name);
    }
    return text + fmt::format("{} of {} points as before\n", comparison.same,
                              comparison.same + comparison.changes.size());
}

}  // namespace stampede::bench
