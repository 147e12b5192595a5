#include <fmt/format.h>

#include "bench/bugs/table.h"

namespace stampede::bench {
namespace {

std::string share(unsigned part, unsigned whole) {
    return whole == 0 ? "none of none"
                      : fmt::format("{} of {} ({:.1f} %)", part, whole, 100.0 * part / whole);
}

std::string found_text(const Sweep& sweep, const std::string& schedule) {
    unsigned found = 0, cells = 0, bugs = 0, bugs_found = 0;
    std::string missed;
    for (const SeededBug& bug : sweep.bugs) {
        const Group group = sweep.group(bug.name, schedule);
        found += group.found;
        cells += group.cells;
        bugs += group.cells != 0 ? 1 : 0;
        bugs_found += group.found != 0 ? 1 : 0;
        if (group.found < group.cells) {
            missed += fmt::format("{}{} {}/{}", missed.empty() ? "" : ", ", bug.name, group.found,
                                  group.cells);
        }
    }
    if (cells == 0) {
        return "";
    }
    return fmt::format("{}{}: found in {} cells, {} bugs; missed: {}\n", schedule,
                       schedule == sweep.named ? " (named beforehand)" : "", share(found, cells),
                       share(bugs_found, bugs), missed.empty() ? "none" : missed);
}

std::string again_text(const Sweep& sweep, const std::string& schedule) {
    Again again;
    unsigned asked = 0;
    for (const SeededBug& bug : sweep.bugs) {
        const Group group = sweep.group(bug.name, schedule);
        asked += group.asked_again;
        again.findings += group.again.findings;
        again.repeatable += group.again.repeatable;
        again.tried += group.again.tried;
        again.replayed += group.again.replayed;
    }
    if (asked == 0) {
        return "";
    }
    return fmt::format("{}: made repeatable {} findings; replayed {}\n", schedule,
                       share(again.repeatable, again.findings), share(again.replayed, again.tried));
}

std::string clean_text(const Sweep& sweep) {
    std::string text;
    for (const CellResult& result : sweep.results) {
        if (result.cell.bug != clean_kernel) {
            continue;
        }
        text +=
            fmt::format("{}, {}: {} in {:.0f} CPU s, {} runs\n", clean_kernel, result.cell.schedule,
                        result.found ? fmt::format("FOUND {} ({})", result.kind, result.title)
                                     : "nothing found",
                        result.cpu_s, result.runs);
    }
    return text;
}

std::string problems_text(const Sweep& sweep) {
    std::string text;
    for (const CellResult& result : sweep.results) {
        if (!result.problem.empty()) {
            text += fmt::format("{} {} {}: {}\n", result.cell.bug, result.cell.schedule,
                                result.cell.seed, result.problem);
        }
    }
    return text;
}

}  // namespace

std::string summary_text(const Sweep& sweep) {
    std::string text;
    for (const std::string& schedule : sweep.schedules) {
        text += found_text(sweep, schedule);
    }
    for (const std::string& schedule : sweep.schedules) {
        text += again_text(sweep, schedule);
    }
    return text + clean_text(sweep) + problems_text(sweep);
}

}  // namespace stampede::bench
