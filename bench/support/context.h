// What every benchmark says beside its numbers.
#pragma once
#include <map>
#include <string>

namespace stampede::bench {

// `context` has policy, cpus ("1,2,8": all that are measured) and time; host_cores and
// oversubscribed are added.
[[nodiscard]] std::map<std::string, std::string> with_host(
    std::map<std::string, std::string> context);

}  // namespace stampede::bench
