// Harts in supervisor mode against one in machine mode that changes the page table under them.
#include "harts/tests/several_harts/guest/guest.h"

namespace several_harts {
namespace {

constexpr u64 v = 0x01, r = 0x02, w = 0x04, x = 0x08, g = 0x20, a = 0x40, d = 0x80;
constexpr u64 page_size = 4096;
constexpr u64 window = 0x1000;             // the page whose PTE is changed
constexpr u64 large_window = 0x4000'0000;  // the same, of 2 MiB
constexpr u64 large_frames = 0x8100'0000;  // four frames of 2 MiB

struct alignas(page_size) Table {
    u64 entries[512];
};
Table root, middle, last, large_middle;
struct alignas(page_size) Frame {
    u64 words[512];
};
Frame frames[8];
alignas(64) u64 done;
alignas(64) u64 acknowledged;

constexpr u64 pte_of(u64 physical, u64 flags) { return physical >> 12 << 10 | flags; }
u64 pte_of(const void* physical, u64 flags) {
    return pte_of(reinterpret_cast<u64>(physical), flags);
}

void map_everything() {
    root.entries[2] = pte_of(0x8000'0000, v | r | w | x | g | a | d);  // RAM where it is, 1 GiB
    root.entries[0] = pte_of(&middle, v);
    middle.entries[0] = pte_of(&last, v);
    root.entries[1] = pte_of(&large_middle, v);
}
u64 satp_of(u64 hart) {
    return u64{8} << 60 | (hart + 1) << 44 | reinterpret_cast<u64>(&root) >> 12;
}

bool is_done() { return __atomic_load_n(&done, __ATOMIC_ACQUIRE) != 0; }

u64 behind(u64 pc) { return pc + ((*reinterpret_cast<const u16*>(pc) & 3) == 3 ? 4 : 2); }

u64 skip_page_faults(u64 cause, u64 pc, u64 address) {
    if ((cause != 13 && cause != 15) || address / page_size != window / page_size) {
        return 0;
    }
    results[hart_id()].values[1] += 1;
    return behind(pc);
}

// --- walker_races --------------------------------------------------------------------------------

// What stands in the PTE in round `number`, and which of its bits a walker may add.
struct Planned {
    u64 pte;
    u64 may_add;
};
Planned planned(u64 number) {
    const Frame& frame = frames[number / 4 % 8];
    switch (number % 4) {
    case 0: return {pte_of(&frame, v | r | w), a | d};
    case 1: return {number << 10 | r | w, 0};   // V clear: nobody's but software's
    case 2: return {pte_of(&frame, v | r), a};  // read-only: never dirty
    default: return {pte_of(&frame, v | r | w | a), d};
    }
}

// The old PTE, by an AMO or a reservation in turns of a thousand: the table's page is then marked,
// and walkers update it slowly.
u64 replace(u64& pte, u64 to, u64 number) {
    if (number / 1000 % 2 == 0) {
        return __atomic_exchange_n(&pte, to, __ATOMIC_ACQ_REL);
    }
    u64 old;
    do {
        old = load_reserved_d(pte);
    } while (!store_conditional_d(pte, to));
    return old;
}

void replace_ptes() {
    u64& pte = last.entries[window / page_size];
    u64 wrong = 0, touched = 0;
    for (u64 number = 1; number <= parameters.rounds; ++number) {
        const Planned before = planned(number - 1);
        for (u64 wait = 0; wait < number % 16; ++wait) {
            asm volatile("");
        }
        const u64 old = replace(pte, planned(number).pte, number);
        const u64 added = old ^ before.pte;
        const bool dirty_alone = (old & v) != 0 && (old & (a | d)) == d;
        wrong += (added & ~before.may_add) != 0 || dirty_alone;
        touched += added != 0;
    }
    results[0].values[0] = wrong;
    results[0].values[1] = touched;
    __atomic_store_n(&done, 1, __ATOMIC_RELEASE);
}

}  // namespace

void walker_races(u64 hart) {
    if (hart == 0) {
        map_everything();
        last.entries[window / page_size] = planned(0).pte;
        trap_handler = skip_page_faults;
    }
    meet();
    if (hart == 0) {
        replace_ptes();
        return;
    }
    enter_supervisor(satp_of(hart));
    u64 accesses = 0;
    while (!is_done()) {
        u64 value;
        asm volatile("ld %0, 0(%1)" : "=r"(value) : "r"(window) : "memory");
        asm volatile("sfence.vma %0, zero" ::"r"(window) : "memory");
        asm volatile("sd %0, 0(%0)" ::"r"(window) : "memory");
        asm volatile("sfence.vma" ::: "memory");
        accesses += 2;
    }
    results[hart].values[0] = accesses;
}

// --- shootdown -----------------------------------------------------------------------------------

namespace {

constexpr u64 good = 0x600d'600d'600d'600d, poison = 0xdead'dead'dead'dead;
constexpr u64 large_offset = 0x5'0000;  // of the words looked at in the large frames

u64& large_word(u64 frame, u64 n) {
    return *reinterpret_cast<u64*>(large_frames + (frame << 21) + large_offset + 8 * n);
}

// The four forms of sfence.vma, each of them enough for the change it follows.
void fence_translations(u64 form, u64 asid) {
    const u64 inside_large = large_window + 0x10'0000;
    switch (form % 4) {
    case 0: asm volatile("sfence.vma" ::: "memory"); break;
    case 1:
        asm volatile("sfence.vma %0, zero\n sfence.vma %1, zero" ::"r"(window), "r"(inside_large)
                     : "memory");
        break;
    case 2: asm volatile("sfence.vma zero, %0" ::"r"(asid) : "memory"); break;
    default:
        asm volatile("sfence.vma %0, %2\n sfence.vma %1, %2" ::"r"(window), "r"(inside_large),
                     "r"(asid)
                     : "memory");
    }
}

alignas(64) u64 current_round;

u64 fence_on_interrupt(u64 cause, u64 pc, u64) {
    if (cause != software_interrupt) {
        return 0;
    }
    const u64 hart = hart_id();
    acknowledge(hart);
    fence_translations(load(current_round) + hart, hart + 1);
    __atomic_fetch_add(&acknowledged, 1, __ATOMIC_ACQ_REL);
    return pc;
}

void map_round(u64 round) {
    last.entries[window / page_size] = pte_of(&frames[round % 4], v | r | w | a | d);
    large_middle.entries[0] = pte_of(large_frames + (round % 4 << 21), v | r | w | a | d);
}

void prepare(u64 round, u64 value) {
    for (u64 n = 0; n < 2; ++n) {
        store(frames[round % 4].words[n], value);
        store(large_word(round % 4, n), value);
    }
}

// Words of the frame of `round` that are not poison though every hart has been told.
u64 stored_after_shootdown(u64 round) {
    u64 wrong = 0;
    for (u64 n = 0; n < 2; ++n) {
        wrong += load(frames[round % 4].words[n]) != poison;
        wrong += load(large_word(round % 4, n)) != poison;
    }
    return wrong;
}

void move_frames() {
    u64 wrong = 0;
    for (u64 round = 1; round <= parameters.rounds; ++round) {
        store(current_round, round);
        prepare(round, good);
        write_fence();
        map_round(round);
        full_fence();
        for (u64 other = 1; other < parameters.harts; ++other) {
            interrupt(other);
        }
        while (__atomic_load_n(&acknowledged, __ATOMIC_ACQUIRE) < round * (parameters.harts - 1)) {
        }
        prepare(round - 1, poison);
        for (u64 wait = 0; wait < 300; ++wait) {
            asm volatile("");
        }
        wrong += stored_after_shootdown(round - 1);
    }
    results[0].values[0] = wrong;
    __atomic_store_n(&done, 1, __ATOMIC_RELEASE);
}

}  // namespace

void shootdown(u64 hart) {
    if (hart == 0) {
        map_everything();
        prepare(0, good);
        map_round(0);
        trap_handler = fence_on_interrupt;
    }
    meet();
    if (hart == 0) {
        move_frames();
        return;
    }
    asm volatile("csrw mie, %0" ::"r"(8));
    enter_supervisor(satp_of(hart));  // below machine mode its interrupts are always enabled
    u64 old = 0, accesses = 0;
    while (!is_done()) {
        constexpr u64 places[] = {window, large_window + large_offset};
        for (const u64 at : places) {
            u64 value;
            asm volatile("ld %0, 0(%1)" : "=r"(value) : "r"(at) : "memory");
            asm volatile("sd %0, 8(%1)" ::"r"(good), "r"(at) : "memory");
            old += value != good;
            ++accesses;
        }
    }
    results[hart].values[0] = old;
    results[hart].values[1] = accesses;
}

}  // namespace several_harts
