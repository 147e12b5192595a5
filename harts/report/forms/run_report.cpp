#include "harts/report/forms/run_report.h"

#include <sched.h>

#include <fstream>
#include <thread>

namespace stampede {

std::string_view name_of(Verdict verdict) {
    switch (verdict) {
    case Verdict::Passed: return "passed";
    case Verdict::Findings: return "findings";
    case Verdict::Interrupted: return "interrupted";
    case Verdict::Error: return "error";
    }
    __builtin_unreachable();
}

HostInfo HostInfo::of_this_host() {
    HostInfo host;
    cpu_set_t allowed;
    host.cores = sched_getaffinity(0, sizeof allowed, &allowed) == 0
                     ? static_cast<unsigned>(CPU_COUNT(&allowed))
                     : std::thread::hardware_concurrency();
    std::ifstream information("/proc/cpuinfo");
    for (std::string line; std::getline(information, line);) {
        if (line.starts_with("model name")) {
            const std::size_t value = line.find(": ");
            host.model = value != std::string::npos ? line.substr(value + 2) : "";
            break;
        }
    }
    return host;
}

}  // namespace stampede
