// Who watches what harts do, instruction by instruction: race detection, counting of scheduling
// points, oracles.
//
// An observer costs nothing when there is none. With one, decoded code is of an engine whose fast
// accesses ask the watchers that it is composed of (engine/watching.h) and go the slow way whenever
// one says so; the slow way tells the observer everything.
#pragma once
#include <span>
#include <type_traits>

#include "harts/base/types.h"
#include "harts/isa/values.h"

namespace stampede {

struct Hart;

// Which way a conditional branch went.
enum class Branch : u8 { NotTaken, Taken };

// An atomic instruction on RAM.
struct AtomicAccess {
    enum class Kind : u8 { Amo, LoadReserved, StoreConditional };
    Kind kind;
    isa::AmoOp op;  // of Kind::Amo
    PhysAddr at;
    unsigned size;  // bytes
    isa::Ordering ordering;
    u64 operand = 0;  // of an AMO; what a store-conditional stores
};

// What an access meets.
enum class Contact : u8 { Plain, Atomic, Device };

// Called on the hart's own thread, several harts at once, with own.pc at the instruction. Nothing
// of pthreads, no allocation and no libc copies in here where ThreadSanitizer may listen.
class Observer {
public:
    virtual ~Observer() = default;

    // In parallel: the hart's own thread begins to run it, for the first time or after it was
    // parked.
    virtual void on_start(Hart&) {}
    // An access is about to happen, and nothing has changed by it yet: no A or D bit, no
    // translation. False: not now; the hart stops before the instruction (StopReason::Postponed)
    // and begins it again when it next runs. An instruction asks for each of its accesses, so one
    // that has been let go on must be let to its end. Not asked for a store-conditional that has no
    // reservation, nor of harts that are not asked_first.
    [[nodiscard]] virtual bool may_access(Hart&, [[maybe_unused]] PhysAddr at,
                                          [[maybe_unused]] unsigned size, Contact) {
        return true;
    }
    // The next instruction is about to be fetched by a walk. False: as above.
    [[nodiscard]] virtual bool may_fetch(Hart&) { return true; }
    // A load of RAM has got `value` (zero-extended); a store is about to happen. Within one page,
    // maybe misaligned.
    virtual void on_load(Hart&, [[maybe_unused]] PhysAddr at, [[maybe_unused]] unsigned size,
                         [[maybe_unused]] u64 value) {}
    virtual void on_store(Hart&, [[maybe_unused]] PhysAddr at, [[maybe_unused]] unsigned size,
                          [[maybe_unused]] u64 value) {}
    // An atomic instruction is about to change memory; not called for a store-conditional that
    // fails.
    virtual void before_atomic(Hart&, const AtomicAccess&) {}
    // It has; `old` is what was there (for a store-conditional what it stored), `stored` false
    // where a store-conditional failed.
    virtual void after_atomic(Hart&, const AtomicAccess&, [[maybe_unused]] u64 old,
                              [[maybe_unused]] bool stored) {}
    // `bits`: the upper 12 bits of the word (fm, pred, succ).
    virtual void on_fence(Hart&, [[maybe_unused]] i32 bits) {}
    virtual void on_relaxed_next(Hart&) {}
    // A store to a device is about to happen.
    virtual void on_device_store(Hart&, PhysAddr, [[maybe_unused]] unsigned size,
                                 [[maybe_unused]] u64 value) {}
    // jal or jalr with rd = ra at `pc` to `target`; `back` is the return address. jalr x0, 0(ra).
    virtual void on_call(Hart&, [[maybe_unused]] u64 pc, [[maybe_unused]] u64 back,
                         [[maybe_unused]] u64 target) {}
    virtual void on_return(Hart&, [[maybe_unused]] u64 to) {}
    // A conditional branch at `pc` has been executed; a jalr has, to `target`.
    virtual void on_branch(Hart&, [[maybe_unused]] u64 pc, Branch) {}
    virtual void on_jump(Hart&, [[maybe_unused]] u64 target) {}
    // A trap is about to be taken (own.pc is the trapped one); xRET has been executed and leads to
    // `to`.
    virtual void on_trap(Hart&, [[maybe_unused]] u64 cause, [[maybe_unused]] u64 tval,
                         [[maybe_unused]] Privilege handler) {}
    virtual void on_trap_return(Hart&, [[maybe_unused]] u64 to) {}
    virtual void on_satp(Hart&) {}
    virtual void on_sfence(Hart&, [[maybe_unused]] u8 rs1, [[maybe_unused]] u64 address,
                           [[maybe_unused]] u8 rs2, [[maybe_unused]] u16 asid) {}

    // Somebody who is no hart is about to store to RAM: a device, a debugger
    // (access/guest_store.h). On that one's thread, which is a hart's where a device does so while
    // that hart accesses it.
    virtual void on_outside_store([[maybe_unused]] PhysAddr at,
                                  [[maybe_unused]] std::span<const u8> bytes) {}

    // Which of these calls mean something to it, a bit each (1 << ObserverCall): where a machine
    // has several observers, each is told of these only.
    [[nodiscard]] virtual u32 heard() const = 0;
};

// clang-format off
#define STAMPEDE_OBSERVER_CALLS(CALL)                                          \
    CALL(on_start)                                                             \
    CALL(may_access) CALL(may_fetch)                                           \
    CALL(on_load) CALL(on_store)                                               \
    CALL(before_atomic) CALL(after_atomic)                                     \
    CALL(on_fence) CALL(on_relaxed_next) CALL(on_device_store)                 \
    CALL(on_call) CALL(on_return) CALL(on_branch) CALL(on_jump)                \
    CALL(on_trap) CALL(on_trap_return) CALL(on_satp) CALL(on_sfence)           \
    CALL(on_outside_store)
// clang-format on

enum class ObserverCall : u8 {
#define CALL(name) name,
    STAMPEDE_OBSERVER_CALLS(CALL)
#undef CALL
        count
};
static_assert(static_cast<unsigned>(ObserverCall::count) <= 32);

// What every observer is derived from: `class Mine final : public ObserverOf<Mine>`. It hears what
// it overrides, in public.
template <class Mine>
class ObserverOf : public Observer {
public:
    [[nodiscard]] u32 heard() const final {
        u32 calls = 0;
#define CALL(name)                                                                     \
    if constexpr (!std::is_same_v<decltype(&Mine::name), decltype(&Observer::name)>) { \
        calls |= u32{1} << static_cast<unsigned>(ObserverCall::name);                  \
    }
        STAMPEDE_OBSERVER_CALLS(CALL)
#undef CALL
        return calls;
    }
};

}  // namespace stampede
