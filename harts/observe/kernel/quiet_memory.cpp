#include "harts/observe/kernel/quiet_memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <map>

#include "harts/observe/audit/free_lists.h"
#include "harts/observe/audit/mappings.h"
#include "harts/observe/kernel/inferred_view.h"
#include "harts/observe/kernel/page_table_scan.h"

namespace stampede {
namespace {

constexpr u64 lower_half = u64{1} << 38;  // Sv39's, in bytes: xv6's MAXVA

// Behind the last address that a page table maps to itself in RAM; 0: it maps none, or not `page`.
u64 end_of_identity(const Ram& ram, PhysAddr root, u64 page) {
    u64 end = 0;
    bool maps_page = false;
    PageTableScan(ram,
                  {nullptr,
                   [&](u64 address, Pte pte, int level) {
                       const u64 bytes = sv39_level_size(level);
                       if (pte.ppn().address().value == address && ram.contains({address}, bytes)) {
                           end = std::max(end, address + bytes);
                           maps_page |= page - address < bytes;
                       }
                   }})
        .from(root);
    return maps_page ? end : 0;
}

struct Known {
    u64 lowest = ~u64{0}, highest = 0;  // addresses of frames
    u64 free = 0;                       // how many
};

// Which of `frames` are free or used by processes.
Known known_frames(const Ram& ram, KernelDescription kernel, const FrameRange& frames) {
    kernel.frames = {frames, ""};
    Known known;
    const auto view = inferred_processes(ram, kernel);
    if (!view) {
        return known;
    }
    Violations told_by_the_audit;
    const Mappings mappings = Mappings::collect(*view, told_by_the_audit);
    const FreeLists free_lists = FreeLists::collect(*view, told_by_the_audit);
    for (u64 frame = 0; frame < view->frame_count(); ++frame) {
        known.free += free_lists.holds(frame);
        if (free_lists.holds(frame) || mappings.used(frame)) {
            known.lowest = std::min(known.lowest, view->address_of(frame).value);
            known.highest = view->address_of(frame).value;
        }
    }
    return known;
}

}  // namespace

Inferred<PhysAddr> find_kernel_page_table(const DataTypes& types, const Ram& ram,
                                          const KernelDescription& kernel) {
    Inferred<PhysAddr> found{std::nullopt,
                             "no pointer to PTEs leads to a table that maps the kernel to itself"};
    visit_data(types, [&](const Datum& datum) {
        const auto root =
            points_to_ptes(*datum.type) ? load_unsigned(ram, datum.address, 8) : std::nullopt;
        if (found || !root || *root == 0) {
            return;
        }
        if (const u64 end = end_of_identity(ram, {*root}, kernel.image_begin & ~page_offset_mask)) {
            found = {PhysAddr{*root}, fmt::format("{} at {:#x}; it maps {:#x} to {:#x} to itself",
                                                  datum.path, *root, kernel.image_begin, end)};
        }
    });
    return found;
}

Inferred<UserLayout> find_user_layout(const Ram& ram, const KernelDescription& kernel) {
    UserLayout layout{.end = lower_half - 2 * page_size};
    const ProcessTable& processes = *kernel.processes;
    u64 seen = ~u64{0};
    u64 frame = 0;  // the trap frame of the process whose table is scanned
    PageTableScan scan(ram, {nullptr, [&](u64 address, Pte pte, int) {
                                 const u64 memory = pte.ppn().address().value;
                                 const bool code = pte.has(Pte::x) &&
                                                   memory >= kernel.image_begin &&
                                                   memory < kernel.image_end;
                                 const bool trapframe = memory == frame && frame != 0;
                                 if (!pte.has(Pte::u) && (code || trapframe)) {
                                     (code ? layout.trampoline : layout.trapframe) = address;
                                     seen = std::min(seen, address);
                                 }
                             }});
    for (u64 slot = 0; slot < processes.count; ++slot) {
        if (processes.used(ram, slot)) {
            frame = processes.trapframe ? processes.load(ram, slot, *processes.trapframe) : 0;
            scan.from({processes.load(ram, slot, processes.page_table)});
        }
    }
    if (seen == ~u64{0}) {
        return {layout,
                fmt::format("below {:#x}, as is usual: no process maps its trap frame or the "
                            "kernel's code",
                            layout.end)};
    }
    layout.end = seen;
    return {layout, fmt::format("below {:#x}: trap frame at {:#x}, trampoline at {:#x}, in all "
                                "processes' page tables",
                                layout.end, layout.trapframe, layout.trampoline)};
}

Inferred<FrameRange> find_frames(const Ram& ram, const KernelDescription& kernel,
                                 const DescriptionFile& said) {
    const u64 rounded = (kernel.image_end + page_size - 1) / page_size * page_size;
    const u64 ram_end = ram_base.value + ram.size();
    const u64 mapped_end = kernel.kernel_page_table
                               ? end_of_identity(ram, *kernel.kernel_page_table,
                                                 kernel.image_begin & ~page_offset_mask)
                               : 0;
    const u64 end = said.end ? said.end->value : mapped_end != 0 ? mapped_end : ram_end;
    if (end <= rounded || end > ram_end || end % page_size != 0) {
        return {std::nullopt,
                fmt::format(
                    "{}: frames end at {:#x}, expected whole pages behind {:#x} up to {:#x}",
                    said.end ? said.end->where : "the kernel's page table", end, rounded, ram_end)};
    }
    const Known known = known_frames(ram, kernel, {rounded, end});
    if (known.highest == 0) {
        return {std::nullopt, "no frame is free or used by a process"};
    }
    FrameRange frames{kernel.free_lists ? known.lowest : rounded,
                      said.end || mapped_end != 0 ? end : known.highest + page_size};
    const std::string how = said.end          ? "said by " + said.end->where
                            : mapped_end != 0 ? "as far as the kernel maps its memory"
                                              : "the highest that is free or mapped";
    return {frames,
            fmt::format("{} from {:#x} to {:#x} ({}), {} behind the kernel's end were never given "
                        "to the allocator; {} are free",
                        frames.count(), frames.first, frames.end, how,
                        (frames.first - rounded) / page_size, known.free)};
}

std::vector<MappedFrame> mapped_frames(const Ram& ram, const KernelDescription& kernel) {
    std::vector<MappedFrame> mapped;
    const auto mappings = inferred_mappings(ram, kernel);
    for (u64 frame = 0; mappings && frame < kernel.frames->count(); ++frame) {
        if (const u64 number = mappings->of(frame).size()) {
            mapped.push_back({kernel.frames->first + frame * page_size, number});
        }
    }
    return mapped;
}

Inferred<i64> find_kernel_count(const Ram& ram, const KernelDescription& kernel) {
    const auto view = inferred_view(ram, kernel);
    if (!kernel.counts || !view) {
        return {std::nullopt, "no counts"};
    }
    std::map<i64, u64> numbers;
    u64 all = 0;
    for (u64 frame = 0; frame < view->frame_count(); ++frame) {
        const u8 owner = view->owner(frame);
        if (owner == static_cast<u8>(abi::FrameOwner::page_table) ||
            owner == static_cast<u8>(abi::FrameOwner::kernel_stack) ||
            owner == static_cast<u8>(abi::FrameOwner::trapframe)) {
            ++numbers[view->count(frame)];
            ++all;
        }
    }
    const auto most =
        std::ranges::max_element(numbers, {}, [](const auto& each) { return each.second; });
    if (most == numbers.end() || 10 * most->second < 9 * all) {
        return {std::nullopt, fmt::format("{} page tables, kernel stacks and trap frames have {} "
                                          "different counts: nothing is demanded of them",
                                          all, numbers.size())};
    }
    return {most->first, fmt::format("{} of {} page tables, kernel stacks and trap frames have {}",
                                     most->second, all, most->first)};
}

}  // namespace stampede
