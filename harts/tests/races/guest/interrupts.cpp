// Hart 0 writes a letter for another hart and interrupts it; that hart reads the letter in its
// interrupt handler. An interrupt behind a fence, with a fence before the reading, orders them; an
// interrupt alone does not: a store to a device may overtake stores to memory.
#include "harts/tests/races/guest/guest.h"

namespace races {
namespace {

struct alignas(64) Letterbox {
    u64 words[2] = {};
    u64 handled = 0;  // interrupts; by the hart that it belongs to
} letterboxes[most_harts];
alignas(64) u64 answers;

void device_store(u64 address, u32 value) { *reinterpret_cast<volatile u32*>(address) = value; }
void raise_interrupt(u64 hart) { device_store(0x0200'0000 + 4 * hart, 1); }
void lower_interrupt(u64 hart) { device_store(0x0200'0000 + 4 * hart, 0); }

MARKED void write_parcel(Letterbox& box, u64 value) {
    box.words[0] = value;
    box.words[1] = ~value;
    compiler_barrier();
}
MARKED u64 read_parcel(const Letterbox& box) {
    return plain_load(box.words[0]) ^ plain_load(box.words[1]);
}

void handle(u64 hart) {
    Letterbox& box = letterboxes[hart];
    expect_equal(read_parcel(box), ~u64{0});
    plain_store(box.handled, box.handled + 1);
    __atomic_fetch_add(&answers, 1, __ATOMIC_ACQ_REL);  // the letterbox may be filled again
}

void handle_behind_fence(u64 hart) {
    lower_interrupt(hart);
    device_fence();
    handle(hart);
}
void handle_at_once(u64 hart) {
    lower_interrupt(hart);
    handle(hart);
}
// A monitor's part: the interrupt goes on to supervisor mode. Nothing is ordered here.
void forward(u64 hart) {
    lower_interrupt(hart);
    asm volatile("csrs mip, %0" ::"r"(2));
}
void handle_forwarded(u64 hart) {
    asm volatile("csrc sip, %0" ::"r"(2));
    device_fence();
    handle(hart);
}

template <class Fence>
void send_to_all(Fence fence) {
    for (u64 round = 0; round < parameters.rounds; ++round) {
        for (u64 other = 1; other < parameters.harts; ++other) {
            write_parcel(letterboxes[other], round * parameters.harts + other);
            fence();
            raise_interrupt(other);
        }
        while (__atomic_load_n(&answers, __ATOMIC_ACQUIRE) !=
               (round + 1) * (parameters.harts - 1)) {
        }
    }
}

template <class Fence>
void interrupt_with_letters(u64 hart, InterruptHandler in_machine, InterruptHandler in_supervisor,
                            Fence fence) {
    interrupt_handlers[hart] = {in_machine, in_supervisor};
    meet();
    if (hart == 0) {
        send_to_all(fence);
        return;
    }
    asm volatile("csrw sie, %0\n csrsi sstatus, 2" ::"r"(2) : "memory");
    while (plain_load(letterboxes[hart].handled) != parameters.rounds) {
    }
    asm volatile("csrci sstatus, 2" ::: "memory");
}

// Passed by a flag; between what makes the flag's store a release and that store an interrupt is
// taken.
struct alignas(64) Notice {
    u64 words[2] = {};
    u64 beside = 0;
    u32 flag = 0;
} notices[most_rounds];

void take_back(u64) { asm volatile("csrc sip, %0" ::"r"(2)); }

template <class Raise, class Await>
void pass_notices(u64 hart, Raise raise, Await await) {
    interrupt_handlers[hart] = {nullptr, take_back};
    meet();
    asm volatile("csrw sie, %0\n csrsi sstatus, 2" ::"r"(2) : "memory");
    for (u64 round = 0; round < rounds_in_places(); ++round) {
        Notice& notice = notices[round];
        if (hart == 0) {
            notice.words[0] = round + 1;
            notice.words[1] = ~notice.words[0];
            raise(notice);
        } else {
            await(notice);
            expect_equal(plain_load(notice.words[0]) ^ plain_load(notice.words[1]), ~u64{0});
        }
    }
    asm volatile("csrci sstatus, 2" ::: "memory");
    meet();
}

}  // namespace

void notice_with_interrupt_between_fence_and_store(u64 hart) {
    pass_notices(
        hart,
        [](Notice& notice) {
            asm volatile("fence rw, w\n csrsi sip, 2\n sw %1, %0"
                         : "=A"(notice.flag)
                         : "r"(1)
                         : "memory");
        },
        [](const Notice& notice) {
            while (plain_load(notice.flag) == 0) {
            }
            acquire_fence();
        });
}
// The store between ends what the fence alone would do.
void notice_with_interrupt_between_hint_and_store(u64 hart) {
    pass_notices(
        hart,
        [](Notice& notice) {
            release_fence();
            plain_store(notice.beside, u64{1});
            asm volatile("slti x0, x0, 0x705\n csrsi sip, 2\n sw %1, %0"
                         : "=A"(notice.flag)
                         : "r"(1)
                         : "memory");
        },
        [](const Notice& notice) {
            while (relaxed_load(notice.flag) == 0) {
            }
            acquire_fence();
        });
}

void ordered_by_machine_interrupt(u64 hart) {
    interrupt_with_letters(hart, handle_behind_fence, nullptr, device_fence);
}
void ordered_by_supervisor_interrupt(u64 hart) {
    interrupt_with_letters(hart, forward, handle_forwarded, device_fence);
}
void ordered_by_interrupt_without_fences(u64 hart) {
    interrupt_with_letters(hart, handle_at_once, nullptr, compiler_barrier);
}

}  // namespace races
