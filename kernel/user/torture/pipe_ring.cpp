// Processes in a ring pass tokens through pipes. A token is a header and bytes that follow from its
// seed and the hop; it is read into a region that all members share copy-on-write, at places that
// end or begin a page, checked, made into the next hop's bytes there and written on from there.
// What lies around it must stay what it was in every member. At the end each member sees the end of
// its pipe. One operation is a hop.
#include "kernel/user/lib/guest_calls.h"
#include "kernel/user/lib/outcome.h"
#include "kernel/user/lib/persist.h"
#include "kernel/user/lib/workers.h"
#include "kernel/user/torture/pipe_ring_token.h"

using namespace user;

namespace {

constexpr std::uint64_t members = 5;
constexpr std::uint64_t most_pages = default_workers * members * (region_pages + pages_of_process);
constexpr std::uint64_t hops_of_token = 3 * members;
constexpr std::uint64_t longest = 5000;  // more than a pipe holds

// However many calls it takes. False: the end came first.
bool read_whole(int from, void* to, std::uint64_t bytes) {
    for (std::uint64_t got = 0; got < bytes;) {
        const int now = persist([&] {
            return read(from, static_cast<std::uint8_t*>(to) + got, static_cast<int>(bytes - got));
        });
        if (now <= 0) {
            return false;
        }
        got += static_cast<std::uint64_t>(now);
    }
    return true;
}

bool write_whole(int to, const void* from, std::uint64_t bytes) {
    return write(to, from, static_cast<int>(bytes)) == static_cast<int>(bytes);
}

// One member's two ends. `broken`: a neighbour has vanished, which only a killed one may.
struct Member {
    int from, to;
    Random random;
    std::uint32_t hops = 0;
    bool broken = false;

    bool send(const Token& token, std::uint64_t place) {
        broken = broken || !write_whole(to, &token, sizeof token) ||
                 !write_whole(to, region + place, token.bytes);
        return !broken;
    }
    // A token of this size begins here.
    bool begin(std::uint64_t seed, std::uint32_t bytes, std::uint32_t hops_left) {
        const Token token{seed, bytes, hops_left};
        const std::uint64_t place = place_for(bytes, random);
        fill(place, token);
        const bool sent = send(token, place);
        paint_background(place, place + bytes);
        return sent;
    }
    // The bytes behind the header, and what goes on instead. `at_home`: a token that ends here goes
    // nowhere.
    enum class Home : std::uint8_t { no, yes };
    bool hop(Token token, Home home) {
        const std::uint64_t place = place_for(token.bytes, random);
        if (!read_whole(from, region + place, token.bytes)) {
            paint_background(place, place + token.bytes);
            broken = true;
            return false;
        }
        check(place, token);
        check_background_around(place, place + token.bytes);
        ++hops;
        --token.hops_left;
        const std::uint64_t used = place + token.bytes;
        bool sent = true;
        if (token.hops_left == 0) {
            token.bytes = 0;
        }
        if (token.hops_left > 0 || home == Home::no) {
            fill(place, token);
            sent = send(token, place);
        }
        paint_background(place, used);
        return sent;
    }
};

[[noreturn]] void live(Member member) {
    for (Token token; read_whole(member.from, &token, sizeof token);) {
        if (!(token.hops_left == 0 ? member.send(token, 0) : member.hop(token, Member::Home::no))) {
            break;
        }
    }
    check_background(0, region_size);
    count(member.hops);
    Outcome outcome;
    outcome.operations = member.hops;
    outcome.refused = member.broken;
    exit(outcome.status());
}

// The ring as its first member sees it: `member` reads what the last one writes. 0 members: there
// is no ring.
struct Ring {
    Member member{-1, -1, Random(0)};
    std::uint64_t forked = 0;
    bool refused = false;  // somebody was not to be had

    // False: nobody was.
    bool make(Random& random) {
        int first[2];
        if (pipe(first) < 0) {
            refused = true;
            return false;
        }
        member = {first[0], first[1], random.split(members)};
        // Each new member reads from the pipe that was last; this process keeps the end that it
        // will write to, and the newest one to read from. Where there are not so many to be had,
        // the ring is smaller.
        int newest = first[0];
        while (forked + 1 < members) {
            int next[2];
            const bool piped = pipe(next) == 0;
            const int pid = piped ? fork() : -1;
            if (pid == 0) {
                close(member.to);
                close(next[0]);
                live({newest, next[1], random.split(forked)});
            }
            if (pid < 0) {
                if (piped) {
                    close(next[0]);
                    close(next[1]);
                }
                refused = true;
                break;
            }
            ++forked;
            close(newest);
            close(next[1]);
            newest = next[0];
        }
        member.from = newest;
        if (forked == 0) {
            close(newest);
        }
        return forked > 0;
    }
    // So few that somebody always reads, however long tokens are.
    std::uint64_t most_tokens() const { return forked; }
};

// Sends the tokens round and waits until all have come home.
void turn(Member& member, std::uint64_t tokens, std::uint64_t hops, Random& random) {
    std::uint64_t away = 0;
    for (; away < tokens && hops > 0; ++away) {
        const std::uint64_t of_token = hops < hops_of_token ? hops : hops_of_token;
        const std::uint64_t bytes = 1 + random.below(random.next() % 2 == 0 ? 64 : longest);
        if (!member.begin(random.next(), static_cast<std::uint32_t>(bytes),
                          static_cast<std::uint32_t>(of_token))) {
            return;
        }
        hops -= of_token;
    }
    for (Token token; away > 0 && read_whole(member.from, &token, sizeof token);) {
        const bool ends_here = token.hops_left <= 1;
        if (token.hops_left > 0 && !member.hop(token, Member::Home::yes)) {
            return;
        }
        away -= ends_here;
    }
    member.broken = member.broken || away > 0;
}

Outcome one_round(Random& random, const Limit& limit, std::uint64_t done) {
    Outcome outcome;
    Ring ring;
    std::uint64_t hops = 0;
    if (ring.make(random)) {
        hops = limit.clip(ring.most_tokens() * hops_of_token, done);
        turn(ring.member, ring.most_tokens(), hops, random);
        close(ring.member.to);
        std::uint8_t more;
        if (!ring.member.broken && read(ring.member.from, &more, 1) != 0) {
            fail("a ring does not end", "the last member's pipe has another byte");
        }
        ring.member.to = -1;
        close(ring.member.from);
    }
    if (ring.member.to >= 0) {
        close(ring.member.to);
    }
    count(ring.member.hops);
    Outcome of_members;
    std::uint64_t reaped = 0;
    while (reap(of_members) != Reaped::nobody) {
        ++reaped;
    }
    const bool broken = ring.member.broken || of_members.refused;
    if (broken && !of_members.killed && memory_lasts && are_free(most_pages)) {
        fail("a ring broke", "although nobody was killed and memory was not short");
    }
    if (reaped != ring.forked) {
        fail("a member of a ring was not reaped", "%lu of %lu", reaped, ring.forked);
    }
    if (!broken && of_members.operations + ring.member.hops != hops) {
        fail("tokens made another number of hops", "%u of %lu",
             of_members.operations + ring.member.hops, hops);
    }
    outcome.refused = ring.refused;
    outcome.killed = of_members.killed;
    outcome.operations = of_members.operations + ring.member.hops;
    return outcome;
}

Totals work(const Limit& limit, std::uint64_t, std::uint64_t seed) {
    Random random(seed);
    Totals totals;
    paint_background(0, region_size);
    while (!limit.reached(totals.operations)) {
        const Outcome outcome = one_round(random, limit, totals.operations);
        check_background(0, region_size);
        totals.add(outcome);
    }
    return totals;
}

}  // namespace

int main(int argc, char** argv) {
    return run_workers(parse_options(argc, argv), {default_workers, members, most_pages}, work);
}
