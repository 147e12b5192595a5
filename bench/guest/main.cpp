// Bare-metal loops for comparing emulators: one ELF, QEMU virt's addresses, machine mode.
// /chosen/bootargs select them: `loop=NAME` (default: all), `units=N` (of work; default: the loop's
// own), `repeat=N` (N times that). Around each loop, on the console:
//   S name
//   E name instructions units     instructions of all harts that took part, by minstret; QEMU
//                                 counts host ticks there
// Ends by the finisher, which says `failed` where a shared counter came out wrong.
#include <atomic>

#include "bench/guest/loop.h"

namespace bench_guest {
namespace {

// Written by hart 0 before it wakes the others, which acquire by sleep_until_woken().
const Loop* job;
u64 job_units;
// Each hart adds to these once a job; hart 0 resets them before it. Acquire/release: what a hart
// did is seen with its arrival.
std::atomic<u64> arrived, finished, instructions;
volatile u64 sink;

void take_part(unsigned harts) {
    arrived.fetch_add(1, std::memory_order_acq_rel);
    while (arrived.load(std::memory_order_acquire) != harts) {
    }
    u64 start = instructions_retired();
    sink = job->run(job_units);
    // read behind `finished`
    instructions.fetch_add(instructions_retired() - start, std::memory_order_relaxed);
    finished.fetch_add(1, std::memory_order_acq_rel);
}

bool measure(const Loop& loop, u64 units, unsigned harts) {
    unsigned taking_part = loop.on == On::EveryHart ? harts : 1;
    job = &loop;
    job_units = units / taking_part;
    arrived = finished = instructions = 0;
    if (loop.prepare != nullptr) {
        loop.prepare();
    }
    print("S ");
    print(loop.name);
    print("\n");
    for (unsigned hart = 1; hart < taking_part; ++hart) {
        wake(hart);
    }
    take_part(taking_part);
    while (finished.load(std::memory_order_acquire) != taking_part) {
    }
    print("E ");
    print(loop.name);
    print(" ");
    print(instructions.load(std::memory_order_relaxed));
    print(" ");
    print(job_units * taking_part);
    print("\n");
    bool right = loop.counter == nullptr || loop.counter() == job_units * taking_part;
    if (!right) {
        print("WRONG counter\n");
    }
    return right;
}

[[noreturn]] void run_selected(const BootInformation& boot) {
    Text wanted = argument(boot.arguments, "loop");
    const u64 repeat = number(argument(boot.arguments, "repeat"), 1);
    const Text units = argument(boot.arguments, "units");
    bool right = true, any = false;
    for (auto loops :
         {compute_loops(), memory_loops(), system_loops(), translation_loops(), shared_loops()}) {
        for (const Loop& loop : loops) {
            if (wanted.length != 0 && !(wanted == loop.name)) {
                continue;
            }
            any = true;
            right = measure(loop, number(units, loop.units) * repeat, boot.harts) && right;
        }
    }
    if (!any) {
        print("there is no such loop\n");
    }
    power_off(any && right ? passed : failed);
}

}  // namespace

extern "C" void hart_main(unsigned hart, const u8* device_tree) {
    BootInformation boot = read_device_tree(device_tree);
    if (hart == 0) {
        run_selected(boot);
    }
    for (;;) {
        sleep_until_woken(hart);
        take_part(boot.harts);
    }
}

extern "C" void report_trap(u64 cause, u64 pc, u64 value) {
    print("unexpected trap: mcause ");
    print(cause);
    print(" mepc ");
    print(pc);
    print(" mtval ");
    print(value);
    print("\n");
    power_off(failed);
}

}  // namespace bench_guest
