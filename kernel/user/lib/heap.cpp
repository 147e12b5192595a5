#include "kernel/user/lib/heap.h"

#include "kernel/user/lib/system_calls.h"

namespace user {
namespace {

struct alignas(16) Block {
    std::size_t bytes;  // this header included
    Block* next;        // free blocks only, by rising address
};

constexpr std::size_t least_growth = 16 * stampede::abi::page_size;
Block* free_blocks = nullptr;

Block* end_of(Block* block) {
    return reinterpret_cast<Block*>(reinterpret_cast<std::byte*>(block) + block->bytes);
}

void insert(Block* block) {
    Block** place = &free_blocks;
    Block* before = nullptr;
    while (*place != nullptr && *place < block) {
        before = *place;
        place = &before->next;
    }
    block->next = *place;
    *place = block;
    if (block->next != nullptr && end_of(block) == block->next) {
        block->bytes += block->next->bytes;
        block->next = block->next->next;
    }
    if (before != nullptr && end_of(before) == block) {
        before->bytes += block->bytes;
        before->next = block->next;
    }
}

bool grow(std::size_t bytes) {
    const std::size_t wanted = bytes > least_growth ? bytes : least_growth;
    auto* start = sbrk(static_cast<std::int64_t>(wanted));
    if (start == nullptr) {
        return false;
    }
    const auto misaligned = reinterpret_cast<std::uintptr_t>(start) % alignof(Block);
    const std::size_t skipped = misaligned == 0 ? 0 : alignof(Block) - misaligned;
    auto* block = reinterpret_cast<Block*>(start + skipped);
    block->bytes = (wanted - skipped) / alignof(Block) * alignof(Block);
    insert(block);
    return true;
}

Block* take(std::size_t bytes) {
    for (Block** place = &free_blocks; *place != nullptr; place = &(*place)->next) {
        Block* block = *place;
        if (block->bytes < bytes) {
            continue;
        }
        if (block->bytes - bytes >= 2 * sizeof(Block)) {  // the rest is worth keeping
            auto* rest = reinterpret_cast<Block*>(reinterpret_cast<std::byte*>(block) + bytes);
            rest->bytes = block->bytes - bytes;
            rest->next = block->next;
            block->bytes = bytes;
            *place = rest;
        } else {
            *place = block->next;
        }
        return block;
    }
    return nullptr;
}

}  // namespace

void* allocate(std::size_t bytes) {
    if (bytes > stampede::abi::user_max_va) {
        return nullptr;
    }
    const std::size_t needed = (bytes + 2 * sizeof(Block) - 1) / sizeof(Block) * sizeof(Block);
    Block* block = take(needed);
    if (block == nullptr && grow(needed + sizeof(Block))) {
        block = take(needed);
    }
    return block != nullptr ? block + 1 : nullptr;
}

void release(void* memory) {
    if (memory != nullptr) {
        insert(static_cast<Block*>(memory) - 1);
    }
}

}  // namespace user
