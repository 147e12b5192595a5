// How long does the kernel take to write a page that is shared with another process? One operation
// is a page read from a pipe, in as many pieces as the pipe makes of it; each batch forks a child
// that keeps the pages shared until the batch is over, so every page is copied first (where fork
// shares).
#include "kernel/user/lib/bench.h"
#include "kernel/user/lib/keeper.h"
#include "kernel/user/lib/system_calls.h"

using namespace user;

namespace {

// a pipe holds a piece; xv6's holds less than ours
constexpr std::uint64_t pages = 128, page_size = stampede::abi::page_size;
constexpr std::uint64_t longest_piece = page_size / 2, short_piece = 512;
alignas(page_size) std::uint8_t region[pages * page_size];
std::uint8_t source[longest_piece];

}  // namespace

int main(int argc, char** argv) {
    const std::uint64_t piece = on_own_kernel ? longest_piece : short_piece;
    int ends[2];
    if (pipe(ends) < 0) {
        fail("no pipe to read from", "pipe() failed");
    }
    return run_bench(argc, argv, pages, [&](std::uint64_t operations) {
        const int keeper = fork_keeper();
        for (std::uint64_t place = 0; place < operations * page_size; place += piece) {
            source[0] = static_cast<std::uint8_t>(place / piece);
            const int bytes = static_cast<int>(piece);
            if (write(ends[1], source, bytes) != bytes ||
                read(ends[0], region + place, bytes) != bytes || region[place] != source[0]) {
                fail("a page did not arrive", "byte %lu", place);
            }
        }
        close(keeper);
        wait(nullptr);
    });
}
