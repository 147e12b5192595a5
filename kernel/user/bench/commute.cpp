// Two processes that do, each for itself, what commutes with whatever the other does
// (kernel/abi/commuting_operations.h). Beginning and end of each operation are marked, so that a
// harness can compare what two of them touched; what an operation needs is made ready outside.
#include "kernel/abi/commuting_operations.h"
#include "kernel/user/lib/guest_calls.h"
#include "kernel/user/lib/print.h"
#include "kernel/user/lib/program.h"
#include "kernel/user/lib/system_calls.h"

using namespace user;
using stampede::abi::commuting_mark;
using stampede::abi::CommutingOperation;

namespace {

constexpr std::uint64_t page = stampede::abi::page_size;
alignas(page) volatile std::uint8_t written[2 * page];

std::uint64_t process;

template <typename Act>
void measured(CommutingOperation operation, Act act) {
    mark(commuting_mark(process, operation, false));
    act();
    mark(commuting_mark(process, operation, true));
}

void must(bool holds, const char* what) {
    if (!holds) {
        fail("an operation failed", "%s", what);
    }
}

// Long enough for a child to end on another hart. Without sleeping: who sleeps may wake elsewhere,
// and one hart for both is no test.
void let_it_end() {
    constexpr std::uint64_t long_enough = 300;  // ticks
    for (const std::uint64_t until = now() + long_enough; now() < until;) {
    }
}

// A child that lives until end() and shares all pages meanwhile.
class Child {
public:
    Child() {
        must(::user::pipe(ends_) == 0, "pipe");
        pid_ = ::user::fork();
        must(pid_ >= 0, "fork");
        if (pid_ == 0) {
            close(ends_[1]);
            char nothing;
            ::user::read(ends_[0], &nothing, 1);
            exit(0);
        }
        close(ends_[0]);
    }
    // Behind it the child is gone, but for whoever waits for it.
    void end() {
        close(ends_[1]);
        let_it_end();
    }
    int pid() const { return pid_; }

private:
    int ends_[2];
    int pid_;
};

void processes() {
    int pid = -1;
    measured(CommutingOperation::fork, [&] {
        pid = fork();
        if (pid == 0) {
            exit(0);
        }
    });
    must(pid > 0, "fork");
    let_it_end();
    int reaped = -1;
    measured(CommutingOperation::wait, [&] { reaped = wait(nullptr); });
    must(reaped == pid, "wait");
}

void faults() {
    Child child;
    measured(CommutingOperation::fault, [] { written[0] = 1; });
    child.end();
    must(wait(nullptr) == child.pid(), "wait for the sharer");
    measured(CommutingOperation::take_over, [] { written[page] = 1; });
}

void heap() {
    bool grown = false, shrunk = false;
    measured(CommutingOperation::grow,
             [&] { grown = sbrk(4 * static_cast<std::int64_t>(page)) != nullptr; });
    measured(CommutingOperation::shrink,
             [&] { shrunk = sbrk(-4 * static_cast<std::int64_t>(page)) != nullptr; });
    must(grown && shrunk, "sbrk");
}

void descriptors(int file, const char* path) {
    int ends[2] = {-1, -1}, got = -1, copy = -1, other = -1;
    char byte = 1;
    measured(CommutingOperation::getpid, [&] { got = getpid(); });
    must(got > 0, "getpid");
    measured(CommutingOperation::dup, [&] { copy = dup(file); });
    must(copy >= 0 && close(copy) == 0, "dup");
    measured(CommutingOperation::pipe, [&] { got = pipe(ends); });
    must(got == 0, "pipe");
    measured(CommutingOperation::pipe_io,
             [&] { got = write(ends[1], &byte, 1) + read(ends[0], &byte, 1); });
    must(got == 2 && close(ends[0]) == 0 && close(ends[1]) == 0, "pipe");
    measured(CommutingOperation::open, [&] { other = open(path, stampede::abi::o_rdwr); });
    must(other >= 0, "open");
    measured(CommutingOperation::write, [&] { got = write(other, &byte, 1); });
    must(got == 1 && close(other) == 0, "write");
    other = open(path, stampede::abi::o_rdonly);
    measured(CommutingOperation::read, [&] { got = read(other, &byte, 1); });
    must(got == 1 && close(other) == 0, "read");
}

[[noreturn]] void run(std::uint64_t self, const Limit& limit, int results) {
    process = self;
    const char* const path = self == 0 ? "/commute.0" : "/commute.1";
    const int file = open(path, stampede::abi::o_rdwr | stampede::abi::o_create);
    const char byte = 1;
    must(file >= 0 && write(file, &byte, 1) == 1, "a file of its own");
    std::uint64_t done = 0;
    for (; !limit.reached(done); ++done) {
        descriptors(file, path);
        processes();
        faults();
        heap();
        count(1);
    }
    must(write(results, &done, sizeof done) == sizeof done, "the result");
    exit(0);
}

// A program of its own, so that it shares no page with the other process.
void begin(std::uint64_t self, std::uint64_t operations, std::uint64_t seconds, int results) {
    char words[4][32];
    format(words[0], sizeof words[0], "process=%lu", self);
    format(words[1], sizeof words[1], "results=%d", results);
    format(words[2], sizeof words[2], "ops=%lu", operations);
    format(words[3], sizeof words[3], "seconds=%lu", seconds);
    const char* arguments[] = {"commute", words[0], words[1], words[2], words[3], nullptr};
    const int pid = fork();
    must(pid >= 0, "fork");
    if (pid == 0) {
        exec("/commute", arguments);
        exit(failed_status);
    }
}

}  // namespace

int main(int argc, char** argv) {
    const Options options = parse_options(argc, argv);
    const Limit limit(options);
    if (const std::uint64_t self = option(argc, argv, "process", 2); self < 2) {
        run(self, limit, static_cast<int>(option(argc, argv, "results", 0)));
    }
    int results[2];
    must(pipe(results) == 0, "pipe");
    const std::uint64_t began = now();
    for (std::uint64_t self = 0; self < 2; ++self) {
        begin(self, limit.share(self, 2).clip(UINT64_MAX, 0), options.seconds, results[1]);
    }
    bool passed = true;
    for (int n = 0; n < 2; ++n) {
        int status = -1;
        passed &= wait(&status) >= 0 && status == 0;
    }
    unlink("/commute.0");
    unlink("/commute.1");
    std::uint64_t first = 0, second = 0;
    if (!passed || read(results[0], &first, sizeof first) != sizeof first ||
        read(results[0], &second, sizeof second) != sizeof second) {
        return failed_status;
    }
    printf(console_out, "%s: %lu operations in %lu ticks (10 MHz)\n", program_name, first + second,
           now() - began);
    return 0;
}
