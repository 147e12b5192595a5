// Generations of processes write random pages of a region that they share copy-on-write, and check
// every byte of it. Each process knows by a stamp a page what it must find; the bytes of a page
// follow from page and stamp. One operation is one page written and another one checked.
#include "kernel/user/lib/guest_calls.h"
#include "kernel/user/lib/outcome.h"
#include "kernel/user/lib/random.h"
#include "kernel/user/lib/system_calls.h"
#include "kernel/user/lib/workers.h"

using namespace user;

namespace {

using stampede::abi::page_size;

constexpr std::uint64_t pages = 32, words_of_page = page_size / sizeof(std::uint64_t);
constexpr std::uint64_t children = 4, steps = 16, most_generations = 2;

alignas(page_size) std::uint64_t region[pages][words_of_page];

struct Belief {
    std::uint64_t stamps[pages];
};

std::uint64_t expected(std::uint64_t page, std::uint64_t word, std::uint64_t stamp) {
    return stamp + (page * words_of_page + word) * 0x9e3779b97f4a7c15;
}

void write_page(Belief& belief, std::uint64_t page, std::uint64_t stamp) {
    belief.stamps[page] = stamp;
    for (std::uint64_t word = 0; word < words_of_page; ++word) {
        region[page][word] = expected(page, word, stamp);
    }
}

void check_page(const Belief& belief, std::uint64_t page) {
    for (std::uint64_t word = 0; word < words_of_page; ++word) {
        const std::uint64_t wanted = expected(page, word, belief.stamps[page]);
        if (region[page][word] != wanted) {
            fail("a page holds bytes that this process did not write",
                 "page %lu word %lu holds 0x%lx, not 0x%lx", page, word, region[page][word],
                 wanted);
        }
    }
}

void check_all(const Belief& belief) {
    for (std::uint64_t page = 0; page < pages; ++page) {
        check_page(belief, page);
    }
}

void storm(Belief& belief, Random& random, std::uint64_t how_many) {
    for (std::uint64_t step = 0; step < how_many; ++step) {
        write_page(belief, random.below(pages), random.next());
        check_page(belief, random.below(pages));
    }
    count(how_many);
}

Outcome generation(Belief& belief, Random& random, std::uint64_t depth, std::uint64_t operations);

[[noreturn]] void live(Belief belief, Random random, std::uint64_t depth,
                       std::uint64_t operations) {
    check_all(belief);
    const Outcome outcome = generation(belief, random, depth, operations);
    check_all(belief);
    exit(outcome.status());
}

// This process's own steps, and in between its children with theirs: `operations` together.
Outcome generation(Belief& belief, Random& random, std::uint64_t depth, std::uint64_t operations) {
    const std::uint64_t own = operations < steps ? operations : steps;
    Outcome outcome;
    storm(belief, random, own / 2);
    std::uint64_t left = operations - own;
    for (std::uint64_t child = 0; depth < most_generations && child < children && left > 0;
         ++child) {
        const std::uint64_t of_child = (left + children - child - 1) / (children - child);
        const Random random_of_child = random.split(child);
        const int pid = fork();
        if (pid == 0) {
            live(belief, random_of_child, depth + 1, of_child);
        }
        if (pid < 0) {
            outcome.refused = true;
            break;
        }
        left -= of_child;
    }
    storm(belief, random, own - own / 2);
    outcome.operations += static_cast<std::uint32_t>(own);
    while (reap(outcome) != Reaped::nobody) {
    }
    return outcome;
}

constexpr std::uint64_t steps_of_tree(std::uint64_t depth) {
    return steps + (depth < most_generations ? children * steps_of_tree(depth + 1) : 0);
}

Totals work(const Limit& limit, std::uint64_t, std::uint64_t seed) {
    Random random(seed);
    Belief belief;
    for (std::uint64_t page = 0; page < pages; ++page) {
        write_page(belief, page, random.next());
    }
    Totals totals;
    while (!limit.reached(totals.operations)) {
        const Outcome outcome =
            generation(belief, random, 0, limit.clip(steps_of_tree(0), totals.operations));
        check_all(belief);
        totals.add(outcome);
    }
    return totals;
}

}  // namespace

int main(int argc, char** argv) {
    constexpr std::uint64_t processes = steps_of_tree(0) / steps;
    constexpr std::uint64_t most_pages = default_workers * processes * (pages + pages_of_process);
    return run_workers(parse_options(argc, argv), {default_workers, processes, most_pages}, work);
}
