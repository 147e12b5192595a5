#include "kernel/arch/host/host.h"

#include <sched.h>
#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <mutex>

namespace kernel {

namespace host {

namespace {

// set before the threads of a test start, read by all
std::byte* arena = nullptr;
thread_local unsigned this_cpu = 0;
thread_local TranslationListener* last_listener = nullptr;

}  // namespace

Memory::Memory(std::size_t bytes) : bytes_(PhysAddr{bytes}.page_up().value) {
    void* mapped = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (arena || mapped == MAP_FAILED) {
        const char* why = arena ? "there is one already" : "cannot be mapped";
        std::fprintf(stderr, "host memory of %zu bytes: %s\n", bytes_, why);
        std::abort();
    }
    arena = static_cast<std::byte*>(mapped);
}

Memory::~Memory() {
    munmap(arena, bytes_);
    arena = nullptr;
}

BoundCpu::BoundCpu(unsigned cpu) : before_(this_cpu) { this_cpu = cpu; }
BoundCpu::~BoundCpu() { this_cpu = before_; }

TranslationListener::TranslationListener() : before_(last_listener) { last_listener = this; }
TranslationListener::~TranslationListener() { last_listener = before_; }

void tell_listeners(const TranslationEvent& event) {
    for (TranslationListener* listener = last_listener; listener; listener = listener->before_) {
        listener->hear(event);
    }
}

}  // namespace host

namespace arch {

using host::tell_listeners;
using Kind = host::TranslationEvent::Kind;

namespace {

struct Reservation {
    const std::uint64_t* address = nullptr;
    std::uint64_t stores = 0;
};

std::mutex reservations;
// under `reservations`, as are the words themselves
std::uint64_t stores = 0;
thread_local Reservation reservation;

}  // namespace

unsigned cpu_id() { return host::this_cpu; }

// Nothing interrupts a thread: interrupts are always off.
void interrupts_on() {}
void interrupts_off() {}
bool take_interrupts_off() { return false; }

void spin_pause() { sched_yield(); }  // the holder may be waiting for this thread's core

void flush_page(VirtAddr address, std::uint16_t asid) {
    tell_listeners({Kind::flush_page, address, asid, {}});
}
void flush_space(std::uint16_t asid) { tell_listeners({Kind::flush_space, {}, asid, {}}); }
void flush_all_spaces() { tell_listeners({Kind::flush_all, {}, 0, {}}); }
void use_page_table(PhysAddr root, std::uint16_t asid) {
    tell_listeners({Kind::use_page_table, {}, asid, root});
}
std::uint16_t largest_asid() { return 0xffff; }

// One version for all words that are stored to in this way, changed by every store, under a lock:
// x86 has no such instructions. What guards the version orders as acquire and release do.
std::uint64_t load_reserved(const std::uint64_t* address) {
    const std::lock_guard guard(reservations);
    reservation = {address, stores};
    return *address;
}

bool store_conditional(std::uint64_t* address, std::uint64_t value) {
    const std::lock_guard guard(reservations);
    const bool valid = reservation.address == address && reservation.stores == stores;
    reservation.address = nullptr;
    if (valid) {
        *address = value;
        ++stores;
    }
    return valid;
}

// Objects outside the memory have a number too, which direct_map turns back into them.
std::byte* direct_map(PhysAddr address) {
    return reinterpret_cast<std::byte*>(reinterpret_cast<std::uint64_t>(host::arena) +
                                        address.value - host::Memory::begin().value);
}
PhysAddr physical(const void* direct_mapped) {
    auto number = reinterpret_cast<std::uint64_t>(direct_mapped);
    return host::Memory::begin() + (number - reinterpret_cast<std::uint64_t>(host::arena));
}

std::span<const std::uint64_t> kernel_root_entries() { return {}; }

void console_put(char byte) { std::fputc(byte, stderr); }
void instruction_fence() {}

void finish(unsigned status) { std::exit(static_cast<int>(status)); }

void panic_stop(const void* pc, const void*) {
    std::fprintf(stderr, "CPU %u, pc %p\n", cpu_id(), pc);
    std::abort();
}

}  // namespace arch

}  // namespace kernel
