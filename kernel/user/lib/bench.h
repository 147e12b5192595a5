// The frame of a benchmark: batches of an operation until the limit, then one line
// `name: N operations in T ticks (10 MHz)`.
#pragma once
#include "kernel/user/lib/guest_calls.h"
#include "kernel/user/lib/print.h"
#include "kernel/user/lib/program.h"

namespace user {

// `batch(n)` does n operations: `batch_size`, or fewer as the word `batch=` asks. Time includes
// what batches need beside them, so they should need little. Returns main's result.
template <typename Batch>
int run_bench(int argc, char** argv, std::uint64_t batch_size, Batch batch) {
    const Options options = parse_options(argc, argv);
    if (const std::uint64_t smaller = option(argc, argv, "batch", batch_size);
        smaller > 0 && smaller < batch_size) {
        batch_size = smaller;
    }
    batch(batch_size);  // touches what is touched once only, however slow the kernel
    const Limit limit(options);
    std::uint64_t done = 0;
    const std::uint64_t begin = now();
    while (!limit.reached(done)) {
        const std::uint64_t operations = limit.clip(batch_size, done);
        batch(operations);
        count(operations);
        done += operations;
    }
    const std::uint64_t ticks = now() - begin;
    printf(console_out, "%s: %lu operations in %lu ticks (10 MHz)\n", program_name, done, ticks);
    return 0;
}

}  // namespace user
