// What every workload needs: its name, its options, when to stop, and how to say that something is
// wrong.
#pragma once
#include "kernel/user/lib/kernel.h"
#include "kernel/user/lib/system_calls.h"

#include <cstdint>

namespace user {

// argv[0]; set before main runs.
extern const char* program_name;

// of the time CSR, QEMU virt's 10 MHz
inline constexpr std::uint64_t ticks_per_second = 10'000'000;

// Elsewhere than on our kernel time goes by tenths of a second.
inline std::uint64_t now() {
    if (!on_own_kernel) {
        return static_cast<std::uint64_t>(uptime()) * (ticks_per_second / 10);
    }
    std::uint64_t ticks;
    asm volatile("rdtime %0" : "=r"(ticks));
    return ticks;
}

// The words `key=value` of the command line that every workload understands.
struct Options {
    std::uint64_t operations = UINT64_MAX;  // ops=
    std::uint64_t seconds = 10;             // seconds=, guest time
    std::uint64_t seed = 1;                 // seed=
    std::uint64_t failures =
        0;  // fail-allocation=: so many processes may be killed for want of memory
};
Options parse_options(int argc, char** argv);
// until parse_options() sees fail-allocation=; true: among initialised data
extern bool memory_lasts;
// The number behind `key=`, or `otherwise` where the word is missing or no number.
std::uint64_t option(int argc, char** argv, const char* key, std::uint64_t otherwise);

// When to stop starting work: whichever of a number of operations and an absolute time comes first.
// Plain data, so that children inherit it with fork.
class Limit {
public:
    explicit Limit(const Options& options)
        : operations_(options.operations), deadline_(now() + options.seconds * ticks_per_second) {}

    bool reached(std::uint64_t done) const { return done >= operations_ || now() >= deadline_; }
    // How many of `wanted` operations may still be begun.
    std::uint64_t clip(std::uint64_t wanted, std::uint64_t done) const {
        const std::uint64_t left = operations_ - done;
        return done >= operations_ ? 0 : wanted < left ? wanted : left;
    }
    // This limit with the `index`-th of `shares` equal shares of the operations.
    Limit share(std::uint64_t index, std::uint64_t shares) const {
        Limit part = *this;
        if (operations_ != UINT64_MAX) {
            part.operations_ = operations_ / shares + (index < operations_ % shares);
        }
        return part;
    }

private:
    std::uint64_t operations_;
    std::uint64_t deadline_;
};

// A wrong result: prints `program: title: details`, tells the harness the title (so no numbers in
// it: findings with one title are one finding) and ends this process with `failed_status`.
[[noreturn, gnu::format(printf, 2, 3)]] void fail(const char* title, const char* details, ...);
inline constexpr int failed_status = 1;
// The same without a word on the console.
[[noreturn]] void end_failed(const char* title);

}  // namespace user
