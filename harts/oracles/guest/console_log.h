// What the guest says on its console: kept, passed on, and looked through for lines that mean
// trouble.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harts/base/futex.h"
#include "harts/base/restorable.h"
#include "harts/machine/machine.h"

namespace stampede {

// A line that is a finding, with the lines behind it that belong to it.
struct AlarmingLine {
    enum class Kind : u8 {
        Panic,       // "panic: …": the kernel has given up
        UserTrap,    // "usertrap(): unexpected …": a program did what no program should
        KernelTrap,  // "kerneltrap …": the kernel did
    };
    Kind kind;
    std::string line;
    std::vector<std::string> following;
};

// Where in such a line the panic's own words begin; "PANIC: " is one as well. No value: it is none.
[[nodiscard]] std::optional<std::size_t> panic_at(std::string_view line);

class ConsoleLog : public Console, public Restorable {
public:
    enum class Flush : u8 { Lines, Bytes };

    // Copies all output to the file descriptor `copy_to` (-1: nowhere), in whole lines or byte for
    // byte (somebody's terminal, which may take its time; else who takes nothing for two seconds
    // gets no more). `input` gives the next byte of input, or nothing.
    explicit ConsoleLog(int copy_to = -1, Flush flush = Flush::Lines,
                        std::function<std::optional<u8>()> input = {});
    ~ConsoleLog() override;

    void put(u8 byte) override EXCLUDES(lock_);
    std::optional<u8> get() override { return input_ ? input_() : std::nullopt; }
    // From now on input comes from there. Harts parked.
    void take_input_from(std::function<std::optional<u8>()> input) { input_ = std::move(input); }

    // From now on `at_prompt` is called with bytes() whenever the line that the guest has begun
    // ends with `prompt`. On a hart's thread, under the lock: it must not come back here. Harts
    // parked.
    void tell_at(std::string prompt, std::function<void(u64 bytes)> at_prompt) EXCLUDES(lock_);

    // What was passed on stays so.
    void save() override EXCLUDES(lock_);
    void restore() override EXCLUDES(lock_);

    // Passes on what is not passed on yet. Any thread.
    void flush() EXCLUDES(lock_);

    // Why not all could be passed on; empty: it could, or a pipe's reader wanted no more. Any
    // thread.
    [[nodiscard]] std::string lost() const EXCLUDES(lock_);

    // All of these: any thread.
    [[nodiscard]] std::string text() const
        EXCLUDES(lock_);  // beginning and end, where it became too long to keep
    [[nodiscard]] std::string last_line() const EXCLUDES(lock_);  // that is not blank
    [[nodiscard]] u64 bytes() const EXCLUDES(lock_);              // that the guest has sent
    [[nodiscard]] std::vector<AlarmingLine> alarming() const EXCLUDES(lock_);
    [[nodiscard]] bool panicked() const EXCLUDES(lock_);

private:
    void end_line_locked() REQUIRES(lock_);
    void pass_on_locked() REQUIRES(lock_);

    mutable FutexLock lock_;
    const int copy_to_;
    const Flush flush_;
    std::function<std::optional<u8>()> input_;
    std::string waiting_ GUARDED_BY(lock_);  // not passed on yet
    int failure_ GUARDED_BY(lock_) = 0;      // errno of passing on; nothing is passed on then
    std::string prompt_ GUARDED_BY(lock_);   // empty: none
    std::function<void(u64)> at_prompt_ GUARDED_BY(lock_);
    struct Said {
        std::string head, tail;
        std::string line, last_line;
        std::vector<AlarmingLine> alarming;
        u64 bytes = 0, dropped = 0;
    };
    Said now_ GUARDED_BY(lock_), saved_ GUARDED_BY(lock_);
};

}  // namespace stampede
