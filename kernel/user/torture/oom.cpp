// Memory runs out at every stage of fork, write fault, copyout, exec, pipe, sbrk and writing files.
// A hog holds all memory but n frames while one call is made, for n from 0 until the call succeeds;
// the call may fail or the process that makes it be killed, but nobody else may notice, and in the
// end all memory is back. Then several processes fight for too little memory. One operation is one
// call made so, checked.
#include <initializer_list>

#include "kernel/user/lib/child.h"
#include "kernel/user/lib/guest_calls.h"
#include "kernel/user/lib/memory.h"
#include "kernel/user/lib/print.h"
#include "kernel/user/lib/random.h"
#include "kernel/user/lib/string.h"
#include "kernel/user/torture/oom_calls.h"
#include "kernel/user/torture/oom_hog.h"

using namespace user;

namespace {

using stampede::abi::max_exec_arguments;

constexpr int most_frames = 64;   // a call that still fails with so many free frames is broken
constexpr int setup_frames = 64;  // for a child before its call
constexpr int enough_successes = 2;

// --- one call with n free frames -----------------------------------------------------------------

// Forks the child while there is memory, lets the hog take the rest but `frames`, and then lets the
// child make its call.
int try_call(Hog& hog, const Stage& stage, int frames) {
    hog.leave(setup_frames);
    int ready[2], go[2];
    if (pipe(ready) < 0 || pipe(go) < 0) {
        fail("no pipe with memory left", "pipe() failed with %d free frames", setup_frames);
    }
    const int pid = fork();
    if (pid == 0) {
        close(go[1]);
        touch_own_pages();
        char byte = 0;
        write(ready[1], &byte, 1);
        read(go[0], &byte, 1);
        stage.call();
    }
    if (pid < 0) {
        fail("no child with memory left", "fork() failed with %d free frames", setup_frames);
    }
    touch_own_pages();
    char byte = 0;
    read(ready[0], &byte, 1);
    hog.leave(frames);
    write(go[1], &byte, 1);
    int status = 0;
    const int reaped = wait(&status);
    for (const int fd : {ready[0], ready[1], go[0], go[1]}) {
        close(fd);
    }
    if (reaped != pid) {
        fail("wait() gave another child", "pid %d, expected %d", reaped, pid);
    }
    return status;
}

std::uint64_t sweep(Hog& hog, const Stage& stage, const Limit& limit, std::uint64_t done) {
    std::uint64_t calls = 0;
    int successes = 0;
    for (int frames = 0; successes < enough_successes && !limit.reached(done + calls); ++frames) {
        const int status = try_call(hog, stage, frames);
        if (status == failed_status) {
            exit(failed_status);
        }
        if (status != done_status && status != failed_cleanly_status &&
            status != was_executed_status && status != killed_status) {
            fail("a call in need ended its process in an odd way", "%s: status %d", stage.name,
                 status);
        }
        check_shared("somebody else's call in need changed this process");
        successes += status == done_status || status == was_executed_status;
        if (frames > most_frames) {
            fail("a call fails with memory to spare", "%s with %d free frames", stage.name, frames);
        }
        ++calls;
        count(1);
    }
    return calls;
}

// --- the fight -----------------------------------------------------------------------------------

constexpr int fighters = 8, calls_of_fighter = 16, frames_of_fight = 160;

[[noreturn]] void fight(Random random) {
    std::uint64_t held = 0;
    for (int i = 0; i < calls_of_fighter; ++i) {
        const Stage& stage = stages()[random.below(stages().size())];
        if (stage.by_name) {
            continue;
        }
        const int pid = fork();
        if (pid == 0) {
            stage.call();
        }
        int status = 0;
        if (pid > 0 && wait(&status) == pid && status == failed_status) {
            exit(failed_status);
        }
        const std::int64_t pages = static_cast<std::int64_t>(random.below(8));
        if (held == 0 && sbrk(pages * static_cast<std::int64_t>(page_size)) != nullptr) {
            held = static_cast<std::uint64_t>(pages);
        } else if (held > 0) {
            sbrk(-static_cast<std::int64_t>(held * page_size));
            held = 0;
        }
        check_shared("another fighter's call changed this process");
    }
    exit(done_status);
}

std::uint64_t fight_for_memory(Hog& hog, Random& random) {
    hog.leave(frames_of_fight);
    int started = 0;
    for (; started < fighters; ++started) {
        const Random of_fighter = random.split(static_cast<std::uint64_t>(started));
        const int pid = fork();
        if (pid == 0) {
            fight(of_fighter);
        }
        if (pid < 0) {
            break;
        }
    }
    random.next();
    std::uint64_t calls = 0;
    for (int i = 0; i < started; ++i) {
        int status = 0;
        wait(&status);
        if (status == failed_status) {
            exit(failed_status);
        }
        calls += status == done_status ? calls_of_fighter : 0;
    }
    check_shared("a fighter changed its parent");
    count(calls);
    return calls;
}

// --- all of it comes back
// ----------------------------------------------------------------------------------------------

// Orphans of killed processes are reaped by process 1 in its own time.
void check_memory_is_back(std::uint64_t before) {
    constexpr int tries = 20;
    std::uint64_t after = 0;
    for (int i = 0; i < tries; ++i) {
        after = free_pages();
        if (after == before) {
            return;
        }
        sleep(1);
    }
    fail("memory did not come back", "%lu free pages before, %lu after", before, after);
}

constexpr std::uint64_t longest_round = 600;  // seconds

std::uint64_t one_round(Hog& hog, Random& random, const Limit& limit, std::uint64_t done_before) {
    std::uint64_t done = 0;
    for (const Stage& stage : stages()) {
        done += sweep(hog, stage, limit, done_before + done);
    }
    if (!limit.reached(done_before + done)) {
        done += fight_for_memory(hog, random);
    }
    return done;
}

// Seconds count from the second round on, so that every run has tried every stage.
std::uint64_t rounds(const Options& options) {
    Random random(options.seed);
    fill_shared();
    Hog hog;
    hog.start();
    hog.leave(setup_frames);
    const Limit limit(options);  // from here on: taking all memory for the first time is long
    Options patient = options;
    patient.seconds = longest_round;
    const Limit limit_of_first_round(patient);
    std::uint64_t done = one_round(hog, random, limit_of_first_round, 0);
    while (!limit.reached(done)) {
        done += one_round(hog, random, limit, done);
    }
    hog.end();
    return done;
}

// The process that measures runs another image than the one that makes calls: a frame of that image
// which is lost shows too.
[[noreturn]] void execute_rounds(int argc, char** argv, int result) {
    char descriptor[2] = {static_cast<char>('0' + result), '\0'};
    const char* arguments[max_exec_arguments] = {"oom", "rounds", descriptor};
    int count = 3;
    for (int i = 1; i < argc && count + 1 < max_exec_arguments; ++i) {
        arguments[count++] = argv[i];
    }
    arguments[count] = nullptr;
    exec("/oom", arguments);
    fail("exec() failed", "with all memory free");
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 2 && equal(argv[1], "was_executed")) {
        exit(was_executed_status);
    }
    const Options options = parse_options(argc, argv);
    if (argc > 2 && equal(argv[1], "rounds")) {
        const std::uint64_t done = rounds(options);
        exit(write(argv[2][0] - '0', &done, sizeof done) == static_cast<int>(sizeof done)
                 ? 0
                 : failed_status);
    }
    int result[2];
    if (pipe(result) < 0) {
        fail("no pipe for the result", "pipe() failed");
    }
    const std::uint64_t before = free_pages();
    const int status = status_of_child([&] { execute_rounds(argc, argv, result[1]); });
    if (status == killed_status) {
        fail("the process that gives out memory was killed", "it should not have needed any");
    }
    if (status != 0) {
        return failed_status;
    }
    std::uint64_t done = 0;
    read(result[0], &done, sizeof done);
    unlink("/oom.file");  // its writer may have been killed
    check_memory_is_back(before);
    printf(console_out, "oom: %lu operations\n", done);
    return 0;
}
