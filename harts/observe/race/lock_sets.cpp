#include "harts/observe/race/lock_sets.h"

#include <algorithm>
#include <iterator>

namespace stampede {
namespace {

constexpr u64 beside = 64;  // bytes: a ticket lock's two words lie that near
constexpr unsigned ticket_patience =
    64;  // accesses without a look beside the word, after which a number drawn was no ticket

constexpr unsigned most_disappointments = 4;  // then a word is not watched for tickets any more

u64 distance(u64 a, u64 b) { return a > b ? a - b : b - a; }

}  // namespace

// Words are found by open addressing; a full table forgets nothing and learns nothing new.
LockWord* LockWords::place_of(u64 address) {
    u64 at = (address >> 2) * 0x9e37'79b9'7f4a'7c15 >> 50;
    for (unsigned probes = 0; probes < 64; ++probes, at = (at + 1) % size) {
        LockWord& word = words_[at];
        u64 seen = __atomic_load_n(&word.address, __ATOMIC_ACQUIRE);
        // acq_rel: whoever claims the place is the only one to; others see its address.
        if (seen == address ||
            (seen == 0 && (__atomic_compare_exchange_n(&word.address, &seen, address, false,
                                                       __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE) ||
                           seen == address))) {
            changed_.note(at);
            return &word;
        }
    }
    return nullptr;
}

void LockWords::save() {
    saved_ = std::make_unique<Saved>(Saved{has_names_, words_});
    changed_.begin(size);
}

void LockWords::restore() {
    has_names_ = saved_->has_names;
    changed_.take([this](u32 at) { words_[at] = saved_->words[at]; });
}

// relaxed throughout: figures, each right by itself.
void LockWords::taken(u64 address, u32 hart, By by) {
    if (LockWord* word = place_of(address); word != nullptr) {
        __atomic_fetch_add(&word->taken, 1, __ATOMIC_RELAXED);
        __atomic_fetch_add(&word->tickets, by == By::Ticket ? 1 : 0, __ATOMIC_RELAXED);
        __atomic_fetch_add(&word->named, by == By::Name ? 1 : 0, __ATOMIC_RELAXED);
        __atomic_store_n(&word->holder, hart + 1, __ATOMIC_RELAXED);
        if (by == By::Name) {
            __atomic_store_n(&has_names_, true, __ATOMIC_RELAXED);
        }
    }
}

void LockWords::given(u64 address) {
    if (LockWord* word = place_of(address); word != nullptr) {
        __atomic_store_n(&word->holder, 0, __ATOMIC_RELAXED);
        __atomic_fetch_add(&word->given, 1, __ATOMIC_RELAXED);
    }
}

void LockWords::violated(u64 address) {
    if (LockWord* word = place_of(address); word != nullptr) {
        __atomic_fetch_add(&word->violations, 1, __ATOMIC_RELAXED);
    }
}

std::vector<LockWord> LockWords::locks() const {
    std::vector<LockWord> locks;
    std::ranges::copy_if(words_, std::back_inserter(locks),
                         [](const LockWord& word) { return word.address != 0 && word.is_lock(); });
    return locks;
}

LockWord LockWords::find(u64 address) const {
    u64 at = (address >> 2) * 0x9e37'79b9'7f4a'7c15 >> 50;
    for (unsigned probes = 0; probes < 64; ++probes, at = (at + 1) % size) {
        const LockWord& word = words_[at];
        const u64 seen = __atomic_load_n(&word.address, __ATOMIC_ACQUIRE);
        if (seen == address) {
            return {address,
                    __atomic_load_n(&word.taken, __ATOMIC_RELAXED),
                    __atomic_load_n(&word.given, __ATOMIC_RELAXED),
                    __atomic_load_n(&word.violations, __ATOMIC_RELAXED),
                    __atomic_load_n(&word.tickets, __ATOMIC_RELAXED),
                    __atomic_load_n(&word.holder, __ATOMIC_RELAXED),
                    __atomic_load_n(&word.named, __ATOMIC_RELAXED)};
        }
        if (seen == 0) {
            break;
        }
    }
    return {};
}

bool HeldLocks::holds(u64 word) const {
    for (unsigned n = 0; n < set_.count; ++n) {
        if (set_.held[n].word == word) {
            return true;
        }
    }
    return false;
}

bool HeldLocks::take(u64 word, u64 pc, LockWords::By by) {
    words_->taken(word, hart_, by);
    if (holds(word)) {
        words_->violated(word);  // given back in a way that we do not understand
        return false;
    }
    if (set_.count == LockSet::limit) {  // the outermost makes way
        tickets_held_ -= is_ticket_[0] ? 1 : 0;
        for (unsigned n = 1; n < set_.count; ++n) {
            set_.held[n - 1] = set_.held[n];
            serving_[n - 1] = serving_[n];
            is_ticket_[n - 1] = is_ticket_[n];
            is_named_[n - 1] = is_named_[n];
        }
        --set_.count;
    }
    set_.held[set_.count] = {word, pc};
    is_ticket_[set_.count] = false;
    is_named_[set_.count] = by == LockWords::By::Name;
    ++set_.count;
    return true;
}

bool HeldLocks::give(u64 word) {
    for (unsigned n = set_.count; n-- != 0;) {
        if (set_.held[n].word != word) {
            continue;
        }
        tickets_held_ -= is_ticket_[n] ? 1 : 0;
        for (; n + 1 < set_.count; ++n) {
            set_.held[n] = set_.held[n + 1];
            serving_[n] = serving_[n + 1];
            is_ticket_[n] = is_ticket_[n + 1];
            is_named_[n] = is_named_[n + 1];
        }
        --set_.count;
        words_->given(word);
        return true;
    }
    return false;
}

bool HeldLocks::take_named(u64 lock, u64 pc) {
    return !holds(lock) && take(lock, pc, LockWords::By::Name);
}

bool HeldLocks::give_named(u64 lock) {
    for (unsigned n = 0; n < set_.count; ++n) {
        if (set_.held[n].word == lock && is_named_[n]) {
            return give(lock);
        }
    }
    return false;
}

bool HeldLocks::leave_kernel() {
    const bool held = set_.count != 0;
    for (unsigned n = 0; n < set_.count; ++n) {
        words_->violated(set_.held[n].word);
    }
    set_.count = 0;
    tickets_held_ = 0;
    return held;
}

bool HeldLocks::atomic(const AtomicAccess& access, u64 old, u64 stored, u64 pc) {
    const u64 word = access.at.value;
    if (words_->has_names() && words_->find(word).named != 0) {
        return false;  // what it does means something else
    }
    if (access.kind == AtomicAccess::Kind::LoadReserved) {
        reserved_value_ = old;
        return false;
    }
    if (access.kind == AtomicAccess::Kind::StoreConditional) {
        old = reserved_value_;
    } else if (access.op == isa::AmoOp::Add) {
        const Counter& counter = counter_of(word);
        if (old != 0 && stored == 0 && holds(word)) {
            return give(word);
        }
        if (old != 0 && words_->find(word).address != 0) {
            words_->violated(word);  // a lock that several hold
        }
        if (access.operand == 1 &&
            (counter.word != word || counter.disappointments < most_disappointments)) {
            ticket_ = {word, old, ticket_patience};
        }
        return false;
    } else if (access.op != isa::AmoOp::Swap && access.op != isa::AmoOp::Or &&
               access.op != isa::AmoOp::And) {
        return false;
    }
    if (old == 0 && stored != 0) {
        return take(word, pc, LockWords::By::Exchange);
    }
    if (old != 0 && stored == 0) {
        if (give(word)) {
            return true;
        }
        words_->violated(word);  // somebody else's
    } else if (old != stored) {
        words_->violated(word);
    }
    return false;
}

bool HeldLocks::store(u64 address, u64 value) {
    if (value == 0 && holds(address) &&
        !(words_->has_names() && words_->find(address).named != 0)) {
        return give(address);
    }
    for (unsigned n = 0; tickets_held_ != 0 && n < set_.count; ++n) {
        if (is_ticket_[n] && set_.held[n].word == address &&
            static_cast<u32>(value) == static_cast<u32>(serving_[n] + 1)) {
            return give(address);
        }
    }
    return false;
}

// Nobody looked beside the word: a plain counter, most likely.
void HeldLocks::disappoint() {
    Counter& counter = counter_of(ticket_.word);
    counter.disappointments = counter.word == ticket_.word ? counter.disappointments + 1 : 1;
    counter.word = ticket_.word;
    ticket_ = {};
}

bool HeldLocks::load(u64 address, u64 value, u64 pc) {
    if (ticket_.word == 0) {
        return false;
    }
    if (--ticket_.patience == 0) {
        disappoint();
        return false;
    }
    if (address == ticket_.word || distance(address, ticket_.word) > beside) {
        return false;
    }
    ticket_.patience = ticket_patience;
    if (static_cast<u32>(value) != static_cast<u32>(ticket_.number)) {
        return false;
    }
    const u64 number = ticket_.number;
    ticket_ = {};
    if (!take(address, pc, LockWords::By::Ticket)) {
        return false;
    }
    serving_[set_.count - 1] = number;
    is_ticket_[set_.count - 1] = true;
    ++tickets_held_;
    return true;
}

}  // namespace stampede
