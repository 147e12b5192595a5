#include "kernel/user/lib/workers.h"

#include "kernel/user/lib/child.h"
#include "kernel/user/lib/memory.h"
#include "kernel/user/lib/persist.h"
#include "kernel/user/lib/print.h"
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

}  // namespace

int run_workers(const Options& options, std::uint64_t workers, std::uint64_t most_pages,
                Work work) {
    int results[2];
    if (persist([&] { return pipe(results); }) < 0) {
        fail("no pipe for the results", "pipe() failed");
    }
    const std::uint64_t started = start(options, workers, work, results);
    close(results[1]);
    Totals sum = collect(results[0]);
    close(results[0]);
    reap_all(started, sum);
    sum.refused += workers - started;
    if (sum.refused > 0 || sum.killed > 0) {
        printf(console_out, "%s: %lu times no process to be had, %lu processes killed\n",
               program_name, sum.refused, sum.killed);
    }
    printf(console_out, "%s: %lu operations\n", program_name, sum.operations);
    if (sum.killed > options.failures && free_pages() >= most_pages) {
        fail("a process was killed", "%lu of them, and memory was not short", sum.killed);
    }
    if (sum.operations == 0 && options.operations > 0 && options.failures == 0) {
        fail("nothing was done", "%lu workers were started", started);
    }
    return 0;
}

}  // namespace user
