// How long is a write to a page that is shared with another process? One operation is one page;
// each batch forks a child that keeps the pages shared until the batch is over, so every write
// copies (where fork shares).
#include "kernel/user/lib/bench.h"
#include "kernel/user/lib/keeper.h"
#include "kernel/user/lib/system_calls.h"

using namespace user;

namespace {

constexpr std::uint64_t most_pages = 512;

}  // namespace

int main(int argc, char** argv) {
    // no more than are written to: fork has to do with all
    std::uint64_t pages = option(argc, argv, "batch", most_pages);
    pages = pages == 0 || pages > most_pages ? most_pages : pages;
    const std::uint8_t* const heap =
        sbrk(static_cast<std::int64_t>((pages + 1) * stampede::abi::page_size));
    if (heap == nullptr) {
        fail("no memory to share", "sbrk() of %lu pages failed", pages + 1);
    }
    const std::uint64_t begin =
        (reinterpret_cast<std::uint64_t>(heap) + stampede::abi::page_size - 1) &
        ~(stampede::abi::page_size - 1);
    auto* const region = reinterpret_cast<volatile std::uint8_t*>(begin);
    return run_bench(argc, argv, pages, [region](std::uint64_t operations) {
        const int keeper = fork_keeper();
        for (std::uint64_t page = 0; page < operations; ++page) {
            region[page * stampede::abi::page_size] = static_cast<std::uint8_t>(page);
        }
        close(keeper);
        wait(nullptr);
    });
}
