// Inodes: a file's, directory's or device's identity and contents. Contents lie in frames (owner
// file), or still in the image's archive for blocks that were never written. Memory only: nothing
// here ever sleeps.
#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "kernel/abi/system_calls.h"
#include "kernel/base/result.h"
#include "kernel/base/spinlock.h"
#include "kernel/frames/frame.h"
#include "kernel/fs/fs.h"
#include "kernel/mm/space.h"

namespace kernel {

enum class InodeType : std::int16_t {
    directory = stampede::abi::t_dir,
    file = stampede::abi::t_file,
    device = stampede::abi::t_device,
};

inline constexpr std::size_t max_inodes = 1024;

struct Inode {
    static constexpr std::size_t direct_blocks = 8;
    static constexpr std::size_t index_blocks = page_size / sizeof(Frame*);
    // bytes: 2 MiB and a little
    static constexpr std::uint64_t max_size = (direct_blocks + index_blocks) * page_size;

    // Who opened it, works in it or executes it, and one more while any directory entry names it;
    // the last one out frees it. Written by anyone: acquire and release order the last use before
    // the freeing.
    std::atomic<std::uint32_t> references{1};

    // Set before the inode can be found, constant then.
    std::uint32_t number = 0;
    InodeType type = InodeType::file;
    std::int16_t major = 0;
    std::int16_t minor = 0;

    Spinlock<Rank::inode> lock{"inode"};
    std::int16_t links GUARDED_BY(lock) = 0;  // changed under names_lock too (names.h)
    std::uint64_t size GUARDED_BY(lock) = 0;  // bytes
    std::span<const std::byte> image
        GUARDED_BY(lock);  // the archive's bytes, for blocks without a frame
    std::array<Frame*, direct_blocks> direct GUARDED_BY(lock){};
    // a frame full of Frame*, for the blocks behind
    Frame* index GUARDED_BY(lock) = nullptr;
};

// A new inode with one reference and no links, or null: no memory or no number. Any CPU.
[[nodiscard]] Inode* inode_create(InodeType type, std::int16_t major, std::int16_t minor);
// The inode with that number, which must be alive: a directory entry that names it is looked at
// under its directory's lock.
Inode& inode_numbered(std::uint32_t number);

// The image's bytes become the contents of a new file. `contents` lives for ever.
void inode_set_image(Inode& inode, std::span<const std::byte> contents);

stampede::abi::Stat inode_stat(Inode& inode);

// Frees what lies at `new_size` and behind. new_size at most the size.
void inode_truncate(Inode& inode, std::uint64_t new_size);
void truncate_locked(Inode& inode, std::uint64_t new_size) REQUIRES(inode.lock);

// The bytes from `offset` to the end of their block or of the file, where they lie; empty behind
// the end. Until the lock is given up or something written.
std::span<const std::byte> bytes_locked(Inode& inode, std::uint64_t offset) REQUIRES(inode.lock);
std::size_t read_locked(Inode& inode, std::uint64_t offset, std::span<std::byte> to)
    REQUIRES(inode.lock);
// Writes at offset, at most the size, and grows the file. The bytes written: fewer than wanted
// where memory or the largest size ran out, out_of_memory or no_space when that is none.
Result<std::size_t> write_locked(Inode& inode, std::uint64_t offset,
                                 std::span<const std::byte> from) REQUIRES(inode.lock);

// The same between the file and user memory, where a bad address is bad_address even after some
// bytes. The inode is locked for `transfer_limit` bytes at a time at most: only up to there is a
// call atomic.
inline constexpr std::size_t transfer_limit = page_size;
Result<std::size_t> inode_read_user(Inode& inode, std::uint64_t offset, AddressSpace& space,
                                    VirtAddr to, std::size_t bytes);
Result<std::size_t> inode_write_user(Inode& inode, std::uint64_t offset, AddressSpace& space,
                                     VirtAddr from, std::size_t bytes);

}  // namespace kernel
