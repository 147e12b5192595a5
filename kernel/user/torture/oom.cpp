// Memory runs out at every stage of fork, write fault, copyout, exec, pipe, sbrk and writing files. A hog holds all memory but n frames while
// one call is made, for n from 0 until the call succeeds; the call may fail or the process that makes it be killed, but nobody
// else may notice, and in the end all memory is back. Then several processes fight for too little memory. One operation is one
// call made so, checked.
#include <initializer_list>

#include "kernel/user/lib/child.h"
#include "kernel/user/lib/guest_calls.h"
#include "kernel/user/lib/memory.h"
#include "kernel/user/lib/print.h"
#include "kernel/user/lib/random.h"
#include "kernel/user/lib/string.h"

using namespace user;

namespace {

constexpr std::uint64_t shared_pages = 12, words_of_page = page_size / sizeof(std::uint64_t);
constexpr int most_frames = 64;         // a call that still fails with so many free frames is broken
constexpr int setup_frames = 64;        // for a child before its call
constexpr int enough_successes = 2;
constexpr int done_status = 40, failed_cleanly_status = 41, was_executed_status = 42;

constexpr std::uint64_t stamp = 0x0123456789abcdef;
alignas(page_size) volatile std::uint64_t shared[shared_pages][words_of_page];
// Whatever else this program writes while memory is short lies in this page (.data) or on the stack.
volatile std::uint64_t in_data = 1;

// --- the hog -------------------------------------------------------------------------------------------------------

enum class Order : std::uint8_t { fill, release, end };

struct Command {
    Order order;
    int pages;
};

void touch_own_pages();

[[noreturn]] void be_hog(int orders, int answers) {
    touch_own_pages();
    for (Command command; read(orders, &command, sizeof command) == static_cast<int>(sizeof command);) {
        switch (command.order) {
        case Order::fill:
            take_all_pages();
            break;
        case Order::release:
            sbrk(-command.pages * static_cast<std::int64_t>(page_size));
            break;
        case Order::end:
            exit(0);
        }
        write(answers, &command, 1);
    }
    exit(0);
}

class Hog {
public:
    void start() {
        int orders[2], answers[2];
        if (pipe(orders) < 0 || pipe(answers) < 0) {
            fail("no pipe for the hog", "pipe() failed");
        }
        pid_ = fork();
        if (pid_ == 0) {
            close(orders[1]);
            close(answers[0]);
            be_hog(orders[0], answers[1]);
        }
        if (pid_ < 0) {
            fail("no hog", "fork() failed");
        }
        close(orders[0]);
        close(answers[1]);
        orders_ = orders[1];
        answers_ = answers[0];
        touch_own_pages();
    }
    // All memory but `frames` frames.
    void leave(int frames) {
        order(Order::fill, 0);
        if (frames > 0) {
            order(Order::release, frames);
        }
    }
    void end() {
        const Command command{Order::end, 0};
        write(orders_, &command, sizeof command);
        close(orders_);
        close(answers_);
        if (wait(nullptr) != pid_) {
            fail("the hog was not the last child", "wait() gave another one");
        }
    }

private:
    void order(Order what, int pages) {
        const Command command{what, pages};
        char answer;
        if (write(orders_, &command, sizeof command) != static_cast<int>(sizeof command) ||
            read(answers_, &answer, 1) != 1) {
            fail("the hog does not answer", "it was killed or its pipe is broken");
        }
    }

    int pid_ = -1, orders_ = -1, answers_ = -1;
};

// So that no write to our own stack or data needs a frame later. `shared` stays shared.
void touch_own_pages() {
    volatile std::uint8_t on_stack[64];
    on_stack[0] = 1;
    in_data = in_data + on_stack[0];
}

// --- the calls -----------------------------------------------------------------------------------------------------
// Each runs in a child that was forked while there was memory, and ends it with done_status, failed_cleanly_status or, where
// the kernel says so, as a killed process.

void check_shared(const char* title) {
    for (std::uint64_t page = 0; page < shared_pages; ++page) {
        for (std::uint64_t word = 0; word < words_of_page; ++word) {
            if (shared[page][word] != stamp + page) {
                fail(title, "page %lu word %lu holds 0x%lx", page, word, shared[page][word]);
            }
        }
    }
}

[[noreturn]] void end_call(bool succeeded) { exit(succeeded ? done_status : failed_cleanly_status); }

[[noreturn]] void call_fork() {
    const int pid = fork();
    if (pid == 0) {
        exit(shared[0][0] == stamp ? done_status : 0);
    }
    int status = 0;
    if (pid < 0) {
        end_call(false);
    }
    if (wait(&status) != pid || (status != done_status && status != killed_status)) {
        fail("a child forked in need saw wrong data", "status %d", status);
    }
    end_call(status == done_status);
}

[[noreturn]] void call_fault() {
    for (std::uint64_t page = 0; page < shared_pages; ++page) {
        shared[page][page] = page;
    }
    for (std::uint64_t page = 0; page < shared_pages; ++page) {
        if (shared[page][page] != page || shared[page][words_of_page - 1] != stamp + page) {
            fail("a page copied in need holds wrong bytes", "page %lu", page);
        }
    }
    end_call(true);
}

[[noreturn]] void call_copyout() {
    constexpr int bytes = 2 * page_size;
    int ends[2];
    if (pipe(ends) < 0) {
        end_call(false);
    }
    for (int i = 0; i < 16; ++i) {
        write(ends[1], "12345678", 8);
    }
    auto* const target = reinterpret_cast<volatile std::uint8_t*>(shared) + page_size - 64;  // 64 bytes in either page
    const int got = read(ends[0], const_cast<std::uint8_t*>(target), bytes);
    for (int i = 0; i < 128; ++i) {
        const auto* old = reinterpret_cast<const std::uint8_t*>(&stamp);
        const bool is_new = target[i] == '1' + i % 8;
        const bool is_old = target[i] == old[i % 8] + (i >= 64 && i % 8 == 0 ? 1 : 0);
        if (i < got ? !is_new : !is_old && !is_new) {
            fail("read() in need delivered wrong bytes", "byte %d is 0x%x after %d bytes", i, target[i], got);
        }
    }
    end_call(got == 128);
}

[[noreturn]] void call_exec() {
    const char* const arguments[] = {"oom", "was_executed", nullptr};
    exec("/oom", arguments);
    check_shared("a failed exec() changed its caller");
    end_call(false);
}

[[noreturn]] void call_sbrk() {
    constexpr std::int64_t bytes = 5 * page_size;
    const std::uint8_t* const before = sbrk(0);
    const std::uint8_t* const got = sbrk(bytes);
    const std::uint8_t* const after = sbrk(0);
    if (after != before + (got != nullptr ? bytes : 0)) {
        fail("sbrk() in need left the heap at a wrong end", "%p, it began at %p", after, before);
    }
    for (std::int64_t i = 0; got != nullptr && i < bytes; ++i) {
        if (got[i] != 0) {
            fail("sbrk() in need gave memory that is not zeroed", "byte %ld", i);
        }
    }
    end_call(got != nullptr);
}

[[noreturn]] void call_pipe() {
    int ends[2];
    if (pipe(ends) < 0) {
        end_call(false);
    }
    char byte = 0;
    const bool works = write(ends[1], "x", 1) == 1 && read(ends[0], &byte, 1) == 1 && byte == 'x';
    end_call(works);
}

// Blocks behind the direct ones too.
[[noreturn]] void call_write_file() {
    constexpr int blocks = 10;
    constexpr const char* path = "/oom.file";
    const int fd = open(path, stampede::abi::o_create | stampede::abi::o_rdwr);
    if (fd < 0) {
        end_call(false);
    }
    int written = 0;
    while (written < blocks && write(fd, const_cast<std::uint64_t*>(shared[0]), page_size) == page_size) {
        ++written;
    }
    close(fd);
    const int again = open(path, stampede::abi::o_rdonly);
    std::uint64_t word = 0;
    for (int i = 0; i < written * static_cast<int>(words_of_page); ++i) {
        if (read(again, &word, sizeof word) != static_cast<int>(sizeof word) || word != stamp) {
            fail("a file written in need holds wrong bytes", "word %d is 0x%lx", i, word);
        }
    }
    close(again);
    if (unlink(path) < 0) {
        fail("a file written in need cannot be removed", "unlink() failed");
    }
    end_call(written == blocks);
}

[[noreturn]] void call_mkdir() {
    if (mkdir("/oom.dir") < 0) {
        end_call(false);
    }
    if (unlink("/oom.dir") < 0) {
        fail("a directory made in need cannot be removed", "unlink() failed");
    }
    end_call(true);
}

struct Stage {
    const char* name;
    void (*call)();
};
constexpr Stage stages[] = {
    {"fork", call_fork}, {"fault", call_fault}, {"copyout", call_copyout},       {"exec", call_exec},
    {"sbrk", call_sbrk}, {"pipe", call_pipe},   {"write file", call_write_file}, {"mkdir", call_mkdir},
};

// --- one call with n free frames -------------------------------------------------------------------------------------

// Forks the child while there is memory, lets the hog take the rest but `frames`, and then lets the child make its call.
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
        if (status != done_status && status != failed_cleanly_status && status != was_executed_status &&
            status != killed_status) {
            fail("a call in need ended its process in an odd way", "%s: status %d", stage.name, status);
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

// --- the fight -----------------------------------------------------------------------------------------------------

constexpr int fighters = 8, calls_of_fighter = 16, frames_of_fight = 160;

[[noreturn]] void fight(Random random) {
    std::uint64_t held = 0;
    for (int i = 0; i < calls_of_fighter; ++i) {
        const Stage& stage = stages[random.below(sizeof stages / sizeof stages[0] - 2)];  // no names: they would collide
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

// --- all of it comes back ----------------------------------------------------------------------------------------------

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

// In a child, so that the hog's memory and this process's page tables go with it.
std::uint64_t rounds(const Options& options) {
    Random random(options.seed);
    for (std::uint64_t page = 0; page < shared_pages; ++page) {
        for (std::uint64_t word = 0; word < words_of_page; ++word) {
            shared[page][word] = stamp + page;
        }
    }
    Hog hog;
    hog.start();
    hog.leave(setup_frames);
    const Limit limit(options);  // from here on: taking all memory for the first time is long
    std::uint64_t done = 0;
    while (!limit.reached(done)) {
        for (const Stage& stage : stages) {
            done += sweep(hog, stage, limit, done);
        }
        if (!limit.reached(done)) {
            done += fight_for_memory(hog, random);
        }
    }
    hog.end();
    return done;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 2 && equal(argv[1], "was_executed")) {
        return was_executed_status;
    }
    const Options options = parse_options(argc, argv);
    int result[2];
    if (pipe(result) < 0) {
        fail("no pipe for the result", "pipe() failed");
    }
    const std::uint64_t before = free_pages();
    const int status = status_of_child([&] {
        const std::uint64_t done = rounds(options);
        write(result[1], &done, sizeof done);
    });
    if (status != 0) {
        if (status == killed_status) {
            fail("the process that gives out memory was killed", "it should not have needed any");
        }
        return failed_status;
    }
    std::uint64_t done = 0;
    read(result[0], &done, sizeof done);
    unlink("/oom.file");  // its writer may have been killed
    check_memory_is_back(before);
    printf(console_out, "oom: %lu operations\n", done);
    return 0;
}
