#include "kernel/boot/boot.h"

#include <atomic>

#include "kernel/arch/riscv/devices.h"
#include "kernel/arch/riscv/fdt.h"
#include "kernel/arch/riscv/machine.h"
#include "kernel/arch/riscv/paging.h"
#include "kernel/base/print.h"
#include "kernel/base/string.h"
#include "kernel/base/words.h"
#include "kernel/boot/boot_arguments.h"
#include "kernel/frames/frame.h"
#include "kernel/fs/fs.h"
#include "kernel/mm/asid.h"
#include "kernel/policy/policy.h"
#include "kernel/proc/clock.h"
#include "kernel/proc/scheduler.h"
#include "kernel/proc/scheduler_choice.h"
#include "kernel/proc/slots.h"
#include "kernel/sys/audit.h"
#include "kernel/sys/lifecycle.h"
#include "kernel/trap/trap.h"

// Set by hart 0 once memory and processes are ready, read by the others before they go on (release
// and acquire).
extern "C" std::uint32_t harts_released;

namespace kernel {

namespace {

void memory_init(PhysAddr memory_end) {
    arch::paging_init(memory_end);
    arch::use_kernel_page_table();
    arch::flush_all_spaces();
    frames_init(arch::physical(arch::image_end), memory_end, policy::table_size);
    policy::init(frame_range());
    std::uint16_t asids = arch::largest_asid();
    std::uint64_t wanted = boot_argument_number("asids", asids);
    asids_init(wanted < asids ? static_cast<std::uint16_t>(wanted) : asids);
}

void choose_scheduler() {
    const char* name = boot_argument("scheduler");
    if (!name || boot_argument_is(name, "rr")) {
        return;
    }
    if (boot_argument_is(name, "pbs")) {
        scheduler_choice = SchedulerChoice::pbs;
        return;
    }
    const std::span<const char> word = next_word(name);
    char found[33] = {};
    memcpy(found, word.data(), word.size() < sizeof found ? word.size() : sizeof found - 1);
    print("boot arguments: scheduler=%s: there is no such scheduler; rr or pbs is expected\n",
          found);
    arch::finish(1);
}

void release_other_harts() {
    __atomic_store_n(&harts_released, 1, __ATOMIC_RELEASE);
    for (unsigned cpu = 1; cpu < arch::cpu_count(); ++cpu) {
        arch::send_interrupt(cpu);
    }
}

}  // namespace

}  // namespace kernel

void boot_main(std::uint64_t device_tree) {
    using namespace kernel;
    traps_init();
    arch::MachineDescription machine = arch::read_device_tree(arch::direct_map({device_tree}));
    arch::cpu_count_init(machine.cpus);
    // the tree lies in memory that is free from here on
    boot_arguments_keep(machine.boot_arguments);
    if (machine.memory_begin != arch::ram_base) {
        panic("memory begins at 0x%lx, not 0x%lx", machine.memory_begin, arch::ram_base);
    }
    memory_init({machine.memory_begin + machine.memory_bytes});

    print("stampede kernel %s is booting\n", policy::name);
    choose_scheduler();
    clock_init();
    arch::uart_init();
    arch::plic_init();
    processes_init();
    fs_init();
    audit_table_announce();
    make_first_process(boot_arguments());
    print("hart 0 starting\n");
    release_other_harts();
    scheduler_run();
}

void boot_other() {
    using namespace kernel;
    traps_init();
    arch::use_kernel_page_table();
    arch::flush_all_spaces();
    print("hart %u starting\n", arch::cpu_id());
    scheduler_run();
}
