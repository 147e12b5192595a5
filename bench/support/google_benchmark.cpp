#include "bench/support/google_benchmark.h"

#include "bench/support/context.h"

namespace stampede::bench {
namespace {

bool gave_up = false;  // rows run one behind the other, on main's thread

}  // namespace

void give_up(benchmark::State& state, const Error& why) {
    gave_up = true;
    state.SkipWithError(why.message.c_str());
}

int google_benchmark_main(int argc, char** argv, std::map<std::string, std::string> context) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
        return 1;
    }
    for (const auto& [key, value] : with_host(std::move(context))) {
        benchmark::AddCustomContext(key, value);
    }
    const bool any = benchmark::RunSpecifiedBenchmarks() != 0;
    benchmark::Shutdown();
    return any && !gave_up ? 0 : 1;
}

}  // namespace stampede::bench
