#include <algorithm>

#include "bench/bugs/budget.h"
#include "bench/bugs/fuzz_run.h"
#include "bench/bugs/run_cell.h"
#include "bench/bugs/temporary_folder.h"
#include "harts/guests/shelf.h"

namespace stampede::bench {
namespace {

// of CPU time; each slice of a target is twice as long as its last
constexpr double first_slice_s = 2;
constexpr unsigned most_shown_again = 2;

}  // namespace

// The two targets in turn, each from its own corpus of before: races need the slower one, most else
// the faster.
Result<CellResult> run_fuzz_cell(const Cell& cell, double budget_s, const BugOptions& options) {
    const auto folder = TemporaryFolder::create("bench_bugs");
    if (!folder) {
        return error(folder.error().message);
    }
    Budget budget(budget_s);
    CellResult result{.cell = cell};
    double slice_s = first_slice_s;
    while (!result.found && !budget.is_spent()) {
        const std::string& mode = options.modes[result.runs % options.modes.size()];
        FuzzRun run{.program = Shelf::beside_program().command(mode == "race" ? "fuzz_syscalls-race"
                                                                              : "fuzz_syscalls"),
                    .policy = cell.policy(),
                    .seed = cell.seed * 1000 + result.runs++,
                    .folder = folder->path()};
        const auto ran = run_fuzz(run, std::min(slice_s, budget.left()));
        if (!ran) {
            return error(ran.error().message);
        }
        budget.spend(ran->cpu_s);
        result.problem = ran->problem;
        if (!result.problem.empty()) {
            break;
        }
        slice_s *= result.runs % options.modes.size() == 0 ? 2 : 1;
        if (ran->findings.empty()) {
            continue;
        }
        result.found = true;
        result.kind = ran->findings.front().kind;
        result.title = ran->findings.front().title;
        result.mode = mode;
        result.workload = run.program.filename();
        Again again{.findings = static_cast<unsigned>(ran->findings.size()),
                    .repeatable = static_cast<unsigned>(ran->findings.size())};
        for (const FoundThing& finding : ran->findings) {
            if (again.tried == most_shown_again) {
                break;
            }
            ++again.tried;
            again.replayed += shows_again(folder->path() / "findings" / finding.key, options.times,
                                          result.again_cpu_s)
                                  ? 1
                                  : 0;
        }
        result.again = again;
    }
    result.cpu_s = budget.used();
    return result;
}

}  // namespace stampede::bench
