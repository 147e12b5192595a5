#include "bench/priorities/samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace stampede::bench {
namespace {

constexpr double ticks_per_ms = 10'000;

}  // namespace

Result<std::vector<SampledProcess>> read_samples(std::string_view console) {
    std::vector<SampledProcess> processes;
    std::istringstream lines{std::string(console)};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string word, name, more;
        if (!(words >> word) || word != "sample") {
            continue;
        }
        u64 ticks = 0;
        PrioritySample sample;
        if (!(words >> ticks >> name >> sample.static_priority >> sample.index >>
              sample.dynamic_priority >> sample.turns) ||
            words >> more) {
            return error(fmt::format(
                "the guest said `{}`, expected `sample TICKS NAME STATIC INDEX DYNAMIC TURNS`",
                line));
        }
        sample.ms = static_cast<double>(ticks) / ticks_per_ms;
        auto process = std::ranges::find(processes, name, &SampledProcess::name);
        if (process == processes.end()) {
            process = processes.insert(process, {name, {}});
        }
        process->samples.push_back(sample);
    }
    if (processes.empty()) {
        return error(fmt::format("the guest printed no samples; it said:\n{}", console));
    }
    return processes;
}

}  // namespace stampede::bench
