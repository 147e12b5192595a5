// main() of a benchmark that is made of Google Benchmark's rows.
#pragma once
#include <benchmark/benchmark.h>

#include <map>
#include <string>

#include "harts/base/error.h"

namespace stampede::bench {

// Ends a row with an error; google_benchmark_main() then gives 1. The caller returns.
void give_up(benchmark::State& state, const Error& why);

// Runs what is registered and selected, with Google Benchmark's own flags. `context` as with_host()
// takes it. Returns main's result: 1 where the usage is wrong, no row is selected or one could not
// be measured.
int google_benchmark_main(int argc, char** argv, std::map<std::string, std::string> context);

}  // namespace stampede::bench
