// Versions of 64-byte lines of pages that hold reservations: what makes store-conditional exact.
//
// Every store to a marked page locks its line's version, stores, and unlocks with a new version. A
// load-reserved reads version and value together; a store-conditional succeeds only by locking the
// very version its load-reserved saw. So it fails whenever anybody stored to the line in between,
// also when the value is the same again. Different lines may share a version (a hash): that makes a
// store-conditional fail spuriously, never succeed wrongly.
#pragma once
#include <atomic>
#include <memory>

#include "harts/base/futex.h"
#include "harts/base/types.h"

namespace stampede {

class LineVersions {
public:
    static constexpr u64 line_size = 64;  // bytes; the reservation set
    using Word = std::atomic<u64>;  // bit 0: locked; the rest: version. Written by storing harts,
                                    // read by reserving ones

    LineVersions() : words_(new Word[size]()) {}

    [[nodiscard]] Word& of(PhysAddr address) {
        return words_[(address.value / line_size) & (size - 1)];
    }

    // Locks; returns the version. Acquire: what the last holder stored is seen.
    static u64 lock(Word& word) {
        for (SpinWait wait;; wait.once()) {
            u64 version = word.load(std::memory_order_relaxed);
            if ((version & 1) == 0 &&
                word.compare_exchange_weak(version, version | 1, std::memory_order_acquire,
                                           std::memory_order_relaxed)) {
                return version;
            }
        }
    }
    // Locks only if the version is still `version`.
    [[nodiscard]] static bool try_lock(Word& word, u64 version) {
        return word.compare_exchange_strong(version, version | 1, std::memory_order_seq_cst,
                                            std::memory_order_relaxed);
    }
    // Unlocks; the line has been stored to.
    static void unlock_changed(Word& word, u64 version) {
        word.store(version + 2, std::memory_order_release);
    }
    // The same; and what was stored is visible to all before anything that the caller loads later.
    static void unlock_changed_in_order(Word& word, u64 version) {
        word.exchange(version + 2, std::memory_order_seq_cst);
    }
    // Unlocks; nothing was stored.
    static void unlock_unchanged(Word& word, u64 version) {
        word.store(version, std::memory_order_release);
    }

private:
    static constexpr u64 size = u64{1} << 14;
    std::unique_ptr<Word[]> words_;
};

}  // namespace stampede
