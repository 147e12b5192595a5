// Results for tests.
#pragma once
#include "bench/bugs/cell.h"

namespace stampede::bench {

inline CellResult found_result(Cell cell, double cpu_s, Again again) {
    return {.cell = std::move(cell),
            .found = true,
            .kind = "race",
            .mode = "race",
            .title = "a \"race\": a against b",
            .workload = "forkbomb",
            .cpu_s = cpu_s,
            .runs = 2,
            .again = again,
            .again_cpu_s = 0.5,
            .problem = ""};
}

inline CellResult missed_result(Cell cell, double cpu_s) {
    CellResult result{.cell = std::move(cell)};
    result.cpu_s = cpu_s;
    result.runs = 20;
    return result;
}

}  // namespace stampede::bench
