// What a process has open, and where it works. fork shares the whole table, as it shares pages, so
// that it touches no file's count: whoever wants to change a shared table takes one of its own
// first. Two processes share one at most (a parent and a child that has changed nothing yet): the
// next child gets its own, and processes that have an ancestor in common do not meet at one count
// for ever.
#pragma once
#include <array>
#include <cstdint>

#include "kernel/abi/system_calls.h"
#include "kernel/fs/fs.h"

namespace kernel {

struct alignas(64) FileTable {
    // Processes that have it, 1 or 2; by atomic instructions. One that reads 1 stays alone: only it
    // could share. acquire and release order what the other one read before its change.
    std::uint32_t processes = 1;
    std::array<File*, stampede::abi::max_open_files> open{};  // counted
    Inode* working_directory = nullptr;                       // counted
};

// With nothing open; takes over the directory's reference. There is always one for each process.
FileTable& file_table_create(Inode& working_directory);
// For a child of the process that has `table`: the table itself, or a copy.
FileTable& file_table_for_child(FileTable& table);
// Before a change: `table` becomes the process's alone. Only by that process.
void file_table_own(FileTable*& table);
// A process ends. May sleep.
void file_table_release(FileTable& table);

}  // namespace kernel
