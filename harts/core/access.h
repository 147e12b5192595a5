// A hart's accesses on the slow path: translate, fill the TLB, devices, pages that are special. On the hart's thread.
#pragma once
#include <expected>
#include <optional>

#include "harts/core/csr_numbers.h"
#include "harts/core/hart.h"
#include "harts/isa/values.h"
#include "harts/memory/walk.h"

namespace stampede {

// Why an access did not happen; the caller takes the exception.
struct Fault {
    Cause cause;
    u64 tval;  // the virtual address of the part that failed
    bool postponed = false;  // no exception: an observer wants the instruction begun again later
};

template <class T>
using Accessed = std::expected<T, Fault>;
inline std::unexpected<Fault> fault(Cause cause, u64 tval) { return std::unexpected(Fault{cause, tval}); }
inline std::unexpected<Fault> postponed() { return std::unexpected(Fault{{}, 0, true}); }

// Whether the observer, if there is one, lets the access to RAM happen now.
[[nodiscard]] bool may_access(Hart& hart, PhysAddr at, unsigned size);

// Who asks when this hart accesses memory now.
[[nodiscard]] WalkRights rights_of(const HartState& own, Access access);

// Where `address` is, for an access that lies within one page. A and D are set; the TLB is not filled.
struct Place {
    PhysAddr physical;
    int level = 0;
    bool global = false;
    bool readable = false;  // by the same context: a write's translation serves reads too
};
[[nodiscard]] Accessed<Place> translate(Hart& hart, u64 address, Access access);

// Little-endian value of `size` bytes (1, 2, 4, 8), zero-extended. Misaligned ones are done in bytes, or as the device does.
[[nodiscard]] Accessed<u64> load_memory(Hart& hart, u64 address, unsigned size);
[[nodiscard]] Accessed<void> store_memory(Hart& hart, u64 address, unsigned size, u64 value);

// Atomics: aligned, in RAM. `size` 4 or 8; values are sign-extended by the caller.
[[nodiscard]] Accessed<u64> amo_memory(Hart& hart, isa::AmoOp op, u64 address, unsigned size, u64 operand,
                                       isa::Ordering ordering);
[[nodiscard]] Accessed<u64> load_reserved_memory(Hart& hart, u64 address, unsigned size, isa::Ordering ordering);
[[nodiscard]] Accessed<bool> store_conditional_memory(Hart& hart, u64 address, unsigned size, u64 value,
                                                      isa::Ordering ordering);  // true: stored

// The RAM behind an aligned atomic access, or why there is none.
[[nodiscard]] Accessed<Place> atomic_place(Hart& hart, u64 address, unsigned size, Access access);

// The halfword at `address` as an instruction fetch sees it.
[[nodiscard]] Accessed<u16> fetch_halfword(Hart& hart, u64 address);

// The decoded page that `address` is fetched from.
[[nodiscard]] Accessed<CodePage*> fetch_page(Hart& hart, u64 address);

// A store is about to reach RAM page `page` that holds decoded code: every hart forgets it.
void forget_code(Hart& hart, u64 page);

// The hart's part of a revocation: drops write tags of marked pages.
void sweep_write_tags(Hart& hart);

// A store to RAM page `page` took the slow path because of the page's reservations. May take the mark off again.
void note_slow_store(Hart& hart, u64 page);

// Gives up a line lock kept since a load-reserved.
void release_held_line(Hart& hart);

// A trap or its return: what runs next has not executed the load-reserved (as on QEMU; the specification leaves it to software).
void give_up_reservation(Hart& hart);

// Counts one more look at the same unchanged value; past the limit the hart stops with StopReason::Spin.
void note_spin(HartState& own, u64 pc, u64 address, u64 value);

}  // namespace stampede
