// Heaps that grow, shrink and are shared by fork. Each process knows by a stamp a page what its
// heap must hold: new memory is zero, what was written stays whatever parents and children do with
// theirs, and what was given back is gone: who touches it is killed. One operation is one such
// step.
#include "kernel/user/lib/child.h"
#include "kernel/user/lib/guest_calls.h"
#include "kernel/user/lib/outcome.h"
#include "kernel/user/lib/random.h"
#include "kernel/user/lib/system_calls.h"
#include "kernel/user/lib/workers.h"

using namespace user;

namespace {

constexpr std::uint64_t page_size = stampede::abi::page_size,
                        words_of_page = page_size / sizeof(std::uint64_t);
constexpr std::uint64_t most_pages_of_heap = 48, longest_change = 24;
constexpr std::uint64_t steps_of_process = 24, children = 3, most_generations = 2;

struct Heap {
    std::uint64_t* begin;
    std::uint64_t pages;
    std::uint64_t stamps[most_pages_of_heap];  // 0: the page is zero
} heap;                                        // every process has its own by fork()

std::uint64_t expected(std::uint64_t page, std::uint64_t word) {
    return heap.stamps[page] == 0
               ? 0
               : heap.stamps[page] + (page * words_of_page + word) * 0x9e3779b97f4a7c15;
}

void check_page(std::uint64_t page, const char* title) {
    for (std::uint64_t word = 0; word < words_of_page; ++word) {
        const std::uint64_t found = heap.begin[page * words_of_page + word];
        if (found != expected(page, word)) {
            fail(title, "page %lu word %lu holds 0x%lx, not 0x%lx", page, word, found,
                 expected(page, word));
        }
    }
}

void check_all() {
    for (std::uint64_t page = 0; page < heap.pages; ++page) {
        check_page(page, "a heap holds bytes that this process did not write");
    }
}

void write_page(std::uint64_t page, std::uint64_t stamp) {
    heap.stamps[page] = stamp | 1;
    for (std::uint64_t word = 0; word < words_of_page; ++word) {
        heap.begin[page * words_of_page + word] = expected(page, word);
    }
}

// Both ask for whole pages and look at what sbrk() says of the end.
void grow(Outcome& outcome, std::uint64_t pages) {
    std::uint8_t* const end = reinterpret_cast<std::uint8_t*>(heap.begin) + heap.pages * page_size;
    std::uint8_t* const old_end = sbrk(static_cast<std::int64_t>(pages * page_size));
    if (old_end == nullptr) {
        outcome.refused = true;
        return;
    }
    if (old_end != end) {
        fail("sbrk() gave another end of the heap", "%p, not %p", old_end, end);
    }
    for (std::uint64_t i = 0; i < pages; ++i) {
        heap.stamps[heap.pages] = 0;
        check_page(heap.pages++, "sbrk() gave memory that is not zero");
    }
}

void shrink(std::uint64_t pages) {
    std::uint8_t* const end = reinterpret_cast<std::uint8_t*>(heap.begin) + heap.pages * page_size;
    if (sbrk(-static_cast<std::int64_t>(pages * page_size)) != end ||
        sbrk(0) != end - pages * page_size) {
        fail("sbrk() gave another end of the heap", "when %lu of %lu pages were given back", pages,
             heap.pages);
    }
    heap.pages -= pages;
}

// A child of its own gives back pages that it has just written, and touches one of them.
void touch_what_is_gone(Outcome& outcome, Random& random) {
    const std::uint64_t gone = heap.pages < longest_change ? heap.pages : longest_change;
    const std::uint64_t touched = random.below(gone);
    const int pid = fork();
    if (pid == 0) {
        for (std::uint64_t page = heap.pages - gone; page < heap.pages; ++page) {
            write_page(page, random.next());
        }
        shrink(gone);
        auto* const word = const_cast<volatile std::uint64_t*>(
            &heap.begin[(heap.pages + touched) * words_of_page]);
        random.next() % 2 == 0 ? void(*word = 1) : void(*word);
        fail("memory that was given back can still be used", "page %lu of %lu", touched, gone);
    }
    int status = 0;
    if (pid < 0) {
        outcome.refused = true;
    } else if (wait(&status) != pid || status != killed_status) {
        if (status != failed_status) {
            fail("a process that touches what is gone ended in another way", "status %d", status);
        }
        exit(failed_status);
    }
}

void step(Outcome& outcome, Random& random) {
    const std::uint64_t room = most_pages_of_heap - heap.pages;
    switch (random.below(4)) {
    case 0:
        if (room > 0) {
            grow(outcome, 1 + random.below(room < longest_change ? room : longest_change));
        }
        break;
    case 1:
        if (heap.pages > 0) {
            shrink(1 + random.below(heap.pages < longest_change ? heap.pages : longest_change));
        }
        break;
    default:
        if (heap.pages > 0) {
            write_page(random.below(heap.pages), random.next());
            check_page(random.below(heap.pages),
                       "a heap holds bytes that this process did not write");
        }
    }
}

void steps(Outcome& outcome, Random& random, std::uint64_t how_many) {
    for (std::uint64_t i = 0; i < how_many; ++i) {
        step(outcome, random);
    }
    count(how_many);
    outcome.operations += static_cast<std::uint32_t>(how_many);
}

// This process's own steps, before and while its children have theirs: `operations` together.
Outcome generation(Random& random, std::uint64_t depth, std::uint64_t operations) {
    const std::uint64_t own = operations < steps_of_process ? operations : steps_of_process;
    Outcome outcome;
    if (depth == most_generations && heap.pages > 0 && random.next() % 2 == 0) {
        touch_what_is_gone(outcome, random);
    }
    steps(outcome, random, own / 2);
    std::uint64_t left = operations - own;
    for (std::uint64_t child = 0; depth < most_generations && child < children && left > 0;
         ++child) {
        const std::uint64_t of_child = (left + children - child - 1) / (children - child);
        Random random_of_child = random.split(child);
        const int pid = fork();
        if (pid == 0) {
            check_all();
            const Outcome of_all = generation(random_of_child, depth + 1, of_child);
            check_all();
            exit(of_all.status());
        }
        if (pid < 0) {
            outcome.refused = true;
            break;
        }
        left -= of_child;
    }
    steps(outcome, random, own - own / 2);
    while (reap(outcome) != Reaped::nobody) {
    }
    check_all();
    return outcome;
}

constexpr std::uint64_t steps_of_tree(std::uint64_t depth) {
    return steps_of_process + (depth < most_generations ? children * steps_of_tree(depth + 1) : 0);
}

Totals work(const Limit& limit, std::uint64_t, std::uint64_t seed) {
    Random random(seed);
    heap.begin = reinterpret_cast<std::uint64_t*>(sbrk(0));
    Totals totals;
    while (!limit.reached(totals.operations)) {
        const Outcome outcome =
            generation(random, 0, limit.clip(steps_of_tree(0), totals.operations));
        totals.add(outcome);
    }
    return totals;
}

}  // namespace

int main(int argc, char** argv) {
    constexpr std::uint64_t processes = 1 + children + 2 * children * children;
    constexpr std::uint64_t most_pages =
        default_workers * processes * (most_pages_of_heap + pages_of_process);
    // A heap begins where the data ends; whole pages are wanted from there on.
    const auto end = reinterpret_cast<std::uint64_t>(sbrk(0));
    sbrk(static_cast<std::int64_t>((page_size - end % page_size) % page_size));
    return run_workers(parse_options(argc, argv), {default_workers, processes, most_pages}, work);
}
