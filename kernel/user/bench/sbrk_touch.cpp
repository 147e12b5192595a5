// How long does a page of new heap take: asked for, written once and given back? One operation is a
// page.
#include "kernel/user/lib/bench.h"
#include "kernel/user/lib/system_calls.h"

using namespace user;

int main(int argc, char** argv) {
    return run_bench(argc, argv, 256, [](std::uint64_t operations) {
        constexpr std::uint64_t page_size = stampede::abi::page_size;
        const auto bytes = static_cast<std::int64_t>(operations * page_size);
        std::uint8_t* const begin = sbrk(bytes);
        if (begin == nullptr) {
            fail("no memory", "sbrk() of %ld bytes failed", bytes);
        }
        for (std::uint64_t page = 0; page < operations; ++page) {
            *const_cast<volatile std::uint8_t*>(begin + page * page_size) = 1;
        }
        if (sbrk(-bytes) != begin + bytes) {
            fail("memory cannot be given back", "sbrk() of %ld bytes failed", -bytes);
        }
    });
}
