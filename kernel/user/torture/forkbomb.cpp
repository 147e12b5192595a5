// Trees of processes whose descendants fork too. First all trees grow until every process is alive
// at the same time, then each tree is grown and reaped again and again. Every process checks that
// it inherited its parent's pages, writes some of them, and checks in the end that it still sees
// its own bytes, whatever parent, siblings and children wrote. One operation is a child forked,
// exited and reaped. Option processes= (448): how many are alive together at first, or as many as
// the kernel has.
#include "kernel/user/lib/guest_calls.h"
#include "kernel/user/lib/outcome.h"
#include "kernel/user/lib/persist.h"
#include "kernel/user/lib/print.h"
#include "kernel/user/lib/random.h"
#include "kernel/user/lib/system_calls.h"
#include "kernel/user/lib/workers.h"

using namespace user;

namespace {

constexpr std::uint64_t pages = 4, words_of_page = stampede::abi::page_size / sizeof(std::uint64_t);
constexpr std::uint64_t checked_words[] = {0, 1, words_of_page / 2, words_of_page - 1};
constexpr std::uint64_t most_children = 4;
constexpr int patience = 30;  // ticks of 0.1 s until the gate opens although somebody is missing

alignas(stampede::abi::page_size) std::uint64_t shared[pages][words_of_page];

// Of the whole crowd; descriptors stay valid through fork.
int gate;                   // read end: nothing ever comes, its end does
int arrivals;               // write end: one Arrival each
std::uint64_t crowd = 448;  // without workers
std::uint64_t workers;
constexpr std::uint64_t helpers = 2;  // who runs the workers, and the timer

struct Arrival {
    std::int32_t arrived;
    std::int32_t missing;
};

// What a process believes its pages to hold: one stamp a page.
struct Belief {
    std::uint64_t stamps[pages];

    void write(std::uint64_t page, std::uint64_t stamp) {
        stamps[page] = stamp;
        for (const std::uint64_t word : checked_words) {
            shared[page][word] = stamp + word;
        }
    }
    void check(const char* title) const {
        for (std::uint64_t page = 0; page < pages; ++page) {
            for (const std::uint64_t word : checked_words) {
                if (shared[page][word] != stamps[page] + word) {
                    fail(title, "page %lu word %lu holds 0x%lx, not 0x%lx", page, word,
                         shared[page][word], stamps[page] + word);
                }
            }
        }
    }
};

enum class Round : std::uint8_t { all_at_once, freely };

void pass_gate(std::int32_t missing) {
    const Arrival arrival{1, missing};
    write(arrivals, &arrival, sizeof arrival);
    char nothing;
    read(gate, &nothing, 1);
}

Outcome grow(std::uint64_t descendants, Belief& belief, Random& random, Round round);

[[noreturn]] void live(std::uint64_t descendants, Belief belief, Random random, Round round) {
    belief.check("a child did not inherit its parent's pages");
    // Every process writes one page at least.
    const std::uint64_t first = random.next() % pages;
    belief.write(first, random.next());
    if (random.next() % 2 == 0) {
        belief.write((first + 1) % pages, random.next());
    }
    const Outcome outcome = grow(descendants, belief, random, round);
    belief.check("a process sees bytes that another one wrote");
    exit(outcome.status());
}

// Forks up to most_children children, which together get the rest of the descendants, and reaps
// them.
Outcome grow(std::uint64_t descendants, Belief& belief, Random& random, Round round) {
    Outcome outcome;
    std::uint64_t children =
        descendants < most_children ? descendants : 1 + random.below(most_children);
    std::uint64_t left = descendants;
    for (; children > 0; --children) {
        const std::uint64_t below_this = left / children - 1;
        Random of_child = random.split(children);
        const int pid = fork();
        if (pid == 0) {
            live(below_this, belief, of_child, round);
        }
        if (pid < 0) {
            outcome.refused = true;
            break;
        }
        left -= below_this + 1;
        if (random.next() % 2 == 0) {  // the parent writes while its children live
            belief.write(random.below(pages), random.next());
        }
    }
    if (round == Round::all_at_once) {
        pass_gate(static_cast<std::int32_t>(left));
    }
    std::uint32_t ended = 0;  // what is below the children, they counted themselves
    for (Reaped reaped; (reaped = reap(outcome)) != Reaped::nobody;) {
        ended += reaped == Reaped::ended;
    }
    count(ended);
    outcome.operations += ended;
    return outcome;
}

Totals bomb(const Limit& limit, std::uint64_t index, std::uint64_t seed) {
    Random random(seed);
    Belief belief;
    for (std::uint64_t page = 0; page < pages; ++page) {
        belief.write(page, random.next());
    }
    Totals totals;
    std::uint64_t tree = crowd / workers + (index < crowd % workers);
    Round round = Round::all_at_once;
    do {
        const Outcome outcome = grow(limit.clip(tree, totals.operations), belief, random, round);
        tree = tree > 0 ? tree : 1;
        belief.check("a worker sees bytes that a descendant wrote");
        totals.add(outcome);
        round = Round::freely;
    } while (!limit.reached(totals.operations));
    return totals;
}

// Waits until everybody has arrived, and says how many they are.
void keep_gate(int incoming, std::int32_t expected) {
    std::int32_t arrived = 0, missing = 0;
    for (Arrival arrival; arrived + missing < expected &&
                          persist([&] { return read(incoming, &arrival, sizeof arrival); }) > 0;) {
        if (arrival.arrived == 0) {  // the timer
            break;
        }
        arrived += arrival.arrived;
        missing += arrival.missing;
    }
    printf(console_out, "forkbomb: %d processes at once\n", arrived);
}

[[noreturn]] void time_out() {
    sleep(patience);
    const Arrival nobody{0, 0};
    write(arrivals, &nobody, sizeof nobody);
    exit(0);
}

// As many processes as were found, all of them.
Demand fit_crowd() {
    const Demand demand =
        fitted({default_workers, 1 + (crowd + default_workers - 1) / default_workers,
                (crowd + default_workers) * (pages + pages_of_process)});
    workers = demand.workers;
    if (!demand.is_met()) {
        const std::uint64_t taken = workers + helpers;
        crowd = demand.found > taken ? demand.found - taken : 1;
    }
    return demand;
}

}  // namespace

int main(int argc, char** argv) {
    const Options options = parse_options(argc, argv);
    crowd = option(argc, argv, "processes", crowd);
    if (options.operations < crowd) {
        crowd = options.operations;
    }
    const Demand demand = fit_crowd();
    int gate_ends[2], arrival_ends[2];
    if (persist([&] { return pipe(gate_ends); }) < 0 ||
        persist([&] { return pipe(arrival_ends); }) < 0) {
        fail("no pipe for the gate", "pipe() failed");
    }
    gate = gate_ends[0];
    arrivals = arrival_ends[1];
    const int timer = persist(fork);  // first: bombs may leave no process for it
    if (timer == 0) {
        close(gate_ends[1]);
        time_out();
    }
    const int bombs = persist(fork);
    if (bombs == 0) {
        close(gate_ends[1]);
        close(arrival_ends[0]);
        exit(run_workers(options, demand, bomb));
    }
    if (bombs < 0 || timer < 0) {
        fail("no process to begin with", "fork() failed");
    }
    close(arrivals);
    // Workers arrive like their descendants.
    keep_gate(arrival_ends[0], static_cast<std::int32_t>(crowd + workers));
    kill(timer);
    close(gate_ends[1]);
    int result = failed_status, status = 0;
    for (int pid; (pid = persist([&] { return wait(&status); })) > 0;) {
        result = pid == bombs ? status : result;
    }
    return result;
}
