// Processes that move between harts while their pages change. Crews wait, each member on a pipe of
// its own, are all sent on at once and have more or less to do, so that harts which are done take
// members of busy ones. A member looks at pages that it shares copy-on-write and writes to others;
// its forks share all of them again. Whoever comes back to a hart must not meet there what it has
// changed elsewhere. One operation is one round of one member.
#include "kernel/user/lib/guest_calls.h"
#include "kernel/user/lib/memory.h"
#include "kernel/user/lib/outcome.h"
#include "kernel/user/lib/persist.h"
#include "kernel/user/lib/random.h"
#include "kernel/user/lib/workers.h"

using namespace user;

namespace {

constexpr std::uint64_t members = 5;  // as many as there are descriptors for
constexpr std::uint64_t rounds = 24;  // of one crew
constexpr std::uint64_t crews = 3;
constexpr std::uint64_t pages = 12, words_of_page = page_size / sizeof(std::uint64_t);
constexpr std::uint64_t most_steps = 12;  // of one round
constexpr std::uint64_t processes = 2 * members + 1;
constexpr std::uint64_t most_pages = crews * processes * (pages + pages_of_process);

alignas(page_size) std::uint64_t region[pages][words_of_page];

// What this process has written.
struct Belief {
    std::uint64_t stamps[pages];

    void write(std::uint64_t page, std::uint64_t stamp) {
        stamps[page] = stamp;
        for (std::uint64_t word = 0; word < words_of_page; ++word) {
            region[page][word] = stamp + word;
        }
    }
    void check(std::uint64_t page) const {
        for (std::uint64_t word = 0; word < words_of_page; ++word) {
            if (region[page][word] != stamps[page] + word) {
                fail("a page holds bytes that this process did not write",
                     "page %lu word %lu holds 0x%lx, not 0x%lx", page, word, region[page][word],
                     stamps[page] + word);
            }
        }
    }
    void check_all() const {
        for (std::uint64_t page = 0; page < pages; ++page) {
            check(page);
        }
    }
};

// One round of a member. The child of one shares what is written meanwhile.
void go_on(Belief& belief, Random& random, Outcome& outcome) {
    if (random.below(2) == 0) {
        const int pid = fork();
        if (pid == 0) {
            belief.check_all();
            exit(Outcome{}.status());
        }
        outcome.refused = outcome.refused || pid < 0;
    }
    for (std::uint64_t step = random.below(most_steps); step > 0; --step) {
        belief.check(random.below(pages));
        belief.write(random.below(pages), random.next());
        belief.check(random.below(pages));
    }
    while (reap(outcome) != Reaped::nobody) {
    }
    ++outcome.operations;
    count(1);
}

[[noreturn]] void live(int from, int to, Belief belief, Random random) {
    Outcome outcome;
    for (std::uint8_t word; persist([&] { return read(from, &word, 1); }) == 1;) {
        go_on(belief, random, outcome);
        if (write(to, &word, 1) != 1) {
            break;
        }
    }
    belief.check_all();
    exit(outcome.status());
}

// The ends of its members' pipes that their crew holds.
struct Crew {
    int to[members], from[members];
    std::uint64_t size = 0;
    bool broken = false;  // a member has vanished, which only a killed one may

    // False: there was no member to be had.
    bool add(const Belief& belief, Random random) {
        int orders[2], answers[2];
        if (pipe(orders) < 0) {
            return false;
        }
        if (pipe(answers) < 0) {
            close(orders[0]);
            close(orders[1]);
            return false;
        }
        const int pid = fork();
        if (pid == 0) {
            close_all();
            close(orders[1]);
            close(answers[0]);
            live(orders[0], answers[1], belief, random);
        }
        close(orders[0]);
        close(answers[1]);
        to[size] = orders[1];
        from[size] = answers[0];
        ++size;
        if (pid < 0) {
            close_last();
        }
        return pid >= 0;
    }
    void round(std::uint64_t of) {
        for (std::uint64_t i = 0; i < of; ++i) {
            const std::uint8_t word = 0;
            broken = broken || write(to[i], &word, 1) != 1;
        }
        for (std::uint64_t i = 0; i < of && !broken; ++i) {
            std::uint8_t word;
            broken = persist([&] { return read(from[i], &word, 1); }) != 1;
        }
    }
    void close_all() {
        while (size > 0) {
            close_last();
        }
    }

private:
    void close_last() {
        --size;
        close(to[size]);
        close(from[size]);
    }
};

Outcome one_crew(Belief& belief, Random& random, std::uint64_t operations) {
    Outcome outcome;
    Crew crew;
    while (crew.size < members && !outcome.refused) {
        outcome.refused = !crew.add(belief, random.split(crew.size));
    }
    const std::uint64_t forked = crew.size;
    std::uint64_t left = operations;
    while (left > 0 && forked > 0 && !crew.broken) {
        const std::uint64_t now = left < forked ? left : forked;
        crew.round(now);
        left -= now;
        belief.write(random.below(pages), random.next());
    }
    const bool broken = crew.broken;
    crew.close_all();
    Outcome of_members;
    std::uint64_t reaped = 0;
    while (reap(of_members) != Reaped::nobody) {
        ++reaped;
    }
    if (reaped != forked) {
        fail("a member of a crew was not reaped", "%lu of %lu", reaped, forked);
    }
    if (broken && !of_members.killed) {
        fail("a crew broke", "although nobody was killed");
    }
    if (!broken && of_members.operations + left != operations) {
        fail("a crew made another number of rounds", "%u of %lu", of_members.operations,
             operations - left);
    }
    outcome.add(of_members);
    return outcome;
}

Totals work(const Limit& limit, std::uint64_t, std::uint64_t seed) {
    Random random(seed);
    Belief belief;
    for (std::uint64_t page = 0; page < pages; ++page) {
        belief.write(page, random.next());
    }
    Totals totals;
    while (!limit.reached(totals.operations)) {
        const Outcome outcome =
            one_crew(belief, random, limit.clip(members * rounds, totals.operations));
        belief.check_all();
        totals.add(outcome);
    }
    return totals;
}

}  // namespace

int main(int argc, char** argv) {
    return run_workers(parse_options(argc, argv), {crews, processes, most_pages}, work);
}
