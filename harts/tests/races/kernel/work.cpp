#include "harts/tests/races/kernel/work.h"

#include "harts/tests/races/kernel/locks.h"
#include "harts/tests/races/kernel/thread.h"

namespace races::kernel {

// --- mailboxes -----------------------------------------------------------------------------------
//
// One lock for all of them: it is there to be contended.
namespace {

constexpr u64 room = 3;
struct Mailbox {
    u64 values[room] = {};
    u64 sent = 0, received = 0;
};
ReaderWriterLock mailboxes_lock;
Mailbox mailboxes[tasks];
alignas(64) u64 sent_in_all;

}  // namespace

MARKED u64 look_into(const Mailbox& mailbox) {
    return plain_load(mailbox.sent) - plain_load(mailbox.received);
}
MARKED void put_message(Mailbox& mailbox, u64 value) {
    mailbox.values[mailbox.sent % room] = value;
    mailbox.sent = mailbox.sent + 1;
    sent_in_all = sent_in_all + 1;
    compiler_barrier();
}
MARKED u64 take_message(Mailbox& mailbox) {
    const u64 value = mailbox.values[mailbox.received % room];
    mailbox.received = mailbox.received + 1;
    compiler_barrier();
    return value;
}

namespace {

u64 waiting_in(const Mailbox& mailbox) {
    const ReadGuard guard(mailboxes_lock);
    return look_into(mailbox);
}

}  // namespace

// Only the sender makes it fuller and only the receiver emptier: what was seen under the reader's
// lock still holds.
bool send(u64 mailbox, u64 value) {
    Mailbox& box = mailboxes[mailbox % tasks];
    if (waiting_in(box) == room) {
        return false;
    }
    const WriteGuard guard(mailboxes_lock);
    put_message(box, value);
    return true;
}
bool receive(u64 mailbox, u64& value) {
    Mailbox& box = mailboxes[mailbox % tasks];
    if (waiting_in(box) == 0) {
        return false;
    }
    const WriteGuard guard(mailboxes_lock);
    value = take_message(box);
    return true;
}
u64 messages_sent() {
    const ReadGuard guard(mailboxes_lock);
    return sent_in_all;
}

// --- the log -------------------------------------------------------------------------------------

namespace {

struct Entry {
    u64 who, round, check;
};
Entry entries[threads * most_kernel_rounds];
SequenceLock log_lock;
alignas(64) u64 entry_count;  // guarded; each entry below it is there

}  // namespace

MARKED void write_entry(Entry& entry, u64 who, u64 round) {
    entry.who = who;
    entry.round = round;
    entry.check = who ^ round << 32;
    compiler_barrier();
}
MARKED bool read_entry(const Entry& entry) {
    return plain_load(entry.check) == (plain_load(entry.who) ^ plain_load(entry.round) << 32);
}

void log(u64 who, u64 round) {
    const InterruptsOff off;
    const u32 number = log_lock.begin_write();
    const u64 count = relaxed_load(entry_count);
    if (count >= threads * most_kernel_rounds) {
        fail(0x330);
    }
    write_entry(entries[count], who, round);
    relaxed_store(entry_count, count + 1);
    log_lock.end_write(number);
}

u64 log_entries() {
    for (;;) {
        const u32 number = log_lock.begin_read();
        const u64 count = relaxed_load(entry_count);
        if (!log_lock.has_changed(number)) {
            return count;
        }
    }
}

void check_latest_entry() {
    const u64 count = log_entries();
    if (count != 0 && !read_entry(entries[count - 1])) {
        fail(0x331);
    }
}

// --- kernel threads ------------------------------------------------------------------------------

extern "C" [[gnu::noinline, gnu::used]] void stack_checkpoint() { asm volatile(""); }

[[gnu::noinline]] void descend(u64 depth) {
    if (depth == 0) {
        stack_checkpoint();
        yield();
    } else {
        descend(depth - 1);
    }
    stack_checkpoint();
}

namespace {

// Long enough for a timer interrupt now and then. The log is looked at meanwhile, for nothing else
// orders that after entries which other harts write just now.
[[gnu::noinline]] void fill(Frame& frame, u64 value) {
    for (u64 n = 0; n < page_size / 8; ++n) {
        plain_store(frame.words[n], value + n);
        if (n % 16 == 0) {
            check_latest_entry();
        }
    }
}
[[gnu::noinline]] bool is_filled(const Frame& frame, u64 value) {
    u64 wrong = 0;
    for (u64 n = 0; n < page_size / 8; ++n) {
        wrong |= plain_load(frame.words[n]) ^ (value + n);
    }
    return wrong == 0;
}

}  // namespace

u64 work_in_kernel(u64 number) {
    u64 rounds = 0;
    for (u64 round = 0; round < parameters.rounds; ++round, ++rounds) {
        Frame* const frame = allocate_frame();
        if (frame == nullptr) {
            fail(0x340);
        }
        fill(*frame, round << 32 | number);
        descend((round + number) % 12);
        if (!is_filled(*frame, round << 32 | number)) {
            fail(0x341);
        }
        free_frame(frame);
        log(tasks + number, round);
        check_latest_entry();
    }
    return rounds;
}

}  // namespace races::kernel
