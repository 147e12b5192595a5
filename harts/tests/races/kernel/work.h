// What threads do, and what they do it with: mailboxes under reader-writer locks, a log under a
// sequence lock.
#pragma once
#include "harts/tests/races/kernel/hart.h"

namespace races::kernel {

// A ring of one sender and one receiver each.
[[nodiscard]] bool send(u64 mailbox, u64 value);      // false: full
[[nodiscard]] bool receive(u64 mailbox, u64& value);  // false: empty
[[nodiscard]] u64 messages_sent();

// Who did what in which round. Entries are never changed.
void log(u64 who, u64 round);
[[nodiscard]] u64 log_entries();
// Reads the latest entry; the machine fails if it is not whole.
void check_latest_entry();

// A kernel thread's: returns its rounds.
[[nodiscard]] u64 work_in_kernel(u64 number);

// Calls itself `depth` times, and at the bottom stack_checkpoint(), then yields.
void descend(u64 depth);
// Where a test looks at the stack. Nothing happens here.
extern "C" void stack_checkpoint();

// A task's, in user mode: system calls by number in a7.
enum class Call : u64 { Yield, Send, Receive, TakeFrame, GiveFrame, Log, End };
extern "C" [[noreturn]] void user_main(u64 task, u64 rounds);
[[nodiscard]] u64 system_call(Call call, u64 first, u64 second);

}  // namespace races::kernel
