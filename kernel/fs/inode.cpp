#include "kernel/fs/inode.h"

#include "kernel/base/print.h"
#include "kernel/base/string.h"
#include "kernel/fs/least.h"
#include "kernel/fs/slots.h"
#include "kernel/policy/policy.h"

namespace kernel {
namespace {

constinit Slots<Inode, max_inodes> inodes;

// Number 0 means a free directory entry.
constexpr std::uint32_t first_number = 1;

Frame** index_of_blocks(Frame& index) { return reinterpret_cast<Frame**>(bytes_of(index)); }

// The place of a block's frame; null where there is no index frame yet.
Frame** block_place(Inode& inode, std::uint64_t block) REQUIRES(inode.lock) {
    if (block < Inode::direct_blocks) {
        return &inode.direct[block];
    }
    return inode.index != nullptr ? index_of_blocks(*inode.index) + (block - Inode::direct_blocks)
                                  : nullptr;
}

// The image's part of a block; empty behind its end.
std::span<const std::byte> image_of_block(Inode& inode, std::uint64_t block) REQUIRES(inode.lock) {
    const std::uint64_t begin = block * page_size;
    if (begin >= inode.image.size()) {
        return {};
    }
    return inode.image.subspan(begin, least(page_size, inode.image.size() - begin));
}

Frame* new_index() {
    Frame* const frame = policy::allocate(FrameOwner::file);
    if (frame != nullptr) {
        zero_page(bytes_of(*frame));
    }
    return frame;
}

// The block's own frame, made from the image where there was none; null without memory.
Frame* writable_block(Inode& inode, std::uint64_t block) REQUIRES(inode.lock) {
    if (block >= Inode::direct_blocks && inode.index == nullptr) {
        inode.index = new_index();
    }
    Frame** const place = block_place(inode, block);
    if (place == nullptr || *place != nullptr) {
        return place != nullptr ? *place : nullptr;
    }
    Frame* const frame = policy::allocate(FrameOwner::file);
    if (frame != nullptr) {
        const auto image = image_of_block(inode, block);
        if (!image.empty()) {
            memcpy(bytes_of(*frame), image.data(), image.size());
        }
        *place = frame;
    }
    return frame;
}

// At most `wanted` bytes of room at `offset`, within one block.
Result<std::span<std::byte>> writable_piece(Inode& inode, std::uint64_t offset, std::size_t wanted)
    REQUIRES(inode.lock) {
    if (offset >= Inode::max_size) {
        return failure(Error::no_space);
    }
    Frame* const frame = writable_block(inode, offset / page_size);
    if (frame == nullptr) {
        return failure(Error::out_of_memory);
    }
    const std::uint64_t within = offset % page_size;
    return std::span(bytes_of(*frame) + within, least(page_size - within, wanted));
}

void drop_block(Frame*& place) {
    if (place != nullptr) {
        policy::drop(*place);
        place = nullptr;
    }
}

void destroy(Inode& inode) {
    inode_truncate(inode, 0);
    inodes.give_back(inode);
}

}  // namespace

Inode* inode_create(InodeType type, std::int16_t major, std::int16_t minor) {
    Inode* const inode = inodes.claim();
    if (inode != nullptr) {
        inode->number = static_cast<std::uint32_t>(inodes.index_of(*inode)) + first_number;
        inode->type = type;
        inode->major = major;
        inode->minor = minor;
    }
    return inode;
}

Inode& inode_numbered(std::uint32_t number) {
    KERNEL_ASSERT(number >= first_number && number < first_number + max_inodes);
    return inodes[number - first_number];
}

Inode* inode_duplicate(Inode& inode) {
    // Relaxed: the caller holds a reference already, nothing is published by one more.
    inode.references.fetch_add(1, std::memory_order_relaxed);
    return &inode;
}

void inode_release(Inode& inode) {
    if (inode.references.fetch_sub(1, std::memory_order_acq_rel) == 1) {
        destroy(inode);
    }
}

void inode_set_image(Inode& inode, std::span<const std::byte> contents) {
    SpinGuard guard(inode.lock);
    KERNEL_ASSERT(contents.size() <= Inode::max_size);
    inode.image = contents;
    inode.size = contents.size();
}

stampede::abi::Stat inode_stat(Inode& inode) {
    constexpr std::int32_t device = 1;
    SpinGuard guard(inode.lock);
    return {device, inode.number, static_cast<std::int16_t>(inode.type), inode.links,
            0,      inode.size};
}

void inode_truncate(Inode& inode, std::uint64_t new_size) {
    SpinGuard guard(inode.lock);
    truncate_locked(inode, new_size);
}

void truncate_locked(Inode& inode, std::uint64_t new_size) {
    const std::uint64_t first_freed = (new_size + page_size - 1) / page_size;
    for (std::uint64_t block = first_freed; block < Inode::direct_blocks; ++block) {
        drop_block(inode.direct[block]);
    }
    if (inode.index != nullptr) {
        const std::uint64_t kept =
            first_freed > Inode::direct_blocks ? first_freed - Inode::direct_blocks : 0;
        for (std::uint64_t i = kept; i < Inode::index_blocks; ++i) {
            drop_block(index_of_blocks(*inode.index)[i]);
        }
        if (kept == 0) {
            drop_block(inode.index);
        }
    }
    inode.image = inode.image.first(least(inode.image.size(), new_size));
    inode.size = new_size;
}

std::span<const std::byte> bytes_locked(Inode& inode, std::uint64_t offset) {
    if (offset >= inode.size) {
        return {};
    }
    const std::uint64_t block = offset / page_size, within = offset % page_size;
    const std::uint64_t bytes = least(page_size - within, inode.size - offset);
    Frame** const place = block_place(inode, block);
    if (place != nullptr && *place != nullptr) {
        return {bytes_of(**place) + within, bytes};
    }
    return image_of_block(inode, block).subspan(within, bytes);
}

std::size_t read_locked(Inode& inode, std::uint64_t offset, std::span<std::byte> to) {
    std::size_t done = 0;
    while (done < to.size()) {
        const auto piece = bytes_locked(inode, offset + done);
        if (piece.empty()) {
            break;
        }
        const std::size_t bytes = least(piece.size(), to.size() - done);
        memcpy(to.data() + done, piece.data(), bytes);
        done += bytes;
    }
    return done;
}

Result<std::size_t> write_locked(Inode& inode, std::uint64_t offset,
                                 std::span<const std::byte> from) {
    KERNEL_ASSERT(offset <= inode.size);
    std::size_t done = 0;
    while (done < from.size()) {
        const auto piece = writable_piece(inode, offset + done, from.size() - done);
        if (!piece) {
            return done > 0 ? Result<std::size_t>(done) : failure(piece.error());
        }
        memcpy(piece->data(), from.data() + done, piece->size());
        done += piece->size();
        inode.size = most(inode.size, offset + done);
    }
    return done;
}

std::size_t inode_read(Inode& inode, std::uint64_t offset, std::span<std::byte> to) {
    std::size_t done = 0;
    while (done < to.size()) {
        SpinGuard guard(inode.lock);
        const std::size_t wanted = least(transfer_limit, to.size() - done);
        const std::size_t bytes = read_locked(inode, offset + done, to.subspan(done, wanted));
        done += bytes;
        if (bytes < wanted) {
            break;
        }
    }
    return done;
}

Result<std::size_t> inode_read_user(Inode& inode, std::uint64_t offset, AddressSpace& space,
                                    VirtAddr to, std::size_t bytes) {
    SpinGuard guard(inode.lock);
    const std::size_t wanted = least(transfer_limit, bytes);
    std::size_t done = 0;
    while (done < wanted) {
        auto piece = bytes_locked(inode, offset + done);
        if (piece.empty()) {
            break;
        }
        piece = piece.first(least(piece.size(), wanted - done));
        if (auto copied = space.copy_out(to + done, piece); !copied) {
            return failure(copied.error());
        }
        done += piece.size();
    }
    return done;
}

Result<std::size_t> inode_write_user(Inode& inode, std::uint64_t offset, AddressSpace& space,
                                     VirtAddr from, std::size_t bytes) {
    SpinGuard guard(inode.lock);
    if (offset > inode.size) {
        // somebody truncated the file behind this offset: no holes
        return failure(Error::bad_argument);
    }
    const std::size_t wanted = least(transfer_limit, bytes);
    std::size_t done = 0;
    while (done < wanted) {
        const auto piece = writable_piece(inode, offset + done, wanted - done);
        if (!piece) {
            return done > 0 ? Result<std::size_t>(done) : failure(piece.error());
        }
        if (auto copied = space.copy_in(*piece, from + done); !copied) {
            return failure(copied.error());
        }
        done += piece->size();
        inode.size = most(inode.size, offset + done);
    }
    return done;
}

}  // namespace kernel
