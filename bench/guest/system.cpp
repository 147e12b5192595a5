// Loops of what only a kernel does: CSRs, traps, address spaces.
#include "bench/guest/loop.h"

extern "C" void resume_behind_ecall();
extern "C" void run_in_supervisor_mode(bench_guest::u64 (*function)(bench_guest::u64), bench_guest::u64 argument);

namespace bench_guest {
namespace {

// A unit is three accesses: read, clear, set (interrupts off and on again, as in a lock).
u64 csr_accesses(u64 units) {
    u64 seen = 0;
#pragma clang loop unroll(disable)
    for (u64 i = 0; i < units; ++i) {
        u64 value;
        asm volatile("csrr %0, sstatus\n csrci sstatus, 2\n csrsi sstatus, 2" : "=r"(value)::"memory");
        seen |= value;
    }
    return seen;
}

u64 environment_calls(u64 units) {
    u64 kept;
    asm volatile("csrrw %0, mtvec, %1" : "=r"(kept) : "r"(&resume_behind_ecall) : "memory");
#pragma clang loop unroll(disable)
    for (u64 i = 0; i < units; ++i) asm volatile("ecall" ::: "memory");
    asm volatile("csrw mtvec, %0" ::"r"(kept) : "memory");
    return units;
}

// Two address spaces, alike: the RAM's first GiB by one superpage but for one 2 MiB region in pages of 4 KiB.
constexpr u64 ram = 0x8000'0000, paged = ram + (u64{32} << 20), pages_touched = 8;
constexpr u64 leaf = 0xcf, table_bit = 1;  // dirty, accessed, executable, writable, readable, valid; valid alone

struct AddressSpace {
    alignas(4096) u64 root[512];
    alignas(4096) u64 middle[512];
    alignas(4096) u64 last[512];

    u64 satp() const { return u64{8} << 60 | reinterpret_cast<u64>(root) >> 12; }
};
AddressSpace spaces[2];

constexpr u64 pte(u64 address, u64 bits) { return address >> 12 << 10 | bits; }

void map(AddressSpace& space) {
    space.root[ram >> 30] = pte(reinterpret_cast<u64>(space.middle), table_bit);
    for (u64 i = 0; i < 512; ++i) {
        space.middle[i] = pte(ram + (i << 21), leaf);
        space.last[i] = pte(paged + (i << 12), leaf);
    }
    space.middle[(paged >> 21) & 511] = pte(reinterpret_cast<u64>(space.last), table_bit);
}

void map_both() {
    for (AddressSpace& space : spaces) map(space);
}

u64 switch_spaces(u64 units) {
    u64 sum = 0;
    const u64 satp[2] = {spaces[0].satp(), spaces[1].satp()};
#pragma clang loop unroll(disable)
    for (u64 i = 0; i < units; ++i) {
        asm volatile("sfence.vma\n csrw satp, %0\n sfence.vma" ::"r"(satp[i & 1]) : "memory");
        for (u64 p = 0; p < pages_touched; ++p) sum += *reinterpret_cast<volatile u64*>(paged + p * 4096 + p * 8);
    }
    asm volatile("csrw satp, zero\n sfence.vma" ::: "memory");
    return sum;
}

u64 switch_spaces_in_supervisor_mode(u64 units) {
    run_in_supervisor_mode(switch_spaces, units);
    return units;
}

constexpr Loop table[] = {
    {"csr", On::FirstHart, 2'000'000, csr_accesses},
    {"ecall", On::FirstHart, 600'000, environment_calls},
    {"satp", On::FirstHart, 60'000, switch_spaces_in_supervisor_mode, map_both},
};

}  // namespace

std::span<const Loop> system_loops() { return table; }

}  // namespace bench_guest
