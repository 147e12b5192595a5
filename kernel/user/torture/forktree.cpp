// Trees of forks in which every process knows its place. A process inherits its parent's pages,
// which say who the parent is and how many children it had; it writes its own place there and must
// find that until it ends. It must have a pid that nobody above it has, its parent must be told the
// same one by fork() and by wait(), and the processes that were reaped below it must be as many as
// there were to be. One operation is a process forked, checked and reaped.
#include "kernel/user/lib/guest_calls.h"
#include "kernel/user/lib/outcome.h"
#include "kernel/user/lib/persist.h"
#include "kernel/user/lib/random.h"
#include "kernel/user/lib/system_calls.h"
#include "kernel/user/lib/workers.h"

using namespace user;

namespace {

constexpr std::uint64_t pages = 3, words_of_page = stampede::abi::page_size / sizeof(std::uint64_t);
constexpr std::uint64_t most_children = 3, largest_tree = 24;
// from there on trees branch, for the stack is one page
constexpr std::uint64_t narrow_generations = 4;
constexpr std::uint64_t most_generations = narrow_generations + 6;

alignas(stampede::abi::page_size) std::uint64_t notes[pages][words_of_page];

// Where this process stands in the tree. Every process has its own by fork().
struct Place {
    std::uint64_t path = 0;    // a digit for each generation below the worker
    std::uint64_t births = 0;  // how many children it has had
    std::uint64_t generations = 0;
    // from the worker down to this process: all of them live as long as this one does
    int pids[most_generations] = {};

    bool has(int pid) const {
        for (std::uint64_t i = 0; i < generations; ++i) {
            if (pids[i] == pid) {
                return true;
            }
        }
        return false;
    }
    std::uint64_t note(std::uint64_t page, std::uint64_t word) const {
        return (path * 8 + births) * 0x9e3779b97f4a7c15 + page * words_of_page + word;
    }
} place;

// Some words of each page, more of them at its beginning.
constexpr std::uint64_t next_word(std::uint64_t word) { return word + 1 + word / 8; }

void write_notes(Random& random) {
    const std::uint64_t first = random.below(pages);  // in another order each time
    for (std::uint64_t i = 0; i < pages; ++i) {
        const std::uint64_t page = (first + i) % pages;
        for (std::uint64_t word = 0; word < words_of_page; word = next_word(word)) {
            notes[page][word] = place.note(page, word);
        }
    }
}

void check_notes(const char* title) {
    for (std::uint64_t page = 0; page < pages; ++page) {
        for (std::uint64_t word = 0; word < words_of_page; word = next_word(word)) {
            if (notes[page][word] != place.note(page, word)) {
                fail(title, "page %lu word %lu holds 0x%lx, not 0x%lx", page, word,
                     notes[page][word], place.note(page, word));
            }
        }
    }
}

struct Child {
    int pid;  // 0: reaped
    std::uint64_t descendants;
};

Outcome grow(std::uint64_t descendants, Random& random);

[[noreturn]] void live(std::uint64_t descendants, std::uint64_t digit, int to_parent,
                       Random random) {
    check_notes("a child did not inherit what its parent had written");
    const int self = getpid();
    if (self <= 0 || place.has(self)) {
        fail("a process has the pid of one above it", "pid %d", self);
    }
    place.pids[place.generations++] = self;
    write(to_parent, &self, sizeof self);
    close(to_parent);
    place.path = place.path * 8 + digit;
    place.births = 0;
    write_notes(random);
    exit(grow(descendants, random).status());
}

// Each child has said its pid through `names`: the very ones that fork() gave.
void check_names(int names, const Child* children, std::uint64_t count) {
    for (int pid; read(names, &pid, sizeof pid) == static_cast<int>(sizeof pid);) {
        std::uint64_t child = 0;
        while (child < count && children[child].pid != pid) {
            ++child;
        }
        if (child == count) {
            fail("getpid() in a child is not what fork() gave its parent", "pid %d", pid);
        }
    }
}

Outcome reap_children(Child* children, std::uint64_t forked) {
    Outcome outcome;
    std::uint32_t ended = 0;
    for (std::uint64_t n = 0; n < forked; ++n) {
        Outcome one;
        int pid = 0;
        const Reaped reaped = reap(one, &pid);
        std::uint64_t child = 0;
        while (child < forked && children[child].pid != pid) {
            ++child;
        }
        if (reaped == Reaped::nobody || child == forked) {
            fail("wait() gave no child of this process", "pid %d, %lu of %lu were reaped", pid, n,
                 forked);
        }
        children[child].pid = 0;
        if (!one.refused && !one.killed && one.operations != children[child].descendants) {
            fail("a descendant was not reaped", "%u of %lu", one.operations,
                 children[child].descendants);
        }
        ended += reaped == Reaped::ended;
        outcome.add(one);
    }
    if (wait(nullptr) != -1) {
        fail("wait() gave a child too many", "%lu were forked", forked);
    }
    count(ended);
    outcome.operations += ended;
    return outcome;
}

// Forks up to most_children children, which are `descendants` together with what is below them, and
// reaps them.
Outcome grow(std::uint64_t descendants, Random& random) {
    Outcome outcome;
    int names[2];
    if (descendants == 0 || persist([&] { return pipe(names); }) < 0) {
        outcome.refused = descendants != 0;
        return outcome;
    }
    Child children[most_children];
    std::uint64_t wanted =
        place.generations > narrow_generations ? most_children : 1 + random.below(most_children);
    wanted = wanted < descendants ? wanted : descendants;
    std::uint64_t left = descendants, forked = 0;
    for (; forked < wanted; ++forked) {
        const std::uint64_t below = (left - 1) / (wanted - forked);
        const Random of_child = random.split(forked);
        const int pid = fork();
        if (pid == 0) {
            close(names[0]);
            live(below, forked + 1, names[1], of_child);
        }
        if (pid < 0) {
            outcome.refused = true;
            break;
        }
        if (place.has(pid)) {
            fail("fork() gave the pid of a living process", "pid %d", pid);
        }
        children[forked] = {pid, below};
        left -= below + 1;
        place.births = forked + 1;  // while the child looks for what stood here before
        write_notes(random);
    }
    close(names[1]);
    check_names(names[0], children, forked);
    close(names[0]);
    outcome.add(reap_children(children, forked));
    check_notes("a process sees bytes that another one wrote");
    return outcome;
}

Totals work(const Limit& limit, std::uint64_t, std::uint64_t seed) {
    Random random(seed);
    Totals totals;
    while (!limit.reached(totals.operations)) {
        place = Place{};
        place.pids[place.generations++] = getpid();
        write_notes(random);
        const Outcome outcome =
            grow(limit.clip(1 + random.below(largest_tree), totals.operations), random);
        totals.add(outcome);
    }
    return totals;
}

}  // namespace

int main(int argc, char** argv) {
    constexpr std::uint64_t processes = 1 + largest_tree;
    constexpr std::uint64_t most_pages = default_workers * processes * (pages + pages_of_process);
    return run_workers(parse_options(argc, argv), {default_workers, processes, most_pages}, work);
}
