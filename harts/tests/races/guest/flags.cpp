// A plain flag behind a fence, and letters behind that: hart 0 writes letters and raises a flag for
// each; the others wait for the flag and read. RVWMO orders by a fence what stands anywhere before
// it with what stands anywhere behind it, so what lies between fence and flag must not matter.
#include "harts/tests/races/guest/guest.h"

namespace races {
namespace {

struct alignas(64) Envelope {
    u64 words[2] = {};
    u32 flag = 0;  // raised once
} envelopes[most_rounds];

MARKED void fill_envelope(Envelope& letter, u64 value) {
    letter.words[0] = value;
    letter.words[1] = ~value;
    compiler_barrier();
}
MARKED u64 open_envelope(const Envelope& letter) {
    return plain_load(letter.words[0]) ^ plain_load(letter.words[1]);
}

// Instructions that touch no memory.
template <unsigned count>
void pass_time() {
    asm volatile(".rept %0\n nop\n .endr" ::"i"(count));
}

[[gnu::noinline]] void fence_elsewhere() {
    full_fence();
    compiler_barrier();
}

// A function with stores and loads of its own, on its stack and off it.
struct alignas(64) Work {
    u64 done[2] = {};
} work[most_harts];
[[gnu::noinline]] void work_a_while(u64 hart) {
    for (u64 n = 0; n < 20; ++n) {
        plain_store(work[hart].done[n % 2], plain_load(work[hart].done[0]) + n);
    }
}

void raise(Envelope& letter) { plain_store(letter.flag, 1u); }
void await(const Envelope& letter) {
    while (plain_load(letter.flag) == 0) {
    }
}

// `raise(letter)` and `await(letter)` stand between the letter's writing and its reading.
template <class Raise, class Await>
void pass_letters(u64 hart, Raise raise, Await await) {
    meet();
    for (u64 round = 0; round < rounds_in_places(); ++round) {
        Envelope& letter = envelopes[round];
        if (hart == 0) {
            fill_envelope(letter, round + 1);
            raise(letter);
        } else {
            await(letter);
            expect_equal(open_envelope(letter), ~u64{0});
        }
    }
    meet();
}
// Where they race, what is read may be anything.
template <class Raise, class Await>
void pass_racing_letters(u64 hart, Raise raise, Await await) {
    meet();
    for (u64 round = 0; round < rounds_in_places(); ++round) {
        Envelope& letter = envelopes[round];
        if (hart == 0) {
            raise(letter, round + 1);
        } else {
            await(letter);
            (void)open_envelope(letter);
        }
    }
    meet();
}

void raise_behind_fence(Envelope& letter) {
    full_fence();
    raise(letter);
}
void await_before_fence(const Envelope& letter) {
    await(letter);
    full_fence();
}
template <unsigned instructions>
void raise_far_behind_fence(Envelope& letter) {
    full_fence();
    pass_time<instructions>();
    raise(letter);
}
template <unsigned instructions>
void await_far_before_fence(const Envelope& letter) {
    await(letter);
    pass_time<instructions>();
    full_fence();
}

}  // namespace

void plain_flag_6_instructions_behind_fence(u64 hart) {
    pass_letters(hart, raise_far_behind_fence<6>, await_before_fence);
}
void plain_flag_40_instructions_behind_fence(u64 hart) {
    pass_letters(hart, raise_far_behind_fence<40>, await_before_fence);
}
void plain_flag_4_instructions_before_fence(u64 hart) {
    pass_letters(hart, raise_behind_fence, await_far_before_fence<4>);
}
void plain_flag_40_instructions_before_fence(u64 hart) {
    pass_letters(hart, raise_behind_fence, await_far_before_fence<40>);
}
void plain_flag_and_fences_in_functions(u64 hart) {
    pass_letters(
        hart,
        [](Envelope& letter) {
            fence_elsewhere();
            raise(letter);
        },
        [](const Envelope& letter) {
            await(letter);
            fence_elsewhere();
        });
}
void plain_flag_and_other_work_between(u64 hart) {
    pass_letters(
        hart,
        [](Envelope& letter) {
            fence_elsewhere();
            work_a_while(0);
            raise(letter);
        },
        [hart](const Envelope& letter) {
            await(letter);
            work_a_while(hart);
            fence_elsewhere();
        });
}
void plain_flag_awaited_with_pauses(u64 hart) {
    pass_letters(hart, raise_far_behind_fence<40>, [](const Envelope& letter) {
        while (plain_load(letter.flag) == 0) {
            asm volatile(".insn i 0x0f, 0, x0, x0, 0x010" ::: "memory");  // pause
        }
        fence_elsewhere();
    });
}
// As compilers without optimisation have it: the flag's address is loaded anew for each look.
void plain_flag_by_way_of_a_pointer(u64 hart) {
    pass_letters(hart, raise_far_behind_fence<40>, [](const Envelope& letter) {
        const Envelope* volatile way = &letter;
        while (plain_load(way->flag) == 0) {
        }
        fence_elsewhere();
    });
}

// Who waits has nothing to wait for: all flags are up when the first is looked at.
namespace {

void sleep_before_first(const Envelope& letter) {
    for (u64 n = 0; &letter == envelopes && n < 40 * rounds_in_places(); ++n) {
        pass_time<20>();
    }
}

}  // namespace

void plain_flag_raised_before_anybody_waits(u64 hart) {
    pass_letters(hart, raise_far_behind_fence<40>, [](const Envelope& letter) {
        sleep_before_first(letter);
        await_far_before_fence<40>(letter);
    });
}
void plain_flag_raised_without_fence_before_anybody_waits(u64 hart) {
    pass_racing_letters(
        hart,
        [](Envelope& letter, u64 value) {
            fill_envelope(letter, value);
            raise(letter);
        },
        [](const Envelope& letter) {
            sleep_before_first(letter);
            await_far_before_fence<40>(letter);
        });
}
// Fences before the letter and behind the flag: neither is between.
void plain_flag_raised_between_fences_before_anybody_waits(u64 hart) {
    pass_racing_letters(
        hart,
        [](Envelope& letter, u64 value) {
            full_fence();
            pass_time<40>();
            fill_envelope(letter, value);
            raise(letter);
            full_fence();
        },
        [](const Envelope& letter) {
            sleep_before_first(letter);
            await_far_before_fence<40>(letter);
        });
}

void plain_flag_without_writers_fence(u64 hart) {
    pass_racing_letters(
        hart,
        [](Envelope& letter, u64 value) {
            fill_envelope(letter, value);
            pass_time<40>();
            raise(letter);
        },
        await_far_before_fence<40>);
}
void plain_flag_without_readers_fence(u64 hart) {
    pass_racing_letters(
        hart,
        [](Envelope& letter, u64 value) {
            fill_envelope(letter, value);
            raise_far_behind_fence<40>(letter);
        },
        [](const Envelope& letter) {
            await(letter);
            pass_time<40>();
        });
}
void plain_flag_with_fence_before_letter(u64 hart) {
    pass_racing_letters(
        hart,
        [](Envelope& letter, u64 value) {
            full_fence();
            pass_time<40>();
            fill_envelope(letter, value);
            raise(letter);
        },
        await_far_before_fence<40>);
}

// Words that stand between fences as flags do, and that nobody waits for.
namespace {

alignas(64) u64 counter;
alignas(64) u64 figure;

MARKED void count_up() { plain_store(counter, plain_load(counter) + 1); }
MARKED void set_figure(u64 value) { plain_store(figure, value); }
MARKED u64 look_at_figure() { return plain_load(figure); }

template <class Work>
void work_between_fences(u64 hart, Work work) {
    meet();
    for (u64 round = 0; round < parameters.rounds; ++round) {
        fence_elsewhere();
        pass_time<40>();
        work(hart);
        pass_time<40>();
        fence_elsewhere();
    }
    meet();
}

}  // namespace

void counter_between_fences(u64 hart) {
    work_between_fences(hart, [](u64) { count_up(); });
}
void figure_read_between_fences(u64 hart) {
    work_between_fences(hart, [](u64 own) { own == 0 ? set_figure(own) : (void)look_at_figure(); });
}

}  // namespace races
