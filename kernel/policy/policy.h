// The frame policy: who counts references to frames, under which lock, and where free frames live.
// Exactly one policy is linked; a variant is a relink. All functions may be called from any CPU
// unless said otherwise.
#pragma once
#include <cstdint>
#include <expected>

#include "kernel/abi/kernel_facts.h"
#include "kernel/frames/frame.h"

namespace kernel::policy {

struct OutOfMemory {};

// Bytes of memory that the policy wants for itself where there are so many frames:
// FrameRange::policy_table. Before init().
std::uint64_t table_size(std::uint64_t frame_count);

// Once, by the boot CPU, before any other call.
void init(const FrameRange& range);

// A frame with count 1 and undefined contents; null when there is none, or when it is to fail:
// whoever takes a frame out of the free ones, here and in make_unique, asks allocation_fails()
// (frames/allocation_failure.h) and names its owner by set_owner() (frames/frame.h).
[[nodiscard]] Frame* allocate(FrameOwner owner);

// One more reference. False: the count is at its limit, or this policy does not share; fork then
// copies that page.
[[nodiscard]] bool share(Frame& frame);

// One reference less. True: it was the last, the frame is free.
bool drop(Frame& frame);

// A frame for the caller alone, in place of its reference to `frame`: the frame itself when that
// was the only reference (taken over), else a copy with count 1, decided in one critical section.
// On error nothing has changed. After a copy the caller still holds its reference to `frame` and
// drops it once the PTE is changed and the translation flushed.
[[nodiscard]] std::expected<Frame*, OutOfMemory> make_unique(Frame& frame);

// Finishes deferred drops and batches. Only while no other CPU calls the policy.
void settle();

// For audits and tests.
std::uint32_t count(const Frame& frame);
std::uint64_t frames_in_use();

// Says where counts, free frames and frontier lie: fills count arrays, free lists, frontier and
// link offset.
void describe(stampede::abi::AuditTable& table);

extern const char* const name;
// by that name in the kernel's file
extern const bool shares_on_fork __asm__(STAMPEDE_SHARES_ON_FORK);
extern const bool takes_over_last;
extern const std::uint32_t count_limit;  // share() refuses at this count
extern const bool
    flushes_each_change;  // mm flushes a whole space after each change of a PTE, never page by page

}  // namespace kernel::policy
