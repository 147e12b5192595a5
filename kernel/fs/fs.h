// What the rest of the kernel wants of the file system: files and directories that outlive calls,
// and reading a program.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "kernel/base/result.h"

namespace kernel {

struct File;   // an open file, counted
struct Inode;  // a file, directory or device, counted while open, a working directory or being
               // executed
struct Process;

// Once, by the boot CPU, after the frame policy and before the first process: unpacks the archive
// in the image.
void fs_init();

// One more holder of an open file (fork), one holder less (exit). May sleep only where the process
// is the caller.
File* file_duplicate(File& file);
void file_close(File& file);

Inode* inode_root();  // counted
Inode* inode_duplicate(Inode& inode);
void inode_release(Inode& inode);

// The regular file at `path`, relative to `caller`'s working directory; counted. not_found,
// bad_argument (not a file).
Result<Inode*> inode_open(const char* path, const Process& caller);
// Copies file bytes from `offset` into kernel memory. The bytes copied: fewer than wanted only at
// the file's end.
std::size_t inode_read(Inode& inode, std::uint64_t offset, std::span<std::byte> to);

// A byte arrived at the console (the UART's interrupt, on any CPU, interrupts off).
void console_receive(char byte);

}  // namespace kernel
