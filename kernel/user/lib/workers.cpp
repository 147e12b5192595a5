#include "kernel/user/lib/workers.h"

#include "kernel/user/lib/print.h"
#include "kernel/user/lib/random.h"
#include "kernel/user/lib/system_calls.h"

namespace user {
namespace {

// Fits a pipe at any time: a worker never waits for its reader.
[[noreturn]] void report(int results, const Totals& totals) {
    if (write(results, &totals, sizeof totals) != static_cast<int>(sizeof totals)) {
        fail("a worker could not report", "write() of %lu bytes to the result pipe failed", sizeof totals);
    }
    exit(0);
}

}  // namespace

int run_workers(const Options& options, std::uint64_t workers, Work work) {
    const Limit limit(options);
    Random seeds(options.seed);
    int results[2];
    if (pipe(results) < 0) {
        fail("no pipe for the results", "pipe() failed");
    }
    std::uint64_t started = 0;
    for (; started < workers; ++started) {
        const std::uint64_t seed = seeds.next();
        const int pid = fork();
        if (pid == 0) {
            close(results[0]);
            report(results[1], work(limit.share(started, workers), started, seed));
        }
        if (pid < 0) {
            break;
        }
    }
    close(results[1]);
    Totals sum{.refused = workers - started};
    std::uint64_t reported = 0;
    for (Totals one; read(results[0], &one, sizeof one) == static_cast<int>(sizeof one); ++reported) {
        sum.operations += one.operations;
        sum.refused += one.refused;
    }
    close(results[0]);
    int status = 0;
    bool all_passed = true;
    for (std::uint64_t i = 0; i < started && wait(&status) > 0; ++i) {
        all_passed &= status == 0;
    }
    printf(console_out, "%s: %lu operations\n", program_name, sum.operations);
    if (sum.refused > 0) {
        printf(console_out, "%s: went on %lu times without a process or memory\n", program_name, sum.refused);
    }
    if (!all_passed || reported != started) {
        fail("a worker failed", "%lu of %lu reported success", reported, started);
    }
    if (sum.operations == 0) {
        fail("nothing was done", "%lu workers were started", started);
    }
    return 0;
}

}  // namespace user
