#include "harts/observe/audit/view.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <span>
#include <utility>

namespace stampede {
namespace {

using Complaint = std::optional<std::string>;

constexpr u64 lower_half = u64{1} << 38;  // Sv39's, in bytes
constexpr u64 max_totals = 4096;          // parts that are summed: far more than there are harts

// `number` elements `stride` bytes apart, the last `width` bytes long, as a whole in RAM and
// aligned to `width`.
Complaint check_array(const Ram& ram, std::string_view what, u64 address, u64 number, u64 stride,
                      u64 width) {
    u64 reach = 0;
    if (number == 0) {
        return fmt::format("{}: no elements", what);
    }
    if (stride < width || stride % width != 0 || address % width != 0) {
        return fmt::format(
            "{}: at {:#x} every {} bytes, expected elements of {} bytes that are aligned and do "
            "not overlap",
            what, address, stride, width);
    }
    if (__builtin_mul_overflow(number - 1, stride, &reach) ||
        __builtin_add_overflow(reach, width, &reach) || !ram.contains({address}, reach)) {
        return fmt::format("{}: {} elements every {} bytes at {:#x} do not lie in RAM", what,
                           number, stride, address);
    }
    return std::nullopt;
}

Complaint check_head(const abi::AuditTable& table) {
    if (table.magic != abi::AuditTable::expected_magic) {
        return fmt::format("magic: {:#x}, expected {:#x}", table.magic,
                           abi::AuditTable::expected_magic);
    }
    if (table.version < abi::AuditTable::first_version ||
        table.version > abi::AuditTable::current_version) {
        return fmt::format("version: {}, expected {} to {}", table.version,
                           abi::AuditTable::first_version, abi::AuditTable::current_version);
    }
    if (table.policy_text_end < table.policy_text_begin) {
        return fmt::format("the policy's code: {:#x} to {:#x}, expected a range",
                           table.policy_text_begin, table.policy_text_end);
    }
    if (table.user_end == 0 || table.user_end > lower_half || table.user_end % page_size != 0) {
        return fmt::format("end of the user half: {:#x}, expected whole pages up to {:#x}",
                           table.user_end, lower_half);
    }
    return std::nullopt;
}

Complaint check_marker(const abi::AuditTable& table) {
    if (table.marker_bit != 8 && table.marker_bit != 9) {
        return fmt::format("marker bit: {}, expected 8 or 9 (the RSW bits)", table.marker_bit);
    }
    return std::nullopt;
}

Complaint check_frames(const Ram& ram, const abi::AuditTable& table) {
    if (Complaint wrong = check_array(ram, "frames", table.first_frame, table.frame_count,
                                      page_size, page_size)) {
        return wrong;
    }
    if (table.count_arrays > abi::AuditTable::max_count_arrays) {
        return fmt::format("count arrays: {}, expected 1 to {}", table.count_arrays,
                           abi::AuditTable::max_count_arrays);
    }
    for (u32 n = 0; n < table.count_arrays; ++n) {
        const abi::CountArray& counts = table.counts[n];
        const std::string what = fmt::format("count array {}", n);
        if (!std::has_single_bit(counts.width) || counts.width > 8 || counts.is_signed > 1) {
            return fmt::format(
                "{}: integers of {} bytes, signed {}, expected 1, 2, 4 or 8 and 0 or 1", what,
                counts.width, counts.is_signed);
        }
        if (Complaint wrong = check_array(ram, what, counts.address, table.frame_count,
                                          counts.stride, counts.width)) {
            return wrong;
        }
    }
    return std::nullopt;
}

Complaint check_free_lists(const Ram& ram, const abi::AuditTable& table) {
    if (table.free_lists > abi::AuditTable::max_free_lists) {
        return fmt::format("free lists: {}, expected at most {}", table.free_lists,
                           abi::AuditTable::max_free_lists);
    }
    for (u32 n = 0; n < table.free_lists; ++n) {
        if (Complaint wrong = check_array(ram, fmt::format("head of free list {}", n),
                                          table.free[n].head_address, 1, 8, 8)) {
            return wrong;
        }
    }
    if (table.free_link_offset % 8 != 0 || table.free_link_offset >= page_size) {
        return fmt::format(
            "link of free frames: at byte {}, expected an aligned u64 inside the frame",
            table.free_link_offset);
    }
    return table.free_links == 0 ? std::nullopt
                                 : check_array(ram, "links of free frames", table.free_links,
                                               table.frame_count, 8, 8);
}

Complaint check_totals(const Ram& ram, const abi::AuditTable& table) {
    if (table.stats_address == 0 || table.version < abi::AuditTable::current_version) {
        return std::nullopt;
    }
    if (table.stats_count > max_totals) {
        return fmt::format("totals: {} parts, expected at most {}", table.stats_count, max_totals);
    }
    return check_array(ram, "totals", table.stats_address, table.stats_count, table.stats_stride,
                       8);
}

Complaint check_processes(const Ram& ram, const abi::AuditTable& table) {
    const u64 stride = table.process_stride;
    if (Complaint wrong =
            check_array(ram, "processes", table.process_base, table.process_count, stride, 8)) {
        return wrong;
    }
    const std::array<u64, 3> offsets{table.pid_offset, table.state_offset, table.root_pte_offset};
    const std::array<u64, 3> widths{4, 4, 8};
    for (std::size_t n = 0; n < offsets.size(); ++n) {
        if (offsets[n] % widths[n] != 0 || stride < widths[n] || offsets[n] > stride - widths[n]) {
            return fmt::format(
                "process: a field of {} bytes at byte {}, expected it aligned and within {} bytes",
                widths[n], offsets[n], stride);
        }
    }
    // The array check covered 8 bytes of the last element; all of it has to be there.
    if (!ram.contains({table.process_base}, table.process_count * stride)) {
        return fmt::format("processes: {} of {} bytes at {:#x} do not lie in RAM",
                           table.process_count, stride, table.process_base);
    }
    return std::nullopt;
}

// What only a kernel that announces its table has.
Complaint check_announced(const Ram& ram, const abi::AuditTable& table) {
    if (Complaint wrong = check_marker(table)) {
        return wrong;
    }
    if (Complaint wrong = check_array(ram, "owners", table.owners, table.frame_count, 1, 1)) {
        return wrong;
    }
    if (table.count_arrays == 0) {
        return fmt::format("count arrays: 0, expected 1 to {}", abi::AuditTable::max_count_arrays);
    }
    if (Complaint wrong = check_totals(ram, table)) {
        return wrong;
    }
    return check_array(ram, "frontier", table.frontier_address, 1, 8, 8);
}

// All but that.
Complaint check_any(const Ram& ram, const abi::AuditTable& table) {
    Complaint wrong = check_head(table);
    wrong = wrong ? wrong : check_frames(ram, table);
    wrong = wrong ? wrong : check_free_lists(ram, table);
    return wrong ? wrong : check_processes(ram, table);
}

}  // namespace

std::expected<AuditView, std::string> AuditView::create(const Ram& ram,
                                                        const abi::AuditTable& table) {
    Complaint wrong = check_any(ram, table);
    wrong = wrong ? wrong : check_announced(ram, table);
    if (wrong) {
        return std::unexpected(*wrong);
    }
    AuditView view(ram, table,
                   {.owners = nullptr,
                    .marker = u64{1} << table.marker_bit,
                    .unused_state = static_cast<u32>(abi::ProcessState::unused),
                    .kernel_count = 1});
    const u64 frontier = ram.load_u64({table.frontier_address});
    const u64 end = table.first_frame + table.frame_count * page_size;
    if (frontier < table.first_frame || frontier > end || frontier % page_size != 0) {
        return std::unexpected(
            fmt::format("frontier: {:#x}, expected a frame's start from {:#x} to {:#x}", frontier,
                        table.first_frame, end));
    }
    view.frontier_ = (frontier - table.first_frame) / page_size;
    return view;
}

std::expected<AuditView, std::string> AuditView::create(const Ram& ram,
                                                        const abi::AuditTable& table,
                                                        AuditRules rules) {
    if (const Complaint wrong = check_any(ram, table)) {
        return std::unexpected(*wrong);
    }
    if (rules.owners == nullptr || rules.owners->size() != table.frame_count) {
        return std::unexpected(fmt::format("owners: of {} frames, expected {}",
                                           rules.owners == nullptr ? 0 : rules.owners->size(),
                                           table.frame_count));
    }
    if (rules.name_bytes > table.process_stride ||
        rules.name_offset > table.process_stride - rules.name_bytes) {
        return std::unexpected(fmt::format("name: {} bytes at byte {}, expected within {}",
                                           rules.name_bytes, rules.name_offset,
                                           table.process_stride));
    }
    AuditView view(ram, table, std::move(rules));
    view.frontier_ = table.frame_count;
    return view;
}

std::optional<u64> AuditView::frame_of(PhysAddr address) const {
    const u64 frame = (address.value - table_.first_frame) / page_size;
    if (address.value < table_.first_frame || frame >= table_.frame_count) {
        return std::nullopt;
    }
    return frame;
}

std::optional<AuditView::Process> AuditView::process(u64 slot) const {
    const u64 at = table_.process_base + slot * table_.process_stride;
    if (static_cast<u32>(load(at + table_.state_offset, 4)) != rules_.unused_state) {
        const u64 root = load(at + table_.root_pte_offset, 8);
        constexpr u64 ppn_mask = (u64{1} << 44) - 1;
        return Process{static_cast<u32>(load(at + table_.pid_offset, 4)),
                       {announced() ? root & ppn_mask : root / page_size}};
    }
    return std::nullopt;
}

std::string AuditView::program_name(u64 slot) const {
    const u64 at = table_.process_base + slot * table_.process_stride + rules_.name_offset;
    std::string name;
    for (u64 n = 0; n < rules_.name_bytes; ++n) {
        const char c = static_cast<char>(load(at + n, 1));
        if (c <= ' ' || c > '~') {
            break;
        }
        name += c;
    }
    return name;
}

}  // namespace stampede
