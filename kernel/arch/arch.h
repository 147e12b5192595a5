// What base/, frames/, policy/, mm/ and proc/ want of the machine. Two makers: arch/riscv (the
// guest) and arch/host (threads as CPUs).
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "kernel/base/address.h"

namespace kernel::arch {

inline constexpr unsigned max_cpus = 64;

// This CPU's number, 0 to max_cpus - 1. Stable only while interrupts are off.
unsigned cpu_id();

void interrupts_on();
void interrupts_off();
// Off, and whether they were on: one instruction.
bool take_interrupts_off();

void spin_pause();  // once in every turn of a waiting loop

// Plain accesses that race on purpose, single-copy atomic, of 4 or 8 bytes (kernel/base/relaxed.h
// is their only caller).
template <class T>
T relaxed_load(const T* address);
template <class T>
void relaxed_store(T* address, T value);

// Load-reserved, an acquire, and store-conditional, both acquire and release, of words that nobody
// stores to otherwise: the store is made only if no CPU has stored to the word since, were it the
// same value. One after the other on one CPU, with interrupts off. Other accesses may stand between
// them: then the specification promises no progress (unprivileged, "Eventual Success of
// Store-Conditional Instructions"), and a hart need not give any.
std::uint64_t load_reserved(const std::uint64_t* address);
[[nodiscard]] bool store_conditional(std::uint64_t* address, std::uint64_t value);

// Forgets this CPU's translations: of one page of an address space, of the whole space, of every
// space but the kernel's.
void flush_page(VirtAddr address, std::uint16_t asid);
void flush_space(std::uint16_t asid);
void flush_all_spaces();

// Translates user addresses by the page table at `root` from now on, under `asid`.
void use_page_table(PhysAddr root, std::uint16_t asid);
std::uint16_t largest_asid();  // 0: this machine has no ASIDs

// Bytes of physical memory in the kernel's direct map, and back.
std::byte* direct_map(PhysAddr address);
PhysAddr physical(const void* direct_mapped);

// What every root page table has from entry 256 on, the kernel's half; entries behind these are 0.
// Empty on the host.
std::span<const std::uint64_t> kernel_root_entries();

// Tells a listening harness that the frame is no longer free, or free from now on
// (kernel/abi/guest_calls.h).
void tell_frame_allocated(PhysAddr frame);
void tell_frame_freed(PhysAddr frame);

void console_put(char byte);  // waits while the device is busy
void instruction_fence();     // code was written: this CPU fetches it anew

// Ends the machine; status 0 passes.
[[noreturn]] void finish(unsigned status);
// The call chain of the caller, and the end of the machine: what panic does after its message.
[[noreturn]] void panic_stop(const void* pc, const void* frame);

}  // namespace kernel::arch

#if defined(__riscv)
#include "kernel/arch/riscv/inline.h"
#else
#include "kernel/arch/host/inline.h"
#endif
