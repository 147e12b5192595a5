// One hart: what only its own thread touches (HartState, the TLB, decoded code) and what others
// touch (HartShared).
#pragma once
#include <atomic>
#include <vector>

#include "harts/base/futex.h"
#include "harts/base/types.h"
#include "harts/core/code_page.h"
#include "harts/core/hart_events.h"
#include "harts/core/hart_watch.h"
#include "harts/core/observer.h"
#include "harts/core/stop_reason.h"
#include "harts/core/watched_writes.h"
#include "harts/memory/line_versions.h"
#include "harts/memory/revocation.h"
#include "harts/memory/tlb.h"

namespace stampede {

class MachineContext;

// CSRs that hold state. mip's other bits come from devices and timers; sstatus, sie and sip are
// views.
struct CsrFile {
    u64 mstatus = 0;
    // mip: the bits software may set: SSIP, STIP, SEIP
    u64 medeleg = 0, mideleg = 0, mie = 0, mip = 0;
    u64 mtvec = 0, mcounteren = 0, menvcfg = 0;
    u64 mscratch = 0, mepc = 0, mcause = 0, mtval = 0;
    u64 stvec = 0, scounteren = 0, senvcfg = 0;
    u64 sscratch = 0, sepc = 0, scause = 0, stval = 0, stimecmp = ~u64{0};
    u64 satp = 0;
    u64 mcycle_offset = 0, minstret_offset = 0;  // added to the instructions executed or retired
    u64 pmpcfg[16] = {}, pmpaddr[64] = {};       // kept, not enforced: everything is open
};

// The reservation of a load-reserved.
struct Reservation {
    bool valid = false;
    u8 size = 0;      // bytes
    u64 address = 0;  // virtual
    PhysAddr physical;
    u64 version = 0;                     // of the line, when it was read
    u32 failures = 0;                    // store-conditionals in a row that failed
    LineVersions::Word* held = nullptr;  // the line's lock, kept from LR to SC after many failures

    // Gives up a line lock kept since a load-reserved. The reservation stays: its version says
    // whether somebody stores from now on.
    void release_line() {
        if (held != nullptr) {
            LineVersions::unlock_unchanged(*held, version);
            held = nullptr;
        }
    }
};

struct Spin {
    u32 limit = 0;  // repetitions that make a spin; 0: not looked for
    u32 count = 0;
    u64 pc = 0;
    u64 address = 0;  // virtual; of the word waited for
    u64 value = 0;
};

struct HartState {
    u64 x[33] = {};  // x[32] takes writes to x0
    u64 pc = 0;
    i64 budget = 0;   // instructions left of this chunk; current on every slow path
    u64 page_va = 0;  // virtual address of `page`
    const Slot* slots = nullptr;
    CodePage* page = nullptr;  // where pc was last fetched from; null: to be looked up again
    TlbBank* data = nullptr;   // of loads and stores: by privilege (MPRV honoured), satp, SUM
    TlbBank* fetch = nullptr;
    Privilege mode = Privilege::Machine;
    bool attention =
        false;  // something that a run must look at before it goes on: interrupts, a stop
    bool stopping = false;  // `stop` tells why
    bool progress =
        false;  // has returned to U or used a device since the harness last cleared this
    StopReason stop = StopReason::Budget;
    u64 timer_lines = 0;  // MTIP and STIP as of the last look at the clock
    u64 executed = 0;     // instructions of earlier chunks
    i64 chunk = 0;        // what `budget` began with
    u64 trapped = 0;      // of those executed, the ones that did not retire
    u64 deaf_until = 0;   // interrupts wait until so many instructions have been executed
    u64 effects = 0;      // grows whenever something but registers changes on a slow path
    u64 checked =
        0;  // `executed` when the translations in use were last held against the page tables
    u32 event = 0;  // the guest call that StopReason::Event stands for
    HartId id;
    Reservation reservation;
    Spin spin;
    CsrFile csr;

    // Instructions executed since the machine started, trapped ones included.
    [[nodiscard]] u64 executed_now() const { return executed + static_cast<u64>(chunk - budget); }
    [[nodiscard]] u64 retired_now() const { return executed_now() - trapped; }
};

struct alignas(64) HartShared {
    SafePoint safe_point;  // its alarm is polled at every run end
    std::atomic<u64> lines{
        0};  // mip bits driven by devices; written by whoever drives them, read by the hart
    std::atomic<u32> stop_requested{
        0};                        // by the harness; the hart leaves run() with StopReason::Alarm
    std::atomic<u32> wake{0};      // futex of a hart in wfi: raised by whoever wants it awake
    std::atomic<u32> sleeping{0};  // by the hart: 1 while it may sleep on `wake`
    std::atomic<u64> instructions{
        0};  // retired, as of the last chunk; written by the hart, read for progress
    // Grows when the hart leaves the kernel, for user mode or into wfi, and when it comes back: odd
    // while it is outside. By the hart; release: who sees it outside sees what it did in the
    // kernel.
    std::atomic<u64> kernel_crossings{0};
    FutexLock stale_code_lock;
    // RAM pages whose decoded code must go; by storing harts
    std::vector<u64> stale_code GUARDED_BY(stale_code_lock);
};

struct Hart {
    HartState own;
    HartWatches watches;
    const u64 ram;             // host address of the machine's RAM
    bool asked_first = false;  // Observer::may_access() and may_fetch() are asked; set by whoever
                               // wants to be, as `watches`
    HartShared shared;
    MachineContext& machine;
    Tlb tlb;
    CodeCache code;
    WatchedWrites watched_writes;

    Hart(HartId id, MachineContext& machine);

    // Back to reset: M-mode, pc at `pc`, a0 = hart id, a1 = `device_tree`. Not while running.
    void reset(u64 pc, u64 device_tree);
    // What has been decoded is forgotten, and will be decoded for the machine's engine; nothing
    // that the guest could see changes. Not while running.
    void decode_anew();
    // mip as software sees it, with a fresh look at the clock; devices whose time has come hear of
    // it first.
    [[nodiscard]] u64 pending_interrupts();
    // … at mtime `now`.
    u64 pending_interrupts(u64 now);
    // Wakes the hart's thread if it sleeps in wfi. Any thread; async-signal-safe.
    void wake_up();
    // Whether a hart in wfi has something to do now.
    [[nodiscard]] bool wakeable() { return (pending_interrupts() & own.csr.mie) != 0; }
    // mtime past `after` when a timer interrupt or, by its own time, a device's may next come that
    // is enabled in mie; all ones: none.
    [[nodiscard]] u64 next_deadline(u64 after = 0) const;

    void leave_kernel() { pass_border(0); }
    void enter_kernel() { pass_border(1); }

    // Raises the alarm: the hart looks around at its next run end. Any thread.
    void alarm() { shared.safe_point.alarm.store(1, std::memory_order_seq_cst); }

private:
    void pass_border(u64 from) {
        // relaxed: only this hart writes it
        const u64 crossings = shared.kernel_crossings.load(std::memory_order_relaxed);
        if ((crossings & 1) == from) {
            shared.kernel_crossings.store(crossings + 1, std::memory_order_release);
        }
    }
};

// Picks the TLB banks that privilege, satp and mstatus ask for. After every change of one of them.
void select_banks(Hart& hart);

// Counts one more look at the same unchanged value; past the limit the hart stops with
// StopReason::Spin.
void note_spin(HartState& own, u64 pc, u64 address, u64 value);

}  // namespace stampede
