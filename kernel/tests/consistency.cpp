#include "kernel/tests/consistency.h"

#include <fmt/format.h>

#include <cstring>

#include "kernel/arch/arch.h"
#include "kernel/frames/stats.h"
#include "kernel/policy/policy.h"

namespace kernel::test {

namespace {

// Privileged specification, figure "Sv39 page table entry". Bit 8 is the marker.
constexpr std::uint64_t v = 1, r = 2, w = 4, x = 8, u = 16, g = 32, a = 64, d = 128, marker = 256;
constexpr std::uint64_t reserved_high = 0x3ffULL << 54;

template <class T>
T read_physical(std::uint64_t address) {
    T value;
    std::memcpy(&value, arch::direct_map({address}), sizeof value);
    return value;
}

class Check {
public:
    explicit Check(const KernelReferences& kernel_references) {
        policy::describe(table_);
        for (auto [frame, number] : kernel_references) {
            found_[frame].kernel = number;
        }
    }

    void walk(std::uint64_t table, unsigned level, std::uint64_t va) {
        note_table(table);
        for (std::uint64_t i = 0; i < 512; ++i) {
            auto entry = read_physical<std::uint64_t>(table + 8 * i);
            std::uint64_t page = va + (i << (12 + 9 * level));
            if (!entry) {
                continue;
            }
            if (page >= std::uint64_t{1} << 38) {
                complain("entry 0x{:x} outside the user half, at 0x{:x}", entry, page);
            } else if (level == 0) {
                leaf(entry, page);
            } else if (entry & (r | w | x | u | g | a | d) || !(entry & v)) {
                complain("bad table entry 0x{:x}", entry);
            } else {
                walk(target(entry), level - 1, page);
            }
        }
    }

    std::vector<std::string> finish() {
        walk_free_list();
        std::uint64_t in_use = 0;
        const FrameRange& range = frame_range();
        for (std::uint64_t i = 0; i < range.frame_count; ++i) {
            in_use += judge(range.first + i * 4096, i);
        }
        if (in_use != policy::frames_in_use()) {
            complain("{} frames have counts, the policy says {}", in_use, policy::frames_in_use());
        }
        if (in_use != sum_of(&Statistics::frames_in_use)) {
            complain("statistics say {} in use", sum_of(&Statistics::frames_in_use));
        }
        return std::move(lines_);
    }

private:
    struct Found {
        std::uint32_t leaves = 0, writable = 0, tables = 0, kernel = 0, free = 0;
    };

    template <class... Values>
    void complain(fmt::format_string<Values...> text, Values&&... values) {
        lines_.push_back(fmt::format(text, std::forward<Values>(values)...));
    }

    static std::uint64_t target(std::uint64_t entry) {
        return (entry & ~reserved_high) >> 10 << 12;
    }

    void note_table(std::uint64_t table) {
        Found& found = found_[{table}];
        if (++found.tables > 1) {
            complain("table 0x{:x} is used twice", table);
        }
        if (owner_of(frame_at({table})) != FrameOwner::page_table) {
            complain("table 0x{:x} has another owner", table);
        }
    }

    void leaf(std::uint64_t entry, std::uint64_t page) {
        if (!(entry & v)) {
            return complain("0x{:x}: an entry 0x{:x} that is not valid", page, entry);
        }
        if ((entry & (u | a | d)) != (u | a | d)) {
            complain("0x{:x}: entry 0x{:x} without U, A or D", page, entry);
        }
        if (!(entry & (r | w | x))) {
            complain("0x{:x}: entry 0x{:x} is no leaf", page, entry);
        }
        if ((entry & w) && !(entry & r)) {
            complain("0x{:x}: entry 0x{:x} has W without R: reserved", page, entry);
        }
        if (entry & g) {
            complain("0x{:x}: a user page is global", page);
        }
        if ((entry & marker) && (entry & w)) {
            complain("0x{:x}: marker and W together", page);
        }
        if (entry & (reserved_high | 0x200)) {
            complain("0x{:x}: entry 0x{:x} has reserved bits", page, entry);
        }
        if (!is_frame({target(entry)})) {
            return complain("0x{:x}: points to 0x{:x}, no frame", page, target(entry));
        }
        Found& found = found_[{target(entry)}];
        ++found.leaves;
        if (entry & w) {
            ++found.writable;
        }
        if (owner_of(frame_at({target(entry)})) != FrameOwner::user) {
            complain("0x{:x}: not a user's frame", page);
        }
    }

    void walk_free_list() {
        for (std::uint32_t list = 0; list < table_.free_lists; ++list) {
            auto at = read_physical<std::uint64_t>(table_.free[list].head_address);
            while (at) {
                if (!is_frame({at}) || at % 4096) {
                    return complain("free list {}: 0x{:x} is no frame", list, at);
                }
                if (++found_[{at}].free > 1) {
                    return complain("0x{:x} is on a free list twice", at);
                }
                const std::uint64_t number = (at - frame_range().first.value) / 4096;
                at = read_physical<std::uint64_t>(table_.free_links ? table_.free_links + 8 * number
                                                                    : at + table_.free_link_offset);
            }
        }
    }

    std::uint64_t described_count(std::uint64_t index) const {
        std::uint64_t sum = 0;
        for (std::uint32_t i = 0; i < table_.count_arrays; ++i) {
            std::uint64_t value = 0;
            const auto& array = table_.counts[i];
            std::memcpy(&value, arch::direct_map({array.address + index * array.stride}),
                        array.width);
            sum += value;
        }
        return sum;
    }

    // Returns 1 when the frame is in use.
    std::uint64_t judge(PhysAddr frame, std::uint64_t index) {
        auto frontier = read_physical<std::uint64_t>(table_.frontier_address);
        auto place = found_.find(frame);
        Found found = place == found_.end() ? Found{} : place->second;
        std::uint64_t references = found.leaves + found.tables + found.kernel;
        if (frame.value >= frontier) {  // the arrays hold nothing for it yet
            if (references || found.free) {
                complain("0x{:x} is used but past the frontier", frame.value);
            }
            return 0;
        }
        std::uint64_t count = described_count(index);
        if (count != policy::count(frame_at(frame))) {
            complain("0x{:x}: two opinions on its count", frame.value);
        }
        if (count != references) {
            complain("0x{:x}: count {}, but {} references", frame.value, count, references);
        }
        if (found.writable && references > 1) {
            complain("0x{:x}: shared and writable", frame.value);
        }
        if (!count && !found.free) {
            complain("0x{:x}: lost, neither used nor free", frame.value);
        }
        if (count && found.free) {
            complain("0x{:x}: free and counted", frame.value);
        }
        bool owned = owner_of(frame_at(frame)) != FrameOwner::free;
        if (owned != (count > 0)) {
            complain("0x{:x}: count {}, but the owner says otherwise", frame.value, count);
        }
        return count ? 1 : 0;
    }

    stampede::abi::AuditTable table_{};
    std::map<PhysAddr, Found> found_;
    std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> violations(const std::vector<const AddressSpace*>& spaces,
                                    const KernelReferences& kernel_references) {
    Check check(kernel_references);
    for (const AddressSpace* space : spaces) {
        if (space->exists()) {
            check.walk(space->root().value, 2, 0);
        }
    }
    return check.finish();
}

}  // namespace kernel::test
