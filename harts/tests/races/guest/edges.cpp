// Each hart in its turn writes one word, does something that the emulator itself has to order (a
// device, a translation, a reservation, code), and passes the turn on. The turn is passed by
// relaxed atomics: so the writes come one after the other in time, with nothing of the guest's that
// orders them, and only an order that the emulator lends them could hide the race.
#include "harts/tests/races/guest/guest.h"

namespace races {
namespace {

alignas(64) u64 turn;

// The word stands in the page, and in the line, of what reservations are made of.
struct alignas(4096) Shared {
    u64 word = 0;
    u64 reserved = 0;
    alignas(64) u64 reserved_by[most_harts][8] = {};
} shared;

MARKED void write_word(u64 value) {
    shared.word = value;
    compiler_barrier();
}

template <class Between>
void take_turns(u64 hart, Between between) {
    meet();
    for (u64 round = 0; round < parameters.rounds; ++round) {
        const u64 own = round * parameters.harts + hart;
        while (relaxed_load(turn) != own) {
        }
        between(own);  // after the one before has done the same
        write_word(own);
        between(own);
        relaxed_add(turn, 1);
    }
}

}  // namespace

void ordered_by_turns_alone(u64 hart) {
    take_turns(hart, [](u64) {});
}

void ordered_by_console(u64 hart) {
    take_turns(hart, [](u64) {
        auto* const uart = reinterpret_cast<volatile u8*>(0x1000'0000);
        while ((uart[5] & 0x20) == 0) {
        }
        uart[0] = '.';
    });
}

// A tick or two later. Interrupts are disabled: wfi ends when one is pending, nothing is taken.
void ordered_by_wfi_and_timer(u64 hart) {
    asm volatile("csrw sie, %0" ::"r"(0x20));
    take_turns(hart, [](u64) {
        u64 now, pending;
        asm volatile("csrr %0, time" : "=r"(now));
        asm volatile("csrw 0x14d, %0" ::"r"(now + 20));  // stimecmp
        do {
            asm volatile("wfi\n csrr %0, sip" : "=r"(pending)::"memory");
        } while ((pending & 0x20) == 0);
        asm volatile("csrw 0x14d, %0" ::"r"(~u64{0}));
    });
}

// Reservations without aq and rl: one word that all reserve, beside the word that is written, and
// one of each hart's own.
void ordered_by_reservations(u64 hart) {
    const auto add = [](u64& to) {
        u64 sum, failed;
        asm volatile("1: lr.d %0, %2\n addi %0, %0, 1\n sc.d %1, %0, %2\n bnez %1, 1b"
                     : "=&r"(sum), "=&r"(failed), "+A"(to)
                     :
                     : "memory");
    };
    take_turns(hart, [&](u64) {
        add(shared.reserved);
        add(shared.reserved_by[hart][0]);
    });
}

// --- code ----------------------------------------------------------------------------------------

namespace {

// A page of code, a line for each hart: its own function.
alignas(4096) u32 code[most_harts][16];

}  // namespace

void ordered_by_new_code(u64 hart) {
    take_turns(hart, [hart](u64 own) {
        const u64 value = own % 1024;
        plain_store(code[hart][0], static_cast<u32>(value << 20 | 0x513));  // li a0, value
        plain_store(code[hart][1], 0x8067u);                                // ret
        asm volatile("fence.i" ::: "memory");
        expect_equal(reinterpret_cast<u64 (*)()>(code[hart])(), value);
    });
}

// --- translations --------------------------------------------------------------------------------

namespace {

constexpr u64 v = 0x01, r = 0x02, w = 0x04, x = 0x08, g = 0x20, a = 0x40, d = 0x80;

struct alignas(4096) Table {
    u64 entries[512];
};
Table root, middle, last;
Table frame;  // read through every page of the window
constexpr u64 window = 0x4000'0000;

constexpr u64 pte_of(u64 physical, u64 flags) { return physical >> 12 << 10 | flags; }

// RAM where it is, and a window of 512 pages whose A bits walkers set.
void map_window() {
    root.entries[0] = pte_of(0, v | r | w | a | d);  // devices
    root.entries[1] = pte_of(reinterpret_cast<u64>(&middle), v);
    root.entries[2] = pte_of(0x8000'0000, v | r | w | x | g | a | d);
    middle.entries[0] = pte_of(reinterpret_cast<u64>(&last), v);
    for (u64& entry : last.entries) {
        entry = pte_of(reinterpret_cast<u64>(&frame), v | r);
    }
}

}  // namespace

void ordered_by_tlb_misses(u64 hart) {
    if (hart == 0) {
        map_window();
    }
    meet();
    asm volatile(
        "csrw satp, %0\n sfence.vma" ::"r"(u64{8} << 60 | reinterpret_cast<u64>(&root) >> 12)
        : "memory");
    take_turns(hart, [](u64 own) {
        asm volatile("sfence.vma" ::: "memory");
        for (u64 page = 0; page < 512; page += 7) {  // by others too, but for the first time
            expect_equal(plain_load(*reinterpret_cast<const u64*>(window + page * 4096)), 0);
        }
        (void)plain_load(*reinterpret_cast<const u64*>(window + own % 512 * 4096));
    });
}

}  // namespace races
