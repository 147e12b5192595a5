// The fast hart: what hits in the TLB and in the decoded page. Anything else sets `missed` and
// leaves the state untouched, so that the full hart can begin the instruction again.
#pragma once
#include "harts/core/hart.h"
#include "harts/engine/full.h"
#include "harts/engine/watching.h"
#include "harts/isa/meanings.h"

namespace stampede {

// `Observer` is a Watching<...> (engine/watching.h).
template <class O>
concept SeesAccess = requires(Hart& hart, const void* at) { O::load(hart, u64{}, at, 8u); };
template <class O>
concept TakesAtomics = O::takes_atomics;
template <class O>
concept SeesHints = requires(Hart& hart) { O::on_relaxed_next(hart); };
template <class O>
concept SeesCalls = requires(Hart& hart) { O::on_call(hart, u64{}, u64{}, u64{}); };
template <class O>
concept SeesBranches = requires(Hart& hart) { O::on_branch(hart, u64{}, Branch::Taken); };

template <class Observer>
struct Fast {
    using Value = u64;
    struct Maybe {
        bool ok;
        u64 value;
        explicit operator bool() const { return ok; }
        u64 operator*() const { return value; }
    };

    Hart* hart;
    const Slot* slot;
    const Slot* next;
    TlbBank* data;
    unsigned length;
    bool missed = false;
    bool taken = false;

    u64 read(u8 r) const { return hart->own.x[r]; }
    void write(u8 r, u64 v) { hart->own.x[r] = v; }
    static u64 imm(i64 v) { return static_cast<u64>(v); }
    static u64 keep(u64 v) { return v; }
    u64 pc() const {
        const auto bytes =
            reinterpret_cast<const char*>(slot) - reinterpret_cast<const char*>(hart->own.slots);
        return hart->own.page_va + static_cast<u64>(bytes) / (sizeof(Slot) / 2);
    }
    u64 pc_plus(i32 v) const { return pc() + static_cast<u64>(i64{v}); }
    u64 link() const { return pc() + length; }
    void jump(i32 v) {
        next = reinterpret_cast<const Slot*>(reinterpret_cast<const char*>(slot) +
                                             i64{v} * i64{sizeof(Slot) / 2});
    }
    void branch_if(bool condition, i32 v) {
        if (condition) {
            taken = true;
            jump(v);
        }
    }
    bool jump_register(u64 target) {
        target &= ~u64{1};
        const u64 page = target & ~page_offset_mask;
        if (page != hart->own.page_va) {
            const FetchEntry& entry = hart->own.fetch->fetch[TlbBank::fetch_index(target)];
            if (entry.page != page) [[unlikely]] {
                missed = true;
                return false;
            }
            hart->own.page_va = page;
            hart->own.page = entry.code;
            hart->own.slots = entry.code->slots;
        }
        next = hart->own.slots + (target & page_offset_mask) / 2;
        return true;
    }
    template <auto f>
    static u64 pure(u64 a, u64 b) {
        return f(a, b);
    }

    template <class T>
    static constexpr u64 tag(u64 address) {
        return address & (~page_offset_mask | (sizeof(T) - 1));
    }
    template <class T>
    static T* host(const TlbEntry& entry, u64 address) {
        return reinterpret_cast<T*>(address + static_cast<u64>(entry.offset));
    }

    template <class T>
    [[gnu::always_inline]] Maybe load(u64 address) {
        const TlbEntry& entry = data->entries[TlbBank::index(address)];
        if (tag<T>(address) != entry.read) [[unlikely]] {
            missed = true;
            return {false, 0};
        }
        if constexpr (SeesAccess<Observer>) {
            if (!Observer::load(*hart, pc(), host<T>(entry, address), sizeof(T))) [[unlikely]] {
                missed = true;
                return {false, 0};
            }
        }
        return {true, isa::extend<T>(static_cast<u64>(
                          __atomic_load_n(host<T>(entry, address), __ATOMIC_RELAXED)))};
    }
    template <class T>
    [[gnu::always_inline]] void store(u64 address, u64 value) {
        const TlbEntry& entry = data->entries[TlbBank::index(address)];
        if (tag<T>(address) != entry.write) [[unlikely]] {
            missed = true;
            return;
        }
        if constexpr (SeesAccess<Observer>) {
            if (!Observer::store(*hart, pc(), host<T>(entry, address), sizeof(T))) [[unlikely]] {
                missed = true;
                return;
            }
        }
        __atomic_store_n(host<T>(entry, address), static_cast<T>(value), __ATOMIC_RELAXED);
    }
    template <class T>
    Maybe amo(isa::AmoOp op, u64 address, u64 operand, isa::Ordering) {
        if constexpr (TakesAtomics<Observer>) {
            missed = true;
            return {false, 0};
        }
        const TlbEntry& entry = data->entries[TlbBank::index(address)];
        if (tag<T>(address) != entry.write) [[unlikely]] {
            missed = true;
            return {false, 0};
        }
        // A hart that looks for spins stops right behind the instruction, whichever way it takes:
        // else the turn would depend on the way.
        if (hart->own.spin.limit != 0 &&
            !changes<T>(op, host<T>(entry, address), static_cast<T>(operand))) [[unlikely]] {
            missed = true;
            return {false, 0};
        }
        if constexpr (SeesAccess<Observer>) {
            (void)Observer::store(*hart, pc(), host<T>(entry, address), sizeof(T));
        }
        const T old = exchange(op, host<T>(entry, address), static_cast<T>(operand));
        if (isa::amo_result<T>(op, old, static_cast<T>(operand)) == old) {
            note_spin(hart->own, pc(), address, static_cast<u64>(i64{old}));
            if (hart->own.stopping) [[unlikely]] {
                hart->alarm();  // the run ends at its end
            }
        } else {
            hart->own.spin.count = 0;
        }
        return {true, static_cast<u64>(i64{old})};
    }
    template <class T>
    Maybe load_reserved(u64, isa::Ordering) {
        missed = true;
        return {false, 0};
    }
    template <class T>
    Maybe store_conditional(u64, u64, isa::Ordering) {
        missed = true;
        return {false, 0};
    }
    void fence(i32 bits) {
        if constexpr (TakesAtomics<Observer>) {
            missed = true;
        } else {
            host_fence(bits);
        }
    }
    void relaxed_next() {
        if constexpr (SeesHints<Observer>) {
            Observer::on_relaxed_next(*hart);
        } else {
            missed = TakesAtomics<Observer>;
        }
    }
    void interpret() { missed = true; }

private:
    template <class T>
    static bool changes(isa::AmoOp op, const T* at, T operand) {
        const T now = __atomic_load_n(at, __ATOMIC_RELAXED);
        return isa::amo_result<T>(op, now, operand) != now;
    }
    // seq_cst: stronger than any aq and rl.
    template <class T>
    static T exchange(isa::AmoOp op, T* at, T operand) {
        switch (op) {
        case isa::AmoOp::Swap: return __atomic_exchange_n(at, operand, __ATOMIC_SEQ_CST);
        case isa::AmoOp::Add: return __atomic_fetch_add(at, operand, __ATOMIC_SEQ_CST);
        default: break;
        }
        T old = __atomic_load_n(at, __ATOMIC_RELAXED);
        while (!__atomic_compare_exchange_n(at, &old, isa::amo_result<T>(op, old, operand), true,
                                            __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) {
        }
        return old;
    }
};

}  // namespace stampede
