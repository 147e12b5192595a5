// Loops of what only a kernel does: CSRs, traps, address spaces.
#include "bench/guest/loop.h"
#include "bench/guest/page_tables.h"

extern "C" void resume_behind_ecall();

namespace bench_guest {
namespace {

// A unit is three accesses: read, clear, set (interrupts off and on again, as in a lock).
u64 csr_accesses(u64 units) {
    u64 seen = 0;
#pragma clang loop unroll(disable)
    for (u64 i = 0; i < units; ++i) {
        u64 value;
        asm volatile("csrr %0, sstatus\n csrci sstatus, 2\n csrsi sstatus, 2"
                     : "=r"(value)::"memory");
        seen |= value;
    }
    return seen;
}

u64 environment_calls(u64 units) {
    u64 kept;
    asm volatile("csrrw %0, mtvec, %1" : "=r"(kept) : "r"(&resume_behind_ecall) : "memory");
#pragma clang loop unroll(disable)
    for (u64 i = 0; i < units; ++i) {
        asm volatile("ecall" ::: "memory");
    }
    asm volatile("csrw mtvec, %0" ::"r"(kept) : "memory");
    return units;
}

// Two address spaces, alike: the RAM's first GiB by superpages but for one 2 MiB region in pages of
// 4 KiB.
constexpr u64 paged = ram + (u64{32} << 20), pages_touched = 8;

struct AddressSpace {
    PageTable root, middle, last[1];
};
AddressSpace spaces[2];

void map_both() {
    for (AddressSpace& space : spaces) {
        map(space.root, space.middle, space.last, paged);
    }
}

u64 switch_spaces(u64 units) {
    u64 sum = 0;
    const u64 satp[2] = {satp_of(spaces[0].root), satp_of(spaces[1].root)};
#pragma clang loop unroll(disable)
    for (u64 i = 0; i < units; ++i) {
        asm volatile("sfence.vma\n csrw satp, %0\n sfence.vma" ::"r"(satp[i & 1]) : "memory");
        for (u64 p = 0; p < pages_touched; ++p) {
            sum += *reinterpret_cast<volatile u64*>(paged + p * page_size + p * 8);
        }
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
