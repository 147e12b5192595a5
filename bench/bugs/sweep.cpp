#include "bench/bugs/sweep.h"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <map>
#include <optional>

#include "bench/bugs/progress.h"
#include "bench/bugs/run_cell.h"
#include "bench/bugs/state.h"
#include "harts/base/futex.h"
#include "harts/report/atomic_file.h"

namespace stampede::bench {
namespace {

// What the cells' threads share.
class Journal {
public:
    explicit Journal(const StateFile& state) : state_(state) {
        // of two the later
        for (const CellResult& result : state.earlier()) {
            results_[result.cell] = result;
        }
    }

    void expect(std::size_t cells) EXCLUDES(lock_) {
        FutexGuard guard(lock_);
        progress_.expect(cells);
    }
    // False: one has failed, start no more.
    bool begin(const Cell& cell) EXCLUDES(lock_) {
        FutexGuard guard(lock_);
        if (failure_) {
            return false;
        }
        progress_.began(cell);
        return true;
    }
    void end(const Result<CellResult>& result) EXCLUDES(lock_) {
        FutexGuard guard(lock_);
        const Result<void> kept = result ? state_.add(*result) : error(result.error().message);
        if (!kept) {
            failure_ = kept.error();
            return;
        }
        progress_.ended(*result);
        results_[result->cell] = *result;
    }
    std::optional<Error> failure() EXCLUDES(lock_) {
        FutexGuard guard(lock_);
        return failure_;
    }
    std::map<Cell, CellResult> results() EXCLUDES(lock_) {
        FutexGuard guard(lock_);
        return results_;
    }

private:
    FutexLock lock_;
    const StateFile& state_;
    Progress progress_ GUARDED_BY(lock_);
    std::map<Cell, CellResult> results_ GUARDED_BY(lock_);
    std::optional<Error> failure_ GUARDED_BY(lock_);
};

struct Job {
    Cell cell;
    std::vector<std::string> workloads;
    double budget_s;
};

void run_all(const std::vector<Job>& jobs, const BugOptions& options, Abilities abilities,
             Journal& journal) {
    namespace tbb = oneapi::tbb;
    const int threads = static_cast<int>(options.jobs);
    const tbb::global_control more_than_cores(tbb::global_control::max_allowed_parallelism,
                                              options.jobs);
    tbb::task_arena arena(threads);
    journal.expect(jobs.size());
    const auto run = [&](std::size_t at) {
        const Job& job = jobs[at];
        if (!journal.begin(job.cell)) {
            return;
        }
        journal.end(job.cell.schedule == fuzzer
                        ? run_fuzz_cell(job.cell, job.budget_s, options)
                        : run_cell(job.cell, job.workloads, job.budget_s, options, abilities));
    };
    arena.execute([&] {
        tbb::parallel_for(std::size_t{0}, jobs.size(), std::size_t{1}, run,
                          tbb::simple_partitioner());
    });
}

// Of the cells that have no result yet.
std::vector<Job> bug_jobs(const BugOptions& options, const std::map<Cell, CellResult>& done) {
    std::vector<Job> jobs;
    const std::vector<SeededBug> bugs = options.chosen_bugs();
    for (const Cell& cell : options.cells()) {
        if (!done.contains(cell)) {
            jobs.push_back({cell,
                            {std::ranges::find(bugs, cell.bug, &SeededBug::name)->workload},
                            options.seconds});
        }
    }
    return jobs;
}

// The good kernel, a cell a schedule over the bugs' workloads; a shorter one of an earlier sweep is
// run once more.
std::vector<Job> clean_jobs(const BugOptions& options, const std::map<Cell, CellResult>& done) {
    double longest = 0;
    std::vector<std::string> workloads;
    for (const auto& [cell, result] : done) {
        if (cell.bug != clean_kernel) {
            longest = std::max(longest, result.cpu_s);
        }
    }
    for (const SeededBug& bug : options.chosen_bugs()) {
        if (std::ranges::find(workloads, bug.workload) == workloads.end()) {
            workloads.push_back(bug.workload);
        }
    }
    const double budget = options.clean_factor * longest;
    std::vector<Job> jobs;
    for (const std::string& schedule : options.schedules) {
        const Cell cell{clean_kernel, schedule, 1};
        const auto earlier = done.find(cell);
        const bool enough = earlier != done.end() &&
                            (earlier->second.found || earlier->second.cpu_s > 0.95 * budget);
        if (budget > 0 && !enough) {
            jobs.push_back({cell, workloads, budget});
        }
    }
    return jobs;
}

}  // namespace

Result<Sweep> run_sweep(const BugOptions& options) {
    const auto state = StateFile::open(options.out, options.configuration(), options.resume);
    if (!state) {
        return error(state.error().message);
    }
    const Abilities abilities = Abilities::of_stress();
    Journal journal(*state);
    run_all(bug_jobs(options, journal.results()), options, abilities, journal);
    if (!journal.failure()) {
        run_all(clean_jobs(options, journal.results()), options, abilities, journal);
    }
    if (const auto failure = journal.failure()) {
        return error(failure->message);
    }
    Sweep sweep{
        options.configuration(), options.named, options.chosen_bugs(), options.schedules, {}};
    for (const auto& [cell, result] : journal.results()) {
        sweep.results.push_back(result);
    }
    return sweep;
}

Result<void> write_tables(const BugOptions& options, const Sweep& sweep) {
    if (options.out.empty()) {
        return {};
    }
    const std::string text =
        sweep.configuration + "\n\n" + table_text(sweep) + "\n" + summary_text(sweep);
    for (const auto& [ending, content] :
         {std::pair{".txt", text}, {".csv", table_csv(sweep)}, {".json", table_json(sweep)}}) {
        if (auto written = write_file_atomically(options.out + ending, content); !written) {
            return written;
        }
    }
    return {};
}

}  // namespace stampede::bench
