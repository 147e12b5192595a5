#include "harts/observe/audit/mappings.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <numeric>
#include <tuple>

#include "harts/observe/audit/parallel.h"

namespace stampede {
namespace {

std::string describe_permissions(Pte pte, u64 marker) {
    std::string text;
    for (const auto& [bit, letter] :
         {std::pair{Pte::r, 'r'}, {Pte::w, 'w'}, {Pte::x, 'x'}, {Pte::u, 'u'}, {Pte::g, 'g'}}) {
        text += pte.has(bit) ? letter : '-';
    }
    return text + ((pte.bits & marker) != 0 ? " marker" : "");
}

struct Part {
    std::vector<Mapping> mappings;
    std::vector<u64> page_tables;  // frames
    Violations violations;
};

// Which process, by slot + 1, was the first to reach each page of RAM as a page table.
// relaxed: only the value itself matters, and TBB orders the end of the walk against its reader.
using Claims = std::vector<std::atomic<u32>>;

class Walker {
public:
    Walker(const AuditView& view, Claims& claims, Part& part)
        : view_(view), claims_(claims), part_(part) {}

    void walk(u64 slot) {
        const std::optional<AuditView::Process> process = view_.process(slot);
        if (process && process->has_page_table()) {
            pid_ = process->pid;
            claim_ = static_cast<u32>(slot + 1);
            table(process->root.address(), sv39_levels - 1, 0);
        }
    }

private:
    void table(PhysAddr at, int level, u64 base) {
        if (!enter(at, level, base)) {
            return;
        }
        for (u64 index = 0; index < page_size / 8; ++index) {
            if (index % empty_run == 0 && all_empty(at + index * 8)) {  // as most are
                index += empty_run - 1;
                continue;
            }
            const u64 address = base + index * sv39_level_size(level);
            if (address >= view_.user_end()) {
                break;  // the kernel's half
            }
            const Pte pte{view_.ram().load_u64(at + index * 8)};
            if ((pte.bits & Pte::v) != 0) {
                entry(pte, level, address);
            }
        }
    }

    static constexpr u64 empty_run = 8;  // PTEs
    [[nodiscard]] bool all_empty(PhysAddr at) const {
        u64 any = 0;
        for (u64 n = 0; n < empty_run; ++n) {
            any |= view_.ram().load_u64(at + n * 8);
        }
        return any == 0;
    }

    // Whether this page table can be read and was not before.
    bool enter(PhysAddr at, int level, u64 base) {
        const auto where = [&] {
            return fmt::format("pid {}: the level {} page table for {:#018x} at {:#x}", pid_, level,
                               base, at.value);
        };
        if (!view_.ram().contains(at, page_size)) {
            part_.violations.add(Invariant::PageTableInRam, where);
            return false;
        }
        u32 first = 0;
        if (!claims_[view_.ram().page_index(at)].compare_exchange_strong(
                first, claim_, std::memory_order_relaxed)) {
            part_.violations.add(Invariant::PageTableUsedOnce, [&] {
                const auto other = view_.process(first - 1);
                return fmt::format("{}: pid {} uses it too", where(), other ? other->pid : 0);
            });
            return false;
        }
        const std::optional<u64> frame = view_.frame_of(at);
        if (frame) {
            part_.page_tables.push_back(*frame);
        }
        // Whose it is otherwise was inferred from page tables.
        if (!frame || (view_.announced() &&
                       view_.owner(*frame) != static_cast<u8>(abi::FrameOwner::page_table))) {
            part_.violations.add(Invariant::PageTableOwned, [&] {
                return frame ? fmt::format("{}: frame {}, owner {}", where(), *frame,
                                           view_.owner(*frame))
                             : where();
            });
        }
        return true;
    }

    void entry(Pte pte, int level, u64 address) {
        const auto where = [&] {
            return fmt::format("{}, level {}, PTE {:#018x}, memory {:#x}",
                               describe({0, address, pte, pid_}, view_.marker()), level, pte.bits,
                               pte.ppn().address().value);
        };
        const bool odd_table = !pte.leaf() && (pte.bits & (Pte::a | Pte::d | Pte::u)) != 0;
        if (!pte.valid() || odd_table) {
            part_.violations.add(Invariant::PteEncoding, where);
        } else if (pte.leaf()) {
            leaf(pte, level, address, where);
        } else if (level == 0) {
            part_.violations.add(Invariant::PteEncoding, where);
        } else {
            table(pte.ppn().address(), level - 1, address);
        }
    }

    template <class Where>
    void leaf(Pte pte, int level, u64 address, const Where& where) {
        const PhysAddr memory = pte.ppn().address();
        if (level != 0) {
            superpage(pte, level, address, where);
            return;
        }
        if (pte.has(Pte::g) && view_.announced()) {
            part_.violations.add(Invariant::LeafNotGlobal, where);
        }
        if (pte.has(Pte::w) && (pte.bits & view_.marker()) != 0) {
            part_.violations.add(Invariant::MarkerExcludesWrite, where);
        }
        if (!view_.ram().contains(memory, page_size)) {
            part_.violations.add(Invariant::LeafInRam, where);
        } else if (const std::optional<u64> frame = view_.frame_of(memory)) {
            part_.mappings.push_back({*frame, address, pte, pid_});
        } else {
            part_.violations.add(Invariant::LeafMapsFrame, where);
        }
    }

    // Ours has none; another kernel's takes a reference to each of its frames.
    template <class Where>
    void superpage(Pte pte, int level, u64 address, const Where& where) {
        const PhysAddr memory = pte.ppn().address();
        if (view_.announced() || level > 1 ||
            !view_.ram().contains(memory, sv39_level_size(level))) {
            part_.violations.add(Invariant::NoUserSuperpage, where);
            return;
        }
        for (u64 offset = 0; offset < sv39_level_size(level); offset += page_size) {
            if (const std::optional<u64> frame = view_.frame_of(memory + offset)) {
                part_.mappings.push_back({*frame, address + offset, pte, pid_});
            }
        }
    }

    const AuditView& view_;
    Claims& claims_;
    Part& part_;
    u32 pid_ = 0;
    u32 claim_ = 0;
};

}  // namespace

std::string describe(const Mapping& mapping, u64 marker) {
    return fmt::format("pid {} at {:#018x} ({})", mapping.pid, mapping.virtual_address,
                       describe_permissions(mapping.pte, marker));
}

Mappings Mappings::collect(const AuditView& view, Violations& violations) {
    Claims claims(view.ram().pages());
    std::vector<Part> parts =
        in_pieces<Part>(view.process_slots(), [&](u64 begin, u64 end, Part& part) {
            Walker walker(view, claims, part);
            for (u64 slot = begin; slot < end; ++slot) {
                walker.walk(slot);
            }
        });
    Mappings result;
    result.page_tables_.resize(view.frame_count());
    u64 mapped = 0;  // behind the last frame that is
    for (Part& part : parts) {
        for (const u64 frame : part.page_tables) {
            result.page_tables_[frame] = 1;
            result.end_ = std::max(result.end_, frame + 1);
        }
        for (const Mapping& mapping : part.mappings) {
            mapped = std::max(mapped, mapping.frame + 1);
        }
        violations.merge(std::move(part.violations));
    }
    result.end_ = std::max(result.end_, mapped);
    result.sort(parts, mapped);
    return result;
}

// By counting: most frames are mapped once, and an audit stands at the end of each program that a
// fuzzer runs.
template <class Parts>
void Mappings::sort(const Parts& parts, u64 mapped) {
    first_.resize(mapped + 1);
    u64 number = 0;
    for (const auto& part : parts) {
        for (const Mapping& mapping : part.mappings) {
            ++first_[mapping.frame];
        }
        number += part.mappings.size();
    }
    std::exclusive_scan(first_.begin(), first_.end(), first_.begin(), u64{0});
    by_frame_.resize(number);
    std::vector<u64> place = first_;
    for (const auto& part : parts) {
        for (const Mapping& mapping : part.mappings) {
            by_frame_[place[mapping.frame]++] = mapping;
        }
    }
    for (u64 frame = 0; frame < mapped; ++frame) {
        if (first_[frame + 1] - first_[frame] > 1) {
            std::sort(by_frame_.begin() + static_cast<i64>(first_[frame]),
                      by_frame_.begin() + static_cast<i64>(first_[frame + 1]),
                      [](const Mapping& a, const Mapping& b) {
                          return std::tie(a.pid, a.virtual_address) <
                                 std::tie(b.pid, b.virtual_address);
                      });
        }
    }
}

u64 Mappings::frames_used() const {
    u64 number = 0;
    for (u64 frame = 0; frame < page_tables_.size(); ++frame) {
        number += used(frame);
    }
    return number;
}

std::span<const Mapping> Mappings::of(u64 frame) const {
    if (frame + 1 >= first_.size()) {
        return {};
    }
    return std::span(by_frame_).subspan(first_[frame], first_[frame + 1] - first_[frame]);
}

}  // namespace stampede
