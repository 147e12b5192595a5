// Open files: what a descriptor stands for. Shared by the processes that inherited it; counted
// without a lock, because fork and exit change the counts of everything that is open.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "kernel/base/result.h"
#include "kernel/base/spinlock.h"
#include "kernel/fs/fs.h"
#include "kernel/mm/space.h"

namespace kernel {

struct Pipe;

enum class FileKind : std::uint8_t { pipe_reader, pipe_writer, inode, device };

// Open files and devices of all processes together; pipes do not count.
inline constexpr std::size_t max_open_inodes = 1024;

struct File {
    // Descriptors that stand for it. Written by anyone; the last one out closes it: acquire and
    // release order every use before that.
    std::atomic<std::uint32_t> references{1};

    // Set before the first descriptor exists, constant then.
    FileKind kind = FileKind::inode;
    bool readable = false;
    bool writable = false;
    Pipe* pipe = nullptr;    // of a pipe's end; the File itself lies in the pipe's frame
    Inode* inode = nullptr;  // counted

    Spinlock<Rank::file> lock{"file"};
    std::uint64_t offset GUARDED_BY(lock) = 0;  // bytes, of an inode
};

// An open file for a counted inode, which it takes over; null when there are too many.
[[nodiscard]] File* file_open(Inode& inode, int flags);

// The caller's read() and write(): bytes done. On any error -1, as in xv6, also after some bytes of
// a file.
Result<std::size_t> file_read(File& file, AddressSpace& space, VirtAddr to, std::size_t bytes);
Result<std::size_t> file_write(File& file, AddressSpace& space, VirtAddr from, std::size_t bytes);

}  // namespace kernel
