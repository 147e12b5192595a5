#include "kernel/user/lib/workers.h"

#include "kernel/user/lib/child.h"
#include "kernel/user/lib/memory.h"
#include "kernel/user/lib/persist.h"
#include "kernel/user/lib/print.h"
#include "kernel/user/lib/processes.h"
#include "kernel/user/lib/random.h"
#include "kernel/user/lib/system_calls.h"

namespace user {
namespace {

// All reports together fit a pipe of 512 bytes where there are 16 workers: nobody waits for the
// reader.
[[noreturn]] void report(const Options& options, int results, const Totals& totals) {
    const int written = persist([&] { return write(results, &totals, sizeof totals); });
    const bool reader_killed = options.failures != 0 && written < 0;
    if (written != static_cast<int>(sizeof totals) && !reader_killed) {
        fail("a worker could not report", "write() of %lu bytes to the result pipe failed",
             sizeof totals);
    }
    exit(0);
}

std::uint64_t start(const Options& options, std::uint64_t workers, Work work,
                    const int (&results)[2]) {
    const Limit limit(options);
    Random seeds(options.seed);
    for (std::uint64_t started = 0; started < workers; ++started) {
        const std::uint64_t seed = seeds.next();
        const int pid = fork();
        if (pid == 0) {
            close(results[0]);
            report(options, results[1], work(limit.share(started, workers), started, seed));
        }
        if (pid < 0) {
            return started;
        }
    }
    return workers;
}

Totals collect(int results) {
    Totals sum;
    const auto next = [&](Totals& one) {
        return persist([&] { return read(results, &one, sizeof one); });
    };
    for (Totals one; next(one) == static_cast<int>(sizeof one);) {
        sum.add(one);
    }
    return sum;
}

// Adds the workers that were killed; any other bad end was explained by the worker itself.
void reap_all(std::uint64_t started, Totals& sum) {
    for (std::uint64_t i = 0; i < started; ++i) {
        int status = 0;
        if (persist([&] { return wait(&status); }) < 0) {
            fail("a worker has vanished", "%lu of %lu were reaped", i, started);
        }
        if (status != 0 && status != killed_status) {
            exit(failed_status);
        }
        sum.killed += status == killed_status;
    }
}

// One line: what was done, and what there was less of than the workload wants.
void tell(const Demand& demand, const Totals& sum) {
    char line[160];
    std::size_t size =
        format(line, sizeof line, "%s: %lu operations", program_name, sum.operations);
    if (!demand.is_met()) {
        size += format(line + size, sizeof line - size, ", at most %lu processes at once",
                       demand.found);
    }
    if (sum.refused > 0 || sum.killed > 0) {
        format(line + size, sizeof line - size,
               ", %lu times no process or pipe to be had, %lu processes killed", sum.refused,
               sum.killed);
    }
    printf(console_out, "%s\n", line);
}

}  // namespace

void Totals::add(const Outcome& outcome) {
    add(Totals{outcome.operations, outcome.refused, outcome.killed});
    if (!on_own_kernel && outcome.refused && outcome.operations == 0) {
        sleep(1);
    }
}

Demand fitted(Demand demand) {
    constexpr std::uint64_t fewest = 2;
    if (demand.found == 0) {
        demand.found = processes_to_be_had(demand.workers * demand.processes);
    }
    const std::uint64_t fit = 3 * demand.found / (2 * demand.processes);
    if (!demand.is_met() && fit < demand.workers) {
        demand.workers = fit > fewest ? fit : fewest;
    }
    return demand;
}

int run_workers(const Options& options, Demand demand, Work work) {
    demand = fitted(demand);
    int results[2];
    if (persist([&] { return pipe(results); }) < 0) {
        fail("no pipe for the results", "pipe() failed");
    }
    const std::uint64_t started = start(options, demand.workers, work, results);
    close(results[1]);
    Totals sum = collect(results[0]);
    close(results[0]);
    reap_all(started, sum);
    sum.refused += demand.workers - started;
    tell(demand, sum);
    if (sum.killed > options.failures && are_free(demand.pages)) {
        fail("a process was killed", "%lu of them, and memory was not short", sum.killed);
    }
    if (sum.operations == 0 && options.operations > 0 && options.failures == 0) {
        fail("nothing was done", "%lu workers were started", started);
    }
    return 0;
}

}  // namespace user
