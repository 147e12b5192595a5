// Four kinds of lock, each of which can be told to order nothing. Interrupts are off while one is
// held, and nobody switches.
#pragma once
#include "harts/tests/races/kernel/hart.h"

namespace races::kernel {

inline bool is_broken(Broken lock) { return parameters.selector == static_cast<u64>(lock); }

// A word, by load-reserved and store-conditional.
class ReservedLock {
public:
    void acquire();
    void release();

private:
    alignas(64) u32 word_ = 0;
};

class TicketLock {
public:
    void acquire();
    void release();

private:
    alignas(64) u32 next_ = 0;
    alignas(64) u32 serving_ = 0;  // never touched by an atomic instruction
};

// 0 free, n readers, all ones a writer.
class ReaderWriterLock {
public:
    void acquire_to_read();
    void release_read();
    void acquire_to_write();
    void release_write();

private:
    static constexpr u32 written = ~u32{0};
    bool try_change(u32 from, u32 to);
    alignas(64) u32 word_ = 0;
};

// Readers look again when the number has changed or is odd. What it guards is read and written by
// relaxed accesses. Writers exclude each other by making the number odd.
class SequenceLock {
public:
    u32 begin_write();
    void end_write(u32 number);
    [[nodiscard]] u32 begin_read() const;
    [[nodiscard]] bool has_changed(u32 number) const;

private:
    alignas(64) u32 number_ = 0;
};

template <class Lock>
class Guard {
public:
    explicit Guard(Lock& lock) : lock_(lock) { lock_.acquire(); }
    ~Guard() { lock_.release(); }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

private:
    InterruptsOff off_;
    Lock& lock_;
};

class ReadGuard {
public:
    explicit ReadGuard(ReaderWriterLock& lock) : lock_(lock) { lock_.acquire_to_read(); }
    ~ReadGuard() { lock_.release_read(); }
    ReadGuard(const ReadGuard&) = delete;
    ReadGuard& operator=(const ReadGuard&) = delete;

private:
    InterruptsOff off_;
    ReaderWriterLock& lock_;
};

class WriteGuard {
public:
    explicit WriteGuard(ReaderWriterLock& lock) : lock_(lock) { lock_.acquire_to_write(); }
    ~WriteGuard() { lock_.release_write(); }
    WriteGuard(const WriteGuard&) = delete;
    WriteGuard& operator=(const WriteGuard&) = delete;

private:
    InterruptsOff off_;
    ReaderWriterLock& lock_;
};

}  // namespace races::kernel
