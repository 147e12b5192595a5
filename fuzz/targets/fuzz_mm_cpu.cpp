#include "fuzz/targets/fuzz_mm_cpu.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "kernel/frames/allocation_failure.h"
#include "kernel/policy/policy.h"

namespace kernel::fuzz {

namespace {

[[noreturn]] void give_up(const std::string& why) {
    fmt::print(stderr, "fuzz_mm: CPU {}: {}\n", arch::cpu_id(), why);
    std::abort();
}

// A piece of user memory, most of them short; it may run across ends of pages and past the last
// one.
struct Piece {
    VirtAddr begin;
    std::uint64_t size;
    bool holds(std::uint64_t at) const { return at - begin.value < size; }
};
Piece piece_of(const Operation& operation) {
    const std::uint64_t begin = address_of_page(operation.page % pages).value +
                                operation.place * 16u + operation.value % 16;
    return {{begin}, 1 + (operation.value < 192 ? operation.value * 16u : operation.value * 40u)};
}

// The probe of `process` at an address, or null.
int* probe_at(Process& process, std::uint64_t at) {
    const auto* probe = std::ranges::find(probes, at % page_size);
    const bool known = page_at(at) < pages && probe != probes.end();
    return known
               ? &process.memory[page_at(at)].seen[static_cast<std::size_t>(probe - probes.begin())]
               : nullptr;
}

// Whether all pages of a piece are mapped, and writable if it is to be written.
bool allowed(const Process& process, const Piece& piece, Access access) {
    for (std::uint64_t page = page_at(piece.begin.value);
         page <= page_at(piece.begin.value + piece.size - 1); ++page) {
        if (page >= pages || !process.memory[page].mapped) {
            return false;
        }
        if (access == Access::write && !process.memory[page].writable) {
            return false;
        }
    }
    return true;
}

// Behind the last mapped page.
std::uint64_t end_of_mapped(const Process& process) {
    std::uint64_t end = pages;
    while (end > 0 && !process.memory[end - 1].mapped) {
        --end;
    }
    return end;
}

}  // namespace

template <class T>
bool ScriptedCpu::done(const char* what, const Result<T>& result) {
    if (!result && result.error() != Error::out_of_memory) {
        give_up(fmt::format("{}: error {}", what, static_cast<int>(result.error())));
    }
    return result.has_value();
}

void ScriptedCpu::check(const char* what, const Process& process, VirtAddr at, int found) {
    const Page& page = process.memory[page_at(at.value)];
    const auto* probe = std::ranges::find(probes, at.page_offset());
    const int expected =
        page.mapped ? page.seen[static_cast<std::size_t>(probe - probes.begin())] : -1;
    const bool right =
        page.mapped ? expected == Page::unknown ? found >= 0 : found == expected : found < 0;
    if (!right) {
        give_up(fmt::format("{} at 0x{:x} gives {}, expected {}", what, at.value, found, expected));
    }
}

void ScriptedCpu::run(std::span<const Operation> operations) {
    for (const Operation& operation : operations) {
        step(operation);
    }
    for (const ProcessPointer& process : mine_) {
        user_.run(process->space);
        for (std::uint8_t page = 0; page < pages; ++page) {
            load(*process, {.page = page});
        }
    }
}

void ScriptedCpu::step(const Operation& operation) {
    if (mine_.empty()) {
        return receive(operation);
    }
    const std::size_t which = operation.process % mine_.size();
    Process& process = *mine_[which];
    user_.run(process.space);
    const std::uint64_t page = operation.page % pages,
                        end = std::min(pages, page + 1 + operation.value % 4);
    const std::uint64_t mapped_end = end_of_mapped(process);
    switch (operation.kind) {
    case Kind::fork: return fork(process);
    case Kind::end_process: return end_process(which);
    case Kind::store: return store(process, operation);
    case Kind::store_all:
        for (std::uint8_t n = 0; n < pages; ++n) {
            store(process, {.page = n, .place = operation.place, .value = operation.value});
        }
        return;
    case Kind::load: return load(process, operation);
    case Kind::copy_out: return copy_out(process, operation);
    case Kind::copy_in: return copy_in(process, operation);
    case Kind::unmap: return unmap(process, page, end);
    case Kind::map: return map(process, page, end, operation);
    case Kind::grow:
        return map(process, mapped_end, std::min(pages, mapped_end + end - page), operation);
    case Kind::shrink:
        return unmap(process, std::max(mapped_end, end - page) - (end - page), mapped_end);
    case Kind::hoard: return hoard(operation);
    case Kind::give_back: return give_back();
    case Kind::fail: return fail_allocation(operation.value % 16);
    case Kind::hand_over: return hand_over(which, operation);
    }
}

void ScriptedCpu::fork(Process& parent) {
    if (mine_.size() >= processes_a_cpu) {
        return;
    }
    auto child = std::make_unique<Process>();
    child->memory = parent.memory;
    if (done("create", child->space.create()) &&
        done("fork", parent.space.fork_into(child->space))) {
        mine_.push_back(std::move(child));
    } else {
        child->space.destroy();
    }
}

void ScriptedCpu::end_process(std::size_t which) {
    mine_[which]->space.destroy();
    mine_.erase(mine_.begin() + static_cast<std::ptrdiff_t>(which));
}

void ScriptedCpu::store(Process& process, const Operation& operation) {
    const VirtAddr at =
        address_of_page(operation.page % pages) + probes[operation.place % probes.size()];
    const Result<void> stored = user_.store(at, std::byte(operation.value));
    if (!allowed(process, {at, 1}, Access::write)) {
        const bool refused = !stored && stored.error() == Error::bad_address;
        if (!refused) {
            give_up(fmt::format("a store to 0x{:x}, which may not be, is not refused", at.value));
        }
    } else if (done("store", stored)) {
        *probe_at(process, at.value) = operation.value;
    }
}

void ScriptedCpu::load(Process& process, const Operation& operation) {
    for (const std::uint64_t probe : probes) {
        const VirtAddr at = address_of_page(operation.page % pages) + probe;
        const Result<std::byte> value = user_.load(at);
        check("a load", process, at, value ? std::to_integer<int>(*value) : -1);
    }
}

void ScriptedCpu::copy_out(Process& process, const Operation& operation) {
    const Piece piece = piece_of(operation);
    const std::vector<std::byte> bytes(piece.size, std::byte(operation.value));
    const Result<void> result = process.space.copy_out(piece.begin, bytes);
    const bool whole = allowed(process, piece, Access::write);
    if (!whole && result) {
        give_up(fmt::format("copy_out of {} bytes to 0x{:x}, which may not be, succeeds",
                            piece.size, piece.begin.value));
    }
    const bool copied = whole && done("copy_out", result);
    for (std::uint64_t at = piece.begin.value; at < piece.begin.value + piece.size; ++at) {
        int* const probe = probe_at(process, at);
        if (probe && process.memory[page_at(at)].mapped && process.memory[page_at(at)].writable) {
            // a beginning may have been copied
            *probe = copied ? operation.value : *probe == operation.value ? *probe : Page::unknown;
        }
    }
}

void ScriptedCpu::copy_in(Process& process, const Operation& operation) {
    const Piece piece = piece_of(operation);
    std::vector<std::byte> bytes(piece.size);
    const Result<void> result = process.space.copy_in(bytes, piece.begin);
    if (result.has_value() != allowed(process, piece, Access::read)) {
        give_up(fmt::format("copy_in of {} bytes from 0x{:x} {}", piece.size, piece.begin.value,
                            result ? "reads a hole" : "is refused"));
    }
    for (std::uint64_t page = 0; result && page < pages; ++page) {
        for (const std::uint64_t probe : probes) {
            const std::uint64_t at = address_of_page(page).value + probe;
            if (piece.holds(at)) {
                check("copy_in", process, {at},
                      std::to_integer<int>(bytes[at - piece.begin.value]));
            }
        }
    }
}

void ScriptedCpu::map(Process& process, std::uint64_t first, std::uint64_t end,
                      const Operation& operation) {
    for (std::uint64_t page = first; page < end; ++page) {
        if (process.memory[page].mapped) {
            end = page;
        }
    }
    const bool writable = operation.place % 4 != 0;
    const std::uint64_t permissions = writable ? Pte::read | Pte::write : Pte::read;
    if (first >= end || !done("map", process.space.map_zeroed(address_of_page(first),
                                                              address_of_page(end), permissions))) {
        return;
    }
    for (std::uint64_t page = first; page < end; ++page) {
        process.memory[page] = {.mapped = true, .writable = writable};
    }
}

void ScriptedCpu::unmap(Process& process, std::uint64_t first, std::uint64_t end) {
    process.space.unmap(address_of_page(first), address_of_page(end));
    for (std::uint64_t page = first; page < end; ++page) {
        process.memory[page].mapped = false;
    }
}

void ScriptedCpu::hoard(const Operation& operation) {
    for (unsigned n = operation.value < 64 ? ~0u : operation.value % 64; n != 0; --n) {
        Frame* const frame = policy::allocate(FrameOwner::other);
        if (!frame) {
            return;
        }
        *bytes_of(*frame) = std::byte(operation.value);  // whoever else has it is raced with
        hoarded_.push_back(frame);
    }
}

void ScriptedCpu::give_back() {
    for (Frame* frame : hoarded_) {
        if (!policy::drop(*frame)) {
            give_up("a frame of the kernel's own has another reference");
        }
    }
    hoarded_.clear();
}

void ScriptedCpu::hand_over(std::size_t which, const Operation& operation) {
    ProcessPointer given = std::move(mine_[which]);
    mine_.erase(mine_.begin() + static_cast<std::ptrdiff_t>(which));
    ProcessPointer taken(mailbox_[operation.value % mailbox_.size()].exchange(
        given.release(), std::memory_order_acq_rel));
    if (taken) {
        mine_.push_back(std::move(taken));
    }
}

void ScriptedCpu::receive(const Operation& operation) {
    ProcessPointer taken(
        mailbox_[operation.value % mailbox_.size()].exchange(nullptr, std::memory_order_acq_rel));
    if (taken) {
        mine_.push_back(std::move(taken));
    }
}

}  // namespace kernel::fuzz
