// What a sweep has found, as a table for people, for spreadsheets and for machines.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "bench/bugs/cell.h"
#include "harts/report/seeded_bugs.h"

namespace stampede::bench {

// The cells of one bug under one schedule.
struct Group {
    unsigned cells = 0, found = 0;
    std::map<std::string, unsigned> kinds;     // of the finding that came first: cells
    double median_cpu_s = 0, worst_cpu_s = 0;  // a cell that found nothing counts with all it spent
    Again again;                               // sums
    unsigned asked_again = 0;                  // cells whose findings were to be shown again
    [[nodiscard]] bool worst_is_miss() const { return found < cells; }
    [[nodiscard]] bool median_is_miss() const { return found <= cells / 2; }  // misses spend most
};

// What the table is of.
struct Sweep {
    std::string configuration, named;
    std::vector<SeededBug> bugs;         // the rows, in this order
    std::vector<std::string> schedules;  // the columns
    std::vector<CellResult> results;     // may lack some; others than these are left out

    [[nodiscard]] Group group(const std::string& bug, const std::string& schedule) const;
};

// A row a bug, with Markdown's bars.
[[nodiscard]] std::string table_text(const Sweep& sweep);
// Share found by the schedule named beforehand, what was missed, what repeats, what the good kernel
// showed.
[[nodiscard]] std::string summary_text(const Sweep& sweep);
// A line a bug and schedule.
[[nodiscard]] std::string table_csv(const Sweep& sweep);
[[nodiscard]] std::string table_json(const Sweep& sweep);

}  // namespace stampede::bench
