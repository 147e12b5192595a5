#include "harts/observe/kernel/allocator_calls.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "harts/isa/instruction.h"

namespace stampede {
namespace {

constexpr const char* release_name = "release";

std::optional<u32> word_at(const ElfImage& image, u64 address) {
    for (const ElfSegment& segment : image.segments()) {
        const u64 offset = address - segment.virtual_address;
        if (offset < segment.bytes.size()) {
            u32 word = 0;
            std::memcpy(&word, &segment.bytes[offset],
                        std::min<std::size_t>(4, segment.bytes.size() - offset));
            return word;
        }
    }
    return std::nullopt;
}

// Instructions of [begin, end) that call or jump to `target`: jal, or auipc with a jalr behind it.
std::vector<u64> ways_to(const ElfImage& image, u64 begin, u64 end, u64 target) {
    std::vector<u64> found;
    u64 upper = 0;  // what an auipc has left in register `of`
    u8 of = 0;
    for (u64 at = begin; at < end;) {
        const std::optional<u32> word = word_at(image, at);
        if (!word) {
            break;
        }
        const isa::Decoded decoded = isa::decode(*word);
        const isa::Operands& operands = decoded.operands;
        const u64 offset = static_cast<u64>(static_cast<i64>(operands.imm));
        if (decoded.op == isa::Op::Auipc) {
            upper = at + offset;
            of = operands.rd;
        } else if (decoded.op == isa::Op::Jal && at + offset == target) {
            found.push_back(at);
        } else if (decoded.op == isa::Op::Jalr && of != 0 && operands.rs1 == of &&
                   upper + offset == target) {
            found.push_back(at);
        }
        at += std::max<u64>(decoded.length, 2);
    }
    return found;
}

// `kmem` of "kmem.freelist".
std::string_view variable_of(std::string_view name) { return name.substr(0, name.find('.')); }

}  // namespace

Inferred<AllocatorCalls> find_allocator_calls(const ElfImage& image,
                                              const KernelDescription& kernel) {
    if (!kernel.allocate || !kernel.free || !kernel.free_lists || !kernel.locks) {
        return {std::nullopt, "allocator, free list and locks were expected to be found"};
    }
    if (kernel.free_lists->heads.size() != 1) {
        return {std::nullopt,
                fmt::format("{} free lists, expected one", kernel.free_lists->heads.size())};
    }
    const FreeListHead& head = kernel.free_lists->heads.front();
    AllocatorCalls calls;
    calls.allocate_begin = *kernel.allocate;
    calls.allocate_end = kernel.allocate_end;
    calls.head = head.address;
    calls.link_offset = kernel.free_lists->link_offset;
    for (const LockVariable& lock : *kernel.locks) {
        if (variable_of(lock.name) == variable_of(head.name)) {
            calls.lock = lock.address;
        }
    }
    if (calls.lock == 0) {
        return {std::nullopt, fmt::format("no lock stands beside {}", head.name)};
    }
    const Result<u64> release = image.address_of(release_name);
    if (!release) {
        return {std::nullopt, release.error().message};
    }
    for (const u64 function : {*kernel.allocate, *kernel.free}) {
        const ElfSymbol* const code = image.function_at(function);
        const std::vector<u64> found =
            code == nullptr ? std::vector<u64>()
                            : ways_to(image, code->address, code->address + code->size, *release);
        if (found.empty()) {
            return {std::nullopt,
                    fmt::format("{} does not call {}", code == nullptr ? "a function" : code->name,
                                release_name)};
        }
        calls.releases.insert(calls.releases.end(), found.begin(), found.end());
    }
    std::ranges::sort(calls.releases);
    const std::string how = fmt::format("{} calls of {} with {}", calls.releases.size(),
                                        release_name, variable_of(head.name));
    return {std::move(calls), how};
}

std::vector<PhysAddr> frames_on(const AllocatorCalls& calls, const Ram& ram) {
    std::vector<PhysAddr> frames;
    for (u64 frame = ram.load_u64({calls.head});
         frame != 0 && frame % page_size == 0 && ram.contains({frame}, page_size) &&
         frames.size() < ram.pages();
         frame = ram.load_u64({frame + calls.link_offset})) {
        frames.push_back({frame});
    }
    return frames;
}

}  // namespace stampede
