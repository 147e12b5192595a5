#include "bench/support/context.h"

#include <algorithm>
#include <thread>

namespace stampede::bench {

std::map<std::string, std::string> with_host(std::map<std::string, std::string> context) {
    const unsigned cores = std::thread::hardware_concurrency();
    context["host_cores"] = std::to_string(cores);
    unsigned long most = 0;
    for (std::size_t at = 0; at < context["cpus"].size();) {
        std::size_t digits = 0;
        most = std::max(most, std::stoul(context["cpus"].substr(at), &digits));
        at += digits + 1;
    }
    context["oversubscribed"] = most > cores ? "true" : "false";
    return context;
}

}  // namespace stampede::bench
