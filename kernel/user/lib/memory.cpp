#include "kernel/user/lib/memory.h"

namespace user {
namespace {

std::uint64_t free_pages_of(std::uint64_t at_most) {
    int ends[2];
    if (pipe(ends) < 0) {
        return UINT64_MAX;
    }
    const int pid = fork();
    if (pid == 0) {
        const std::uint64_t pages = take_all_pages(at_most);
        exit(write(ends[1], &pages, sizeof pages) == static_cast<int>(sizeof pages) ? 0 : 1);
    }
    close(ends[1]);
    std::uint64_t pages = UINT64_MAX;
    if (pid > 0 && read(ends[0], &pages, sizeof pages) != static_cast<int>(sizeof pages)) {
        pages = UINT64_MAX;
    }
    close(ends[0]);
    // The child may be a zombie that still has its memory: it comes back with wait().
    if (pid > 0) {
        while (int reaped = wait(nullptr)) {
            if (reaped == pid || reaped < 0) {
                break;
            }
        }
    }
    return pages;
}

}  // namespace

std::uint64_t take_all_pages(std::uint64_t at_most) {
    std::uint64_t taken = 0;
    for (std::uint64_t step = 4096; step > 0 && taken < at_most;) {
        if (step <= at_most - taken && sbrk(static_cast<std::int64_t>(step * page_size))) {
            taken += step;
        } else {
            step /= 2;
        }
    }
    return taken;
}

std::uint64_t free_pages() { return free_pages_of(UINT64_MAX); }

bool are_free(std::uint64_t pages) { return free_pages_of(pages) >= pages; }

}  // namespace user
