// The full hart: one instruction with everything honoured. Oracle, single-stepper, and everybody's
// fallback.
#pragma once
#include <optional>

#include "harts/access/accessed.h"
#include "harts/access/atomics.h"
#include "harts/access/csr.h"
#include "harts/access/load_store.h"
#include "harts/access/trap.h"
#include "harts/core/hart.h"
#include "harts/isa/meanings.h"

namespace stampede {

// The H of isa/meanings.h. After the meaning, `next` is where the hart goes on; a trap has set it
// to the handler.
class Full {
public:
    using Value = u64;
    // `at`: where the instruction stands in RAM, or nowhere (0): then `word` is it, as fetched.
    Full(Hart& hart, u8 length, PhysAddr at, u32 word = 0)
        : hart_(hart),
          own_(hart.own),
          next_(hart.own.pc + length),
          at_(at),
          word_(word),
          length_(length) {}
    [[nodiscard]] u64 next() const { return next_; }
    void illegal();

    u64 read(u8 r) const { return own_.x[r]; }
    void write(u8 r, u64 v) { own_.x[r] = v; }
    static u64 imm(i64 v) { return static_cast<u64>(v); }
    static u64 keep(u64 v) { return v; }
    u64 pc_plus(i32 v) const { return own_.pc + static_cast<u64>(i64{v}); }
    u64 link() const { return own_.pc + length_; }
    void jump(i32 v) { next_ = pc_plus(v); }
    bool jump_register(u64 target) {
        next_ = target & ~u64{1};
        return true;
    }
    void branch_if(bool condition, i32 v) {
        if (condition) {
            jump(v);
        }
    }
    template <auto f>
    static u64 pure(u64 a, u64 b) {
        return f(a, b);
    }

    template <class T>
    std::optional<u64> load(u64 address) {
        const Accessed<u64> value = load_memory(hart_, address, sizeof(T));
        return value ? std::optional(isa::extend<T>(*value)) : refuse(value.error());
    }
    template <class T>
    void store(u64 address, u64 value) {
        if (const auto stored = store_memory(hart_, address, sizeof(T), value); !stored) {
            refuse(stored.error());
        }
    }
    template <class T>
    std::optional<u64> amo(isa::AmoOp op, u64 address, u64 operand, isa::Ordering ordering) {
        // seq_cst: stronger than any aq and rl
        const auto old = amo_memory(hart_, op, address, sizeof(T), operand, ordering);
        return old ? std::optional(isa::extend<T>(*old)) : refuse(old.error());
    }
    template <class T>
    std::optional<u64> load_reserved(u64 address, isa::Ordering ordering) {
        if (ordering.release) {
            __atomic_thread_fence(__ATOMIC_SEQ_CST);  // this hart's earlier stores before the load
        }
        const auto value = load_reserved_memory(hart_, address, sizeof(T), ordering);
        return value ? std::optional(*value) : refuse(value.error());
    }
    template <class T>
    std::optional<u64> store_conditional(u64 address, u64 value, isa::Ordering ordering) {
        const auto stored = store_conditional_memory(hart_, address, sizeof(T), value, ordering);
        return stored ? std::optional(*stored ? u64{0} : u64{1}) : refuse(stored.error());
    }
    void fence(i32 bits);
    void relaxed_next();

    void fence_i() {}  // code is coherent without it
    void pause() { note_spin(own_, own_.pc, 0, 0); }
    void ecall();
    void ebreak() { trap(Cause::Breakpoint, own_.pc); }
    void sret();
    void mret();
    void wfi();
    void sfence_vma(u8 rs1, u64 address, u8 rs2, u64 asid);
    void guest_call(i32 number, u64 argument);
    std::optional<u64> csr(isa::CsrOp op, u32 number, u64 operand, u8 rs1, u8 rd);

private:
    void trap(Cause cause, u64 tval) {
        take_exception(hart_, cause, tval);
        next_ = own_.pc;
    }
    std::nullopt_t refuse(const Fault& fault) {
        if (fault.postponed) [[unlikely]] {
            next_ = own_.pc;
            ++own_.budget;  // it has not been executed
            stop(StopReason::Postponed);
            return std::nullopt;
        }
        trap(fault.cause, fault.tval);
        return std::nullopt;
    }
    void stop(StopReason reason) {
        own_.stop = reason;
        own_.stopping = true;
        own_.attention = true;
    }

    Hart& hart_;
    HartState& own_;
    u64 next_;
    PhysAddr at_;
    u32 word_;
    u8 length_;
};

// A fence's effect on the host. x86 keeps all orders but store → load.
inline void host_fence(i32 bits) {
    constexpr u32 predecessor_writes = 1 << 4, successor_reads = 1 << 1;
    constexpr u32 fence_tso = 8;
    const u32 field = static_cast<u32>(bits);
    const bool tso = (field >> 8 & 15) == fence_tso;
    if ((field & predecessor_writes) != 0 && (field & successor_reads) != 0 && !tso) {
#if defined(__x86_64__) && !defined(STAMPEDE_TSAN)
        // a full fence, cheaper than mfence
        asm volatile("lock; orl $0, -64(%%rsp)" ::: "memory", "cc");
#else
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
    } else {
        __atomic_thread_fence(__ATOMIC_ACQ_REL);
    }
}

}  // namespace stampede
