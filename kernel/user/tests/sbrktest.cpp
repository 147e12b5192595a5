// The heap: it grows zeroed, shrinks for good, is inherited, and is refused where there is no
// memory or no address.
#include <initializer_list>

#include "kernel/user/lib/child.h"
#include "kernel/user/lib/heap.h"
#include "kernel/user/lib/memory.h"
#include "kernel/user/lib/print.h"
#include "kernel/user/lib/random.h"
#include "kernel/user/lib/string.h"

using namespace user;

namespace {

constexpr std::int64_t page = page_size;

void must_be(bool condition, const char* what) {
    if (!condition) {
        fail("sbrk() gave a wrong result", "%s", what);
    }
}

bool is_filled(const std::uint8_t* begin, std::int64_t bytes, std::uint8_t with) {
    for (std::int64_t i = 0; i < bytes; ++i) {
        if (begin[i] != with) {
            return false;
        }
    }
    return true;
}

void grows_and_shrinks() {
    std::uint8_t* const begin = sbrk(0);
    must_be(sbrk(5 * page) == begin, "growing gives the old end");
    must_be(sbrk(0) == begin + 5 * page, "the end has moved");
    must_be(is_filled(begin, 5 * page, 0), "new memory is zero");
    memset(begin, 0xff, 5 * page_size);
    must_be(sbrk(-3 * page) == begin + 5 * page, "shrinking gives the old end");
    must_be(sbrk(3 * page) == begin + 2 * page, "growing again");
    must_be(is_filled(begin, 2 * page, 0xff) && is_filled(begin + 2 * page, 3 * page, 0),
            "returned memory comes back zeroed");
    must_be(sbrk(-5 * page) == begin + 5 * page, "back to the beginning");
}

void odd_sizes() {
    std::uint8_t* const begin = sbrk(0);
    std::int64_t size = 0;
    for (const std::int64_t step :
         {std::int64_t{1}, page - 1, std::int64_t{1}, page, std::int64_t{37}, 2 * page - 38}) {
        must_be(sbrk(step) == begin + size, "growing by an odd size");
        size += step;
        begin[size - 1] = 1;
    }
    must_be(sbrk(-1) == begin + size, "shrinking by one byte");
    must_be(sbrk(-(size - 1)) == begin + size - 1, "shrinking by an odd size");
    must_be(sbrk(0) == begin, "nothing is left");
}

void what_was_returned_is_gone() {
    std::uint8_t* const begin = sbrk(2 * page);
    must_be(begin != nullptr, "two pages");
    const int status = status_of_child([begin] {
        begin[page] = 1;
        sbrk(-page);
        begin[0] = 1;  // still there
        *const_cast<volatile std::uint8_t*>(begin + page) = 2;
    });
    must_be(status == killed_status, "touching returned memory kills");
    begin[page] = 3;  // the child's shrinking is not ours
    sbrk(-2 * page);
}

void children_inherit() {
    constexpr std::int64_t bytes = 20 * page;
    std::uint8_t* const begin = sbrk(bytes);
    memset(begin, 7, static_cast<std::size_t>(bytes));
    const int status = status_of_child([begin] {
        must_be(is_filled(begin, bytes, 7), "a child inherits the heap");
        memset(begin, 8, static_cast<std::size_t>(bytes));
        must_be(sbrk(-bytes / 2) != nullptr && is_filled(begin, bytes / 2, 8),
                "a child's heap is its own");
    });
    must_be(status == 0 && is_filled(begin, bytes, 7), "the parent's heap is unchanged");
    sbrk(-bytes);
}

void memory_runs_out_and_comes_back() {
    const std::uint64_t before = free_pages();
    const int status = status_of_child([] {
        std::uint8_t* const end_before = sbrk(0);
        const std::uint64_t pages = take_all_pages();
        must_be(pages > 0 && sbrk(page) == nullptr, "there is nothing left");
        must_be(sbrk(0) == end_before + pages * page_size, "a refused sbrk() moves nothing");
        for (std::uint64_t i = 0; i < pages; ++i) {
            end_before[i * page_size] = 1;
        }
        must_be(fork() == -1, "no memory, no child");
        must_be(sbrk(-4 * page) != nullptr && sbrk(2 * page) != nullptr,
                "what was returned can be had again");
    });
    must_be(status == 0, "the child with all memory lives");
    must_be(free_pages() == before, "all memory came back");
}

void heap_functions() {
    constexpr int slots = 64, steps = 3000;
    static std::uint8_t* blocks[slots];
    static std::uint64_t sizes[slots];
    Random random(11);
    for (int step = 0; step < steps; ++step) {
        const std::uint64_t slot = random.below(slots);
        if (blocks[slot] != nullptr) {
            if (!is_filled(blocks[slot], static_cast<std::int64_t>(sizes[slot]),
                           static_cast<std::uint8_t>(slot))) {
                fail("two blocks of the heap overlap", "slot %lu", slot);
            }
            release(blocks[slot]);
        }
        sizes[slot] = random.below(5000);
        blocks[slot] = static_cast<std::uint8_t*>(allocate(sizes[slot]));
        must_be(blocks[slot] != nullptr, "allocate()");
        memset(blocks[slot], static_cast<int>(slot), sizes[slot]);
    }
}

}  // namespace

int main(int, char**) {
    grows_and_shrinks();
    odd_sizes();
    what_was_returned_is_gone();
    children_inherit();
    memory_runs_out_and_comes_back();
    heap_functions();
    printf(console_out, "sbrktest: ok\n");
    return 0;
}
