// The kernel writes into pages that processes share: read() from pipes, wait() and fstat(), at
// every alignment and across page ends. Each child keeps a model of what its region must hold and
// compares every byte; parents check that they saw nothing of it. One operation is one such call,
// checked.
#include "kernel/user/lib/child.h"
#include "kernel/user/lib/guest_calls.h"
#include "kernel/user/lib/outcome.h"
#include "kernel/user/lib/persist.h"
#include "kernel/user/lib/random.h"
#include "kernel/user/lib/string.h"
#include "kernel/user/lib/system_calls.h"
#include "kernel/user/lib/workers.h"

using namespace user;

namespace {

using stampede::abi::page_size;

constexpr std::uint64_t pages = 8, region_size = pages * page_size;
constexpr std::uint64_t children = 3, calls_of_child = 24, longest_read = 2 * page_size;
constexpr int status_seed = 0x01020304;

alignas(page_size) std::uint8_t region[region_size];
alignas(page_size) std::uint8_t model[region_size];

void check_region(const char* title) {
    if (memcmp(region, model, region_size) == 0) {
        return;
    }
    std::uint64_t at = 0;
    while (region[at] == model[at]) {
        ++at;
    }
    fail(title, "byte %lu is 0x%x, not 0x%x", at, region[at], model[at]);
}

void fill(std::uint8_t* to, std::uint64_t bytes, Random random) {
    for (std::uint64_t i = 0; i < bytes; ++i) {
        to[i] = static_cast<std::uint8_t>(random.next());
    }
}

// The other end of a child's pipe: writes `bytes` bytes of a stream in pieces of every size.
[[noreturn]] void send(int to, std::uint64_t bytes, Random stream, Random sizes) {
    static std::uint8_t buffer[longest_read];
    fill(buffer, bytes, stream);
    for (std::uint64_t sent = 0; sent < bytes;) {
        const std::uint64_t piece = 1 + sizes.below(bytes - sent);
        const int written = write(to, buffer + sent, static_cast<int>(piece));
        if (written != static_cast<int>(piece)) {
            fail("write() to a pipe was short", "%d of %lu bytes", written, piece);
        }
        sent += piece;
    }
    exit(Outcome{}.status());
}

// Half of the places end a page or begin one.
std::uint64_t place_for(std::uint64_t bytes, Random& random) {
    std::uint64_t place = random.below(region_size - bytes);
    if (random.next() % 2 == 0) {
        place = (1 + random.below(pages - 1)) * page_size -
                random.below(bytes < page_size ? bytes + 1 : page_size);
        place = place + bytes > region_size ? region_size - bytes : place;
    }
    return place;
}

void read_from_sender(Outcome& outcome, Random& random) {
    const std::uint64_t bytes = 1 + random.below(random.next() % 2 == 0 ? 16 : longest_read);
    const std::uint64_t place = place_for(bytes, random);
    const Random stream = random.split(1), sizes = random.split(2);
    int ends[2];
    if (pipe(ends) < 0) {
        outcome.refused = true;
        return;
    }
    const int pid = fork();
    if (pid == 0) {
        close(ends[0]);
        send(ends[1], bytes, stream, sizes);
    }
    close(ends[1]);
    if (pid < 0) {
        outcome.refused = true;
        close(ends[0]);
        return;
    }
    std::uint64_t got = 0;
    for (int now; got < bytes; got += static_cast<std::uint64_t>(now)) {
        now = persist(
            [&] { return read(ends[0], region + place + got, static_cast<int>(bytes - got)); });
        if (now <= 0) {
            break;
        }
    }
    close(ends[0]);
    reap(outcome);
    if (got != bytes && !outcome.killed) {
        fail("read() from a pipe ended early", "%lu of %lu bytes", got, bytes);
    }
    std::uint8_t* const expected = model + place;
    Random again = stream;
    for (std::uint64_t i = 0; i < got; ++i) {
        expected[i] = static_cast<std::uint8_t>(again.next());
    }
    outcome.operations += got == bytes;
}

// wait() writes an int, whose bytes may lie in two pages.
void wait_into_region(Outcome& outcome, Random& random) {
    const std::uint64_t place = place_for(sizeof(int), random);
    int status = status_seed + static_cast<int>(random.below(1 << 16));
    const int pid = fork();
    if (pid == 0) {
        exit(status);
    }
    if (pid < 0) {
        outcome.refused = true;
        return;
    }
    const int reaped = persist([&] { return wait(reinterpret_cast<int*>(region + place)); });
    if (reaped != pid) {
        fail("wait() gave another child", "pid %d, expected %d", reaped, pid);
    }
    const int killed = killed_status;
    if (memcmp(region + place, &killed, sizeof killed) == 0) {
        outcome.killed = true;
        status = killed;
    }
    memcpy(model + place, &status, sizeof status);
    ++outcome.operations;
}

void fstat_into_region(Outcome& outcome, Random& random) {
    const std::uint64_t place = place_for(sizeof(Stat), random);
    const int fd = persist([] { return open("/copyout", stampede::abi::o_rdonly); });
    Stat expected;
    if (fd < 0 && !on_own_kernel) {  // a full table of files
        outcome.refused = true;
        return;
    }
    if (fd < 0) {
        fail("a file has vanished", "open(\"/copyout\") failed");
    }
    const auto stat_into = [&](void* to) {
        return persist([&] { return fstat(fd, static_cast<Stat*>(to)); });
    };
    if (stat_into(&expected) < 0 || stat_into(region + place) < 0) {
        fail("fstat() failed", "of an open file");
    }
    close(fd);
    if (!on_own_kernel) {  // xv6 leaves its own stack's bytes there
        memcpy(&expected.reserved, region + place + offsetof(Stat, reserved),
               sizeof expected.reserved);
    }
    memcpy(model + place, &expected, sizeof expected);
    ++outcome.operations;
}

void one_call(Outcome& outcome, Random& random) {
    switch (random.below(4)) {
    case 0: wait_into_region(outcome, random); break;
    case 1: fstat_into_region(outcome, random); break;
    default: read_from_sender(outcome, random);
    }
}

[[noreturn]] void live(std::uint64_t calls, Random random) {
    Outcome outcome;
    for (std::uint64_t i = 0; i < calls; ++i) {
        one_call(outcome, random);
        check_region("the kernel wrote other bytes than it should");
    }
    count(outcome.operations);
    exit(outcome.status());
}

Totals work(const Limit& limit, std::uint64_t, std::uint64_t seed) {
    Random random(seed);
    fill(region, region_size, random.split(1));
    memcpy(model, region, region_size);
    Totals totals;
    while (!limit.reached(totals.operations)) {
        Outcome outcome;
        std::uint64_t left = limit.clip(children * calls_of_child, totals.operations);
        for (std::uint64_t child = 0; child < children && left > 0; ++child) {
            const std::uint64_t calls = left < calls_of_child ? left : calls_of_child;
            const Random of_child = random.split(child + 2);
            const int pid = fork();
            if (pid == 0) {
                live(calls, of_child);
            }
            if (pid < 0) {
                outcome.refused = true;
                break;
            }
            left -= calls;
        }
        random.next();
        while (reap(outcome) != Reaped::nobody) {
        }
        check_region("a parent sees what the kernel wrote for a child");
        totals.add(outcome);
    }
    return totals;
}

}  // namespace

int main(int argc, char** argv) {
    constexpr std::uint64_t processes = 1 + 2 * children;
    constexpr std::uint64_t most_pages =
        default_workers * processes * (2 * pages + longest_read / page_size + pages_of_process);
    return run_workers(parse_options(argc, argv), {default_workers, processes, most_pages}, work);
}
