// A process: what runs, sleeps, has children, files and an address space. Processes live in a
// static array and their slots are reused; a pointer to one never dangles, but may come to mean
// another process unless a lock below holds it.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>

#include "kernel/abi/system_calls.h"
#include "kernel/base/list.h"
#include "kernel/base/relaxed.h"
#include "kernel/base/spinlock.h"
#include "kernel/mm/space.h"
#include "kernel/proc/priority.h"

namespace kernel {

struct FileTable;
struct TrapFrame;

inline constexpr std::uint32_t max_processes = 640;
inline constexpr std::size_t kernel_stack_size = 8192;  // bytes, the trap frame at its top included
inline constexpr int process_name_size = 16;

enum class RunState : std::uint32_t { unused = 0, made, runnable, running, sleeping, zombie };

// The callee-saved registers of a kernel context that does not run (switch.S knows the layout).
struct SwitchContext {
    std::uint64_t ra = 0, sp = 0;
    std::array<std::uint64_t, 12> s{};
};

struct alignas(64) Process {
    // Scheduling: written by whoever makes it run, stop or wake.
    Spinlock<Rank::process> lock{"process"};
    RunState state GUARDED_BY(lock) = RunState::unused;
    const void* channel GUARDED_BY(lock) = nullptr;  // what it sleeps on
    std::uint32_t hart GUARDED_BY(lock) =
        0;  // that it runs on or ran on last, whose caches and frames it has
    std::uint64_t others_from = 0;  // while in a queue: the time from which other harts may take it
    Relaxed<std::uint32_t> killed;  // set once by a killer under `lock`; read by anyone
    ListLink queue_link;            // in a run queue (run_queue) or a sleep bucket (sleep_bucket)
    SwitchContext context;          // its own while it runs, else `lock`
    // Under `pbs` only. Written under `lock`, and while it is in a queue under that one's lock too;
    // read under either.
    alignas(64) Priority priority;

    // Identity and the process's own: set before it first runs, later touched only by the process
    // itself.
    alignas(64) std::uint32_t pid =
        0;  // written under `lock` when the slot is taken; 0: it never was
    std::array<char, process_name_size> name{};
    AddressSpace space;
    std::uint64_t size = 0;           // bytes: end of the heap, xv6's sz
    TrapFrame* trap_frame = nullptr;  // at the top of the kernel stack
    std::byte* kernel_stack = nullptr;
    FileTable* files = nullptr;  // what it has open, and its working directory

    // Family: `family` guards the list and every child's sibling_link, exit_status and `dead`.
    alignas(64) Spinlock<Rank::family> family{"family"};
    // Written under the `family` of the parent it names, or under the old parent's (null: on its
    // way to a new one). The child reads it to find that lock: acquire, so that the parent is
    // whole.
    std::atomic<Process*> parent{nullptr};
    ListLink sibling_link;
    List<Process, &Process::sibling_link> children GUARDED_BY(family);
    int exit_status = 0;
    bool dead = false;
};

// The process that runs on this CPU. Only in a process's own context (system calls, faults), never
// in an interrupt's.
Process& current_process();

// Sleeps until wake_up(channel). `lock` is held before and after, and released meanwhile: no
// wake-up between the caller's check and the sleep is lost. May return early (always at once when
// the process was killed): call it in a loop that tests its condition and is_killed().
void sleep_on(const void* channel, SpinlockBase& lock) REQUIRES(lock);

// Makes every process that sleeps on `channel` runnable. Locks of ranks before Rank::sleep_bucket
// may be held.
void wake_up(const void* channel);

// Whether somebody killed the process; it then ends at its next return to user mode, and sleeping
// calls give Error::killed.
inline bool is_killed(const Process& process) { return process.killed.load() != 0; }

}  // namespace kernel
