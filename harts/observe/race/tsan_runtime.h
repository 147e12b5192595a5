// What we use of ThreadSanitizer's runtime, LLVM 19. Some of it is not public: MemoryAccess,
// Acquire, Release and OnReport have kept their form for years, but another version must be looked
// at first (compiler-rt/lib/tsan/rtl/tsan_rtl.h, tsan_shadow.h).
#pragma once
#include "harts/base/types.h"

namespace __tsan {

struct ThreadState;
class ReportDesc;

// A memory access of `size` 1, 2, 4 or 8 bytes, aligned; `type` as below. `thread` is the calling
// thread's (or fiber's).
void MemoryAccess(ThreadState* thread, unsigned long pc, unsigned long address, unsigned long size,
                  unsigned long type);
void Acquire(ThreadState* thread, unsigned long pc, unsigned long address);
void Release(ThreadState* thread, unsigned long pc, unsigned long address);

}  // namespace __tsan

extern "C" {
void __tsan_func_entry(void* pc);
void __tsan_func_exit();
void* __tsan_get_current_fiber();
void* __tsan_create_fiber(unsigned flags);
void __tsan_destroy_fiber(void* fiber);
void __tsan_switch_to_fiber(void* fiber, unsigned flags);
int __tsan_get_report_data(void* report, const char** description, int* count, int* stack_count,
                           int* mop_count, int* loc_count, int* mutex_count, int* thread_count,
                           int* unique_tid_count, void** sleep_trace, unsigned long trace_size);
int __tsan_get_report_mop(void* report, unsigned long index, int* tid, void** address, int* size,
                          int* write, int* atomic, void** trace, unsigned long trace_size);
// Once a process; then blocks within that range.
void __tsan_java_init(unsigned long begin, unsigned long size);
void __tsan_java_alloc(unsigned long at, unsigned long size);
}

namespace stampede::tsan {

using Thread = __tsan::ThreadState*;

// AccessType
inline constexpr unsigned long write = 0, read = 1 << 0, atomic = 1 << 1, external_pc = 1 << 4;
inline constexpr unsigned no_sync = 1;  // of __tsan_switch_to_fiber: the switch orders nothing
inline constexpr u64 external = u64{1} << 60;  // marks a pc that is not the host's

// Where the runtime keeps what it knows of an address: on x86-64, tsan_platform.h,
// Mapping48AddressSpace.
inline constexpr u64 shadow_bytes = 2;  // a byte
inline constexpr u64 shadow_of(u64 address) {
    return (address & ~u64{0x7000'0000'0007}) * shadow_bytes + 0x1000'0000'0000;
}

inline Thread current() { return static_cast<Thread>(__tsan_get_current_fiber()); }

inline void access(Thread thread, u64 pc, const void* at, unsigned size, unsigned long type) {
    __tsan::MemoryAccess(thread, pc, reinterpret_cast<unsigned long>(at), size, type | external_pc);
}
// When an access was recorded, as the runtime counts: which thread's, under a number that it has
// for a while, and how often that one had released before.
struct Moment {
    u8 thread = 0;
    u16 releases = 0;
};

// The first word of a thread (tsan_rtl.h, ThreadState::fast_state) and that of a remembered access
// (tsan_shadow.h, Shadow) have their moment in the same bits.
inline Moment moment_in(u32 word) {
    return {static_cast<u8>(word >> 8), static_cast<u16>(word >> 16 & 0x3fff)};
}
inline Moment now(Thread thread) { return moment_in(*reinterpret_cast<const u32*>(thread)); }

// Calls each(moment) for each store that was not atomic and is remembered of these bytes, which lie
// within eight. Elsewhere than on x86-64 for none.
template <class Each>
void remembered_stores([[maybe_unused]] const void* at, [[maybe_unused]] unsigned size,
                       [[maybe_unused]] Each&& each) {
#if defined(__x86_64__)
    constexpr u32 read_or_atomic = u32{3} << 30;
    const u64 address = reinterpret_cast<u64>(at);
    const u32 bytes = ((u32{1} << size) - 1) << (address % 8) & 0xff;
    const auto* const shadow = reinterpret_cast<const u32*>(shadow_of(address));
    for (unsigned n = 0; n < 8 * shadow_bytes / sizeof(u32); ++n) {
        const u32 word = __atomic_load_n(&shadow[n], __ATOMIC_RELAXED);
        if ((word & bytes) != 0 && (word & read_or_atomic) == 0) {
            each(moment_in(word));
        }
    }
#endif
}

// No access of this memory is remembered, whole pages of it. Harts parked. Elsewhere than on x86-64
// they are.
inline void forget([[maybe_unused]] const void* at, [[maybe_unused]] u64 size) {
#if defined(__x86_64__)
    auto* const shadow = reinterpret_cast<u64*>(shadow_of(reinterpret_cast<u64>(at)));
    for (u64 n = 0; n < size * shadow_bytes / sizeof(u64); ++n) {
        shadow[n] = 0;  // what the runtime takes for no access (tsan_shadow.h, Shadow::kEmpty)
    }
#endif
}

inline void acquire(Thread thread, const void* at) {
    __tsan::Acquire(thread, 0, reinterpret_cast<unsigned long>(at));
}
inline void release(Thread thread, const void* at) {
    __tsan::Release(thread, 0, reinterpret_cast<unsigned long>(at));
}

}  // namespace stampede::tsan
