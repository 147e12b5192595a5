#include "harts/base/host_limits.h"

#include <sys/resource.h>

#include <algorithm>
#include <new>
#include <string>
#include <system_error>

namespace stampede {
namespace {

constexpr rlim_t kilobyte = 1024;
constexpr rlim_t least_stack = 256 * kilobyte;  // with a half to spare for our deepest
constexpr rlim_t usual_stack = 8192 * kilobyte;

}  // namespace

Result<void> take_stack() {
    rlimit stack{};
    if (::getrlimit(RLIMIT_STACK, &stack) != 0 || stack.rlim_cur >= usual_stack) {
        return {};
    }
    stack.rlim_cur = std::min(stack.rlim_max, usual_stack);
    (void)::setrlimit(RLIMIT_STACK, &stack);  // may be refused: then what is there must do
    (void)::getrlimit(RLIMIT_STACK, &stack);
    if (stack.rlim_cur < least_stack) {
        return error("the host gives " + std::to_string(stack.rlim_cur / kilobyte) +
                     " kB of stack (ulimit -s), at least " +
                     std::to_string(least_stack / kilobyte) + " kB are expected");
    }
    return {};
}

Result<void> check_address_space() {
    rlimit space{};
    if (::getrlimit(RLIMIT_AS, &space) != 0 || space.rlim_max == RLIM_INFINITY) {
        return {};
    }
    return error("the host gives " + std::to_string(space.rlim_max / kilobyte) +
                 " kB of address space (ulimit -v); race detection keeps what it knows of each "
                 "address at another one and expects no limit");
}

std::string what_host_lacks(const std::exception& thrown) {
    if (dynamic_cast<const std::bad_alloc*>(&thrown) != nullptr) {
        return "the host has no memory left (ulimit -v, a container's limit)";
    }
    const auto* const refused = dynamic_cast<const std::system_error*>(&thrown);
    return (refused != nullptr && refused->code() == std::errc::resource_unavailable_try_again
                ? "the host lets no more threads begin (ulimit -u, pids.max): "
                : "the host: ") +
           std::string(thrown.what());
}

}  // namespace stampede
