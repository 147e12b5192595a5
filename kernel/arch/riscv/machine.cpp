// The machine's other harts and its end.
#include "kernel/arch/riscv/machine.h"

#include "kernel/arch/riscv/devices.h"
#include "kernel/arch/riscv/layout.h"
#include "kernel/arch/riscv/paging.h"
#include "kernel/base/format.h"
#include "kernel/base/print.h"

namespace kernel::arch {

namespace {

constinit unsigned cpus = 0;  // written once, before other harts run

}  // namespace

void cpu_count_init(unsigned in_machine) { cpus = in_machine < max_cpus ? in_machine : max_cpus; }
unsigned cpu_count() { return cpus; }

void send_interrupt(unsigned cpu) {
    asm volatile("fence rw, ow" ::: "memory");  // memory before the device write
    device<std::uint32_t>(clint_base + 4 * cpu) = 1;
}

std::uint16_t largest_asid() {
    std::uint64_t before = read_csr<Csr::satp>();
    write_csr<Csr::satp>(before | std::uint64_t{0xffff} << satp_asid_shift);
    std::uint64_t largest = read_csr<Csr::satp>() >> satp_asid_shift & 0xffff;
    write_csr<Csr::satp>(before);
    flush_all_spaces();
    return static_cast<std::uint16_t>(largest);
}

void finish(unsigned status) {
    constexpr std::uint32_t pass = 0x5555, fail = 0x3333;
    device<std::uint32_t>(finisher_base) = status == 0 ? pass : fail | status << 16;
    for (;;) {
        wait_for_interrupt();
    }
}

namespace {

void put_line(const char* format, std::uint64_t first, std::uint64_t second) {
    char line[80];
    format_to(line, sizeof line, format, first, second);
    for (const char* at = line; *at; ++at) {
        console_put(*at);
    }
}

// A frame pointer points behind the saved return address and the caller's frame pointer (RISC-V
// calling convention, "Frame pointer convention"). Frames lie in the kernel's data, at rising
// addresses.
void print_backtrace(const void* frame) {
    // panic's own return address is the pc above
    auto at = reinterpret_cast<const std::uint64_t*>(frame)[-2];
    for (int depth = 0; depth < 32; ++depth) {
        if (at % 8 || at < reinterpret_cast<std::uint64_t>(image_rodata_end) + 16 ||
            at > reinterpret_cast<std::uint64_t>(image_end)) {
            return;
        }
        auto* words = reinterpret_cast<const std::uint64_t*>(at);
        if (words[-1] == 0) {
            return;
        }
        put_line("  %lx\n", words[-1], 0);
        if (words[-2] <= at) {
            return;
        }
        at = words[-2];
    }
}

}  // namespace

void panic_stop(const void* pc, const void* frame) {
    put_line("hart %lu, pc 0x%lx, called from:\n", cpu_id(), reinterpret_cast<std::uint64_t>(pc));
    print_backtrace(frame);
    finish(1);
}

}  // namespace kernel::arch
