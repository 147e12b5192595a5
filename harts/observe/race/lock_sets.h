// Which locks a hart holds, by the behaviour of lock words; and by name where a kernel has
// functions for them (LockFunctions).
//
// An atomic swap, or or store-conditional that turns 0 into something else takes a lock; whatever
// makes the word 0 again on the same hart gives it back. An atomic add on one word, followed by a
// load that finds the value from before the add in a word beside it, is a ticket whose turn has
// come; a store of the next number there gives it back. A word is believed to be a lock once it has
// been given back by the hart that took it, and never shown to be something else: a word that goes
// from one value to another that is not 0 is a counter, one that is still held when its hart
// returns to a program says that something is in use.
//
// A set, together with the address space, is a context: a small number that rides in the upper bits
// of every pc that ThreadSanitizer records, so that an older access tells what was held when it was
// made.
#pragma once
#include <array>
#include <memory>
#include <vector>

#include "harts/base/types.h"
#include "harts/core/observer.h"
#include "harts/observe/race/change_log.h"

namespace stampede {

// A kernel's functions that take the lock their first argument points to, and give it back; virtual
// addresses, 0: there is none. Locks whose words behave like one need no names: this is for those
// that do not.
struct LockFunctions {
    u64 acquire = 0;
    u64 release = 0;
};

struct HeldLock {
    u64 word = 0;  // physical address
    u64 pc = 0;    // of the instruction that took it
};

struct LockSet {
    static constexpr unsigned limit = 6;  // the innermost ones of more
    std::array<HeldLock, limit> held;
    unsigned count = 0;
    u64 satp = 0;
};

// What is known of a word that was taken at least once.
struct LockWord {
    u64 address = 0;  // physical; 0: a free place
    u32 taken = 0;
    u32 given = 0;       // by the hart that took it
    u32 violations = 0;  // transitions that no lock makes
    u32 tickets = 0;     // times that a ticket's turn seemed to have come in this word
    u32 holder = 0;      // hart + 1; 0: nobody
    u32 named = 0;       // times that a function for it took it
    [[nodiscard]] bool is_lock() const { return named != 0 || behaves_like_one(); }
    [[nodiscard]] bool behaves_like_one() const {
        return given != 0 && violations == 0 && (tickets == 0 || tickets == taken);
    }
};

// All words, of all harts. Written under a lock of its own, one word at a time.
class LockWords {
public:
    static constexpr unsigned size = 1 << 14;

    enum class By : u8 { Exchange, Ticket, Name };
    void taken(u64 address, u32 hart, By by);
    void given(u64 address);
    void violated(u64 address);
    // A copy; an unknown word has address 0. Any thread.
    [[nodiscard]] LockWord find(u64 address) const;
    // Copies of those that are locks. Harts parked.
    [[nodiscard]] std::vector<LockWord> locks() const;
    // What is known now is what restore() brings back. Harts parked.
    void save();
    void restore();
    // Whether any was taken by name. Any thread.
    [[nodiscard]] bool has_names() const { return __atomic_load_n(&has_names_, __ATOMIC_RELAXED); }

private:
    LockWord* place_of(u64 address);

    bool has_names_ = false;

    std::array<LockWord, size> words_{};

    struct Saved {
        bool has_names;
        std::array<LockWord, size> words;
    };
    std::unique_ptr<Saved> saved_;
    ChangeLog changed_;
};

// One hart's locks. Its own thread.
class HeldLocks {
public:
    HeldLocks(LockWords& words, u32 hart) : words_(&words), hart_(hart) {}

    // What the hart does to words that atomic instructions touch. Each gives true where the set has
    // changed.
    bool atomic(const AtomicAccess& access, u64 old, u64 stored, u64 pc);
    bool store(u64 address, u64 value);
    // While a ticket waits for its turn or a ticket lock is held, loads and stores must come here.
    bool load(u64 address, u64 value, u64 pc);
    [[nodiscard]] bool wants_accesses() const { return ticket_.word != 0 || tickets_held_ != 0; }

    // A lock function has taken a lock that none of the words told of, or is about to give back
    // what such a function took.
    bool take_named(u64 lock, u64 pc);
    bool give_named(u64 lock);

    // The hart returns to a program, which no spinlock outlives.
    bool leave_kernel();

    [[nodiscard]] u32 hart() const { return hart_; }
    [[nodiscard]] const LockSet& set() const { return set_; }
    void set_space(u64 satp) { set_.satp = satp; }

private:
    struct Ticket {
        u64 word = 0;  // that was added to; 0: none is out
        u64 number = 0;
        unsigned patience = 0;
    };
    void disappoint();
    bool take(u64 word, u64 pc, LockWords::By by);
    bool give(u64 word);
    [[nodiscard]] bool holds(u64 word) const;

    LockWords* words_;
    u32 hart_;
    LockSet set_;
    Ticket ticket_;
    unsigned tickets_held_ = 0;
    // number at which each ticket lock held was taken; by its place in the set
    std::array<u64, LockSet::limit> serving_{};
    std::array<bool, LockSet::limit> is_ticket_{};
    std::array<bool, LockSet::limit> is_named_{};
    struct Counter {
        u64 word = 0;
        unsigned disappointments = 0;
    };
    [[nodiscard]] Counter& counter_of(u64 word) { return counters_[word / 4 % counters_.size()]; }
    std::array<Counter, 256> counters_{};  // words whose numbers drawn were no tickets
    u64 reserved_value_ = 0;               // what the last load-reserved saw
};

}  // namespace stampede
