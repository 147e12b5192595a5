#include <algorithm>

#include "bench/bugs/table.h"
#include "bench/support/statistics.h"

namespace stampede::bench {

Group Sweep::group(const std::string& bug, const std::string& schedule) const {
    Group group;
    std::vector<double> times;
    for (const CellResult& result : results) {
        if (result.cell.bug != bug || result.cell.schedule != schedule) {
            continue;
        }
        ++group.cells;
        times.push_back(result.cpu_s);
        if (!result.found) {
            continue;
        }
        ++group.found;
        ++group.kinds[result.kind];
        if (!result.again) {
            continue;
        }
        ++group.asked_again;
        group.again.findings += result.again->findings;
        group.again.repeatable += result.again->repeatable;
        group.again.tried += result.again->tried;
        group.again.replayed += result.again->replayed;
    }
    if (times.empty()) {
        return group;
    }
    group.median_cpu_s = median(times);
    group.worst_cpu_s = std::ranges::max(times);
    return group;
}

}  // namespace stampede::bench
