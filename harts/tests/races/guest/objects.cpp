// Objects that several harts share for a while: counted references, objects made by whoever comes
// first, snapshots that are read again until they fit.
#include "harts/tests/races/guest/guest.h"
#include "harts/tests/races/guest/locks.h"

namespace races {
namespace {

struct alignas(64) Object {
    u64 words[2] = {};
    u64 references = 0;
    u64 made = 0;  // address of the object; 0: not made yet
} objects[most_rounds];

MARKED u64 read_object(const Object& object) {
    return plain_load(object.words[0]) + plain_load(object.words[1]);
}

MARKED void destroy_object(Object& object) {
    object.words[0] = ~u64{0};
    object.words[1] = ~u64{0};
    compiler_barrier();
}

// Every hart has a reference to every object; `put(object)` gives it back and tells whether it was
// the last.
template <class Put>
void share_objects(u64 hart, Put put) {
    if (hart == 0) {
        for (Object& object : objects) {
            object.references = parameters.harts;
        }
    }
    meet();
    u64 sum = 0;
    for (u64 round = 0; round < rounds_in_places(); ++round) {
        sum += read_object(objects[round]);
        if (put(objects[round])) {
            destroy_object(objects[round]);
        }
    }
    expect_equal(sum, 0);  // nobody reads what is destroyed
    meet();
    for (u64 round = 0; hart == 0 && round < rounds_in_places(); ++round) {
        expect_equal(objects[round].words[1], ~u64{0});
    }
}

}  // namespace

void last_reference_with_acquire_and_release(u64 hart) {
    share_objects(hart, [](Object& object) {
        return __atomic_fetch_sub(&object.references, 1, __ATOMIC_ACQ_REL) == 1;
    });
}
void last_reference_with_acquire_fence(u64 hart) {
    share_objects(hart, [](Object& object) {
        if (__atomic_fetch_sub(&object.references, 1, __ATOMIC_RELEASE) != 1) {
            return false;
        }
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        return true;
    });
}
void last_reference_without_order(u64 hart) {
    share_objects(hart,
                  [](Object& object) { return relaxed_add(object.references, ~u64{0}) == 1; });
}

// --- made by whoever comes first -----------------------------------------------------------------

namespace {

alignas(64) u64 half_made;
SwapLock<__ATOMIC_ACQUIRE, __ATOMIC_RELEASE> making;

MARKED void make_object(Object& object) {
    object.words[0] = 20;
    object.words[1] = 22;
    compiler_barrier();
}

// Odd harts come when hart 0 has made half of the objects, and learn that by accesses that order
// nothing: so some find objects made by others without ever taking the lock.
template <class Look, class Show>
void make_once(u64 hart, Look look, Show show) {
    meet();
    while (hart % 2 == 1 && relaxed_load(half_made) == 0) {
    }
    const u64 rounds = rounds_in_places();
    for (u64 round = 0; round < rounds; ++round) {
        Object& object = objects[round];
        if (look(object.made) == 0) {
            making.acquire();
            if (relaxed_load(object.made) == 0) {
                make_object(object);
                show(object.made, reinterpret_cast<u64>(&object));
            }
            making.release();
        }
        expect_equal(read_object(object), 42);
        if (hart == 0 && round == rounds / 2) {
            relaxed_store(half_made, 1);
        }
    }
}

}  // namespace

void double_checked_object(u64 hart) {
    make_once(
        hart, [](const u64& made) { return __atomic_load_n(&made, __ATOMIC_ACQUIRE); },
        [](u64& made, u64 object) { __atomic_store_n(&made, object, __ATOMIC_RELEASE); });
}
void double_checked_object_without_order(u64 hart) {
    make_once(
        hart, [](const u64& made) { return relaxed_load(made); },
        [](u64& made, u64 object) { relaxed_store(made, object); });
}

void relaxed_accesses_alone(u64 hart) {
    static u64 word;
    u64 sum = 0;
    meet();
    for (u64 round = 0; round < parameters.rounds; ++round) {
        relaxed_store(word, hart);
        sum += relaxed_load(word) >= parameters.harts;
    }
    expect_equal(sum, 0);
}

// --- read again until it fits --------------------------------------------------------------------
//
// Hart 0 fills records, one after the other, and shows under a sequence lock how many there are.
// The others read the number, and then plain records: they must not be older than the number. With
// every access of the lock a relaxed atomic only a record can betray that fences are missing.
namespace {

struct alignas(64) Sequence {
    u32 number = 0;  // odd: being written
    u64 records = 0, check = 0;
} sequence;

MARKED void fill_record(Object& record, u64 value) {
    record.words[0] = value;
    record.words[1] = ~value;
    compiler_barrier();
}
MARKED u64 read_record(const Object& record) {
    return plain_load(record.words[0]) + plain_load(record.words[1]);
}

template <void (*release)()>
void show_records(u64 records) {
    const u32 number = relaxed_load(sequence.number);
    relaxed_store(sequence.number, number + 1);
    release();
    relaxed_store(sequence.records, records);
    relaxed_store(sequence.check, ~records);
    release();
    relaxed_store(sequence.number, number + 2);
}

template <void (*acquire)()>
u64 count_records() {
    for (;;) {
        const u32 number = relaxed_load(sequence.number);
        acquire();
        const u64 records = relaxed_load(sequence.records);
        const u64 check = relaxed_load(sequence.check);
        acquire();
        if (number % 2 == 0 && relaxed_load(sequence.number) == number) {
            expect_equal(records + check, number == 0 ? 0 : ~u64{0});
            return records;
        }
    }
}

template <void (*release)(), void (*acquire)()>
void pass_records(u64 hart) {
    meet();
    for (u64 round = 0; hart == 0 && round < rounds_in_places(); ++round) {
        fill_record(objects[round], round);
        show_records<release>(round + 1);
    }
    for (u64 read = 0; hart != 0 && read < rounds_in_places();) {
        for (const u64 records = count_records<acquire>(); read < records; ++read) {
            expect_equal(read_record(objects[read]), ~u64{0});
        }
    }
}

}  // namespace

void sequence_lock(u64 hart) { pass_records<release_fence, acquire_fence>(hart); }
void sequence_lock_without_fences(u64 hart) {
    pass_records<compiler_barrier, compiler_barrier>(hart);
}

// What most first attempts look like: everything plain.
namespace {

MARKED void write_snapshot(u64 value) {
    plain_store(sequence.number, sequence.number + 1);
    plain_store(sequence.records, value);
    plain_store(sequence.check, ~value);
    plain_store(sequence.number, sequence.number + 1);
}
MARKED u64 read_snapshot() {
    const u32 number = plain_load(sequence.number);
    const u64 sum = plain_load(sequence.records) + plain_load(sequence.check);
    return number % 2 == 0 && plain_load(sequence.number) == number ? sum : 0;
}

}  // namespace

void sequence_lock_on_plain_words(u64 hart) {
    u64 sum = 0;
    meet();
    for (u64 round = 0; round < parameters.rounds; ++round) {
        if (hart == 0) {
            write_snapshot(round);
        } else {
            sum += read_snapshot();
        }
    }
    compiler_barrier();
    (void)sum;
}

}  // namespace races
