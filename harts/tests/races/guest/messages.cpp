// Hart 0 writes letters and raises a flag for each; the others wait for the flag and read. A new
// place each round, so that nothing orders one round after another.
#include "harts/tests/races/guest/guest.h"

namespace races {
namespace {

struct alignas(64) Letter {
    u64 words[2] = {};
    u32 flag = 0;   // raised once
    u32 other = 0;  // an atomic beside the flag that has nothing to do with the letter
} letters[most_rounds];

MARKED void write_letter(Letter& letter, u64 value) {
    letter.words[0] = value;
    letter.words[1] = ~value;
    compiler_barrier();
}

// Whether it is whole.
MARKED u64 read_letter(const Letter& letter, u64 value) {
    return plain_load(letter.words[0]) == value && plain_load(letter.words[1]) == ~value;
}

// `send(letter, value)` writes the letter and raises its flag; `await(letter)` returns when it is
// up; returns letters that were whole.
template <class Send, class Await>
u64 exchange_letters(u64 hart, Send send, Await await) {
    u64 whole = 0;
    meet();
    for (u64 round = 0; round < rounds_in_places(); ++round) {
        if (hart == 0) {
            send(letters[round], round + 1);
        } else {
            await(letters[round]);
            whole += read_letter(letters[round], round + 1);
        }
    }
    meet();
    return whole;
}
void expect_all_whole(u64 hart, u64 whole) {
    expect_equal(whole, hart == 0 ? 0 : rounds_in_places());
}

void await_acquiring(const Letter& letter) {
    while (__atomic_load_n(&letter.flag, __ATOMIC_ACQUIRE) == 0) {
    }
}
void await_plainly(const Letter& letter) {
    while (plain_load(letter.flag) == 0) {
    }
}
void await_relaxed(const Letter& letter) {
    while (relaxed_load(letter.flag) == 0) {
    }
}
void await_swapping(Letter& letter) {
    while (__atomic_fetch_or(&letter.flag, 0, __ATOMIC_RELAXED) == 0) {
    }
    acquire_fence();
}

}  // namespace

void letter_behind_release_store(u64 hart) {
    const u64 whole = exchange_letters(
        hart,
        [](Letter& letter, u64 value) {
            write_letter(letter, value);
            __atomic_store_n(&letter.flag, 1, __ATOMIC_RELEASE);
        },
        await_acquiring);
    expect_all_whole(hart, whole);
}

void letter_without_fences(u64 hart) {
    exchange_letters(
        hart,
        [](Letter& letter, u64 value) {
            write_letter(letter, value);
            plain_store(letter.flag, 1u);
        },
        await_plainly);
}

// The wrong kind of fence: earlier stores may still come after the flag.
void letter_behind_read_fence(u64 hart) {
    exchange_letters(
        hart,
        [](Letter& letter, u64 value) {
            write_letter(letter, value);
            read_fence();
            relaxed_store(letter.flag, 1);
        },
        await_acquiring);
}
// The wrong kind on the other side: the letter may have been read before the flag.
void letter_read_before_write_fence(u64 hart) {
    exchange_letters(
        hart,
        [](Letter& letter, u64 value) {
            write_letter(letter, value);
            __atomic_store_n(&letter.flag, 1, __ATOMIC_RELEASE);
        },
        [](const Letter& letter) {
            await_relaxed(letter);
            write_fence();
        });
}

// fence.tso orders all but a store before a later load: enough on both sides.
void letter_between_tso_fences(u64 hart) {
    const u64 whole = exchange_letters(
        hart,
        [](Letter& letter, u64 value) {
            write_letter(letter, value);
            tso_fence();
            plain_store(letter.flag, 1u);
        },
        [](const Letter& letter) {
            await_plainly(letter);
            tso_fence();
        });
    expect_all_whole(hart, whole);
}

// A release fence takes along what was written before it, and nothing that is written between it
// and the relaxed swap.
void letter_before_release_fence_of_swap(u64 hart) {
    const u64 whole = exchange_letters(
        hart,
        [](Letter& letter, u64 value) {
            write_letter(letter, value);
            release_fence();
            relaxed_swap(letter.flag, 1);
        },
        await_swapping);
    expect_all_whole(hart, whole);
}
void letter_after_release_fence_of_swap(u64 hart) {
    exchange_letters(
        hart,
        [](Letter& letter, u64 value) {
            release_fence();
            write_letter(letter, value);
            relaxed_swap(letter.flag, 1);
        },
        await_swapping);
}

// The fences around a sequentially consistent access order what stands before it with every later
// store, too: by C++'s rules these letters race with their readers, by RVWMO's they do not.
void letter_before_ordered_load_and_unrelated_store(u64 hart) {
    const u64 whole = exchange_letters(
        hart,
        [](Letter& letter, u64 value) {
            write_letter(letter, value);
            (void)__atomic_load_n(&letter.other, __ATOMIC_SEQ_CST);
            plain_store(letter.flag, 1u);
        },
        await_acquiring);
    expect_all_whole(hart, whole);
}
void letter_before_ordered_store_and_unrelated_store(u64 hart) {
    const u64 whole = exchange_letters(
        hart,
        [](Letter& letter, u64 value) {
            write_letter(letter, value);
            __atomic_store_n(&letter.other, 1, __ATOMIC_SEQ_CST);
            plain_store(letter.flag, 1u);
        },
        await_acquiring);
    expect_all_whole(hart, whole);
}

// xv6's way to let the other harts start: plain accesses to a flag, a full fence beside each.
// Nobody meets before.
namespace {

alignas(64) u32 started;
Letter first_letter;

template <class Fence>
void start_others(u64 hart, Fence fence) {
    if (hart == 0) {
        write_letter(first_letter, 42);
        fence();
        plain_store(started, 1u);
    } else {
        while (plain_load(started) == 0) {
        }
        fence();
        expect_equal(read_letter(first_letter, 42), 1);
    }
}

}  // namespace

void started_flag_with_full_fences(u64 hart) {
    start_others(hart, [] { __sync_synchronize(); });
}
void started_flag_without_fences(u64 hart) {
    start_others(hart, [] { compiler_barrier(); });
}

// Each hart gets memory that hart 0 has prepared, by a start flag of its own, and gives it back at
// the end.
namespace {

struct alignas(64) Boot {
    u64 words[6] = {};
    u64 start = 0;
} boots[most_harts];

void prepare(Boot& boot, u64 number) {
    for (u64 n = 0; n < 6; ++n) {
        boot.words[n] = number * 6 + n;
    }
}

}  // namespace

void memory_for_a_hart_started_later(u64 hart) {
    if (hart == 0) {
        for (u64 other = 1; other < parameters.harts; ++other) {
            prepare(boots[other], other);
            __atomic_store_n(&boots[other].start, 1, __ATOMIC_RELEASE);
        }
    } else {
        while (__atomic_load_n(&boots[hart].start, __ATOMIC_ACQUIRE) == 0) {
        }
        for (u64 n = 0; n < 6; ++n) {
            boots[hart].words[n] += 1;
        }
    }
    meet();
    for (u64 other = 1; hart == 0 && other < parameters.harts; ++other) {
        expect_equal(boots[other].words[5], other * 6 + 6);
    }
}

}  // namespace races
