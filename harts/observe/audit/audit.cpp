#include "harts/observe/audit/audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <functional>
#include <span>

#include "harts/observe/audit/free_lists.h"
#include "harts/observe/audit/mappings.h"
#include "harts/observe/audit/parallel.h"
#include "harts/observe/audit/view.h"
#include "harts/observe/audit/violations.h"
#include "harts/observe/frame_owner.h"

namespace stampede {
namespace {

using abi::FrameOwner;

// One frame against everything that is known of it.
class FrameCheck {
public:
    FrameCheck(const AuditView& view, const Mappings& mappings, const FreeLists& free_lists,
               u64 frame)
        : view_(view),
          free_lists_(free_lists),
          frame_(frame),
          count_(view.count(frame)),  // 0 where there are none
          owner_(view.owner(frame)),
          users_(mappings.of(frame)),
          page_table_(mappings.holds_page_table(frame)) {}

    void run(Violations& violations) const {
        const auto where = [this] { return describe_frame(); };
        const auto check = [&](Invariant invariant, bool broken) {
            if (broken) {
                violations.add(invariant, where);
            }
        };
        if (frame_ >= view_.frontier()) {
            check(Invariant::NeverUsedFrameInUse,
                  count_ != 0 || !users_.empty() || page_table_ || free_lists_.holds(frame_));
            return;
        }
        check(Invariant::OwnerKnown, owner_ >= owner_names.size());
        if (free_lists_.holds(frame_)) {
            check(Invariant::FreeFrameHasCount, count_ != 0 && view_.announced());
            check(Invariant::FreeFrameIsMapped,
                  !users_.empty() || page_table_ || (!view_.announced() && kernel_maps()));
            return;
        }
        if (!view_.announced() && nobodys()) {
            check(Invariant::CountTooHigh, count_ > 0 && free_lists_.complete());
            check(Invariant::LostFrame, count_ <= 0 && free_lists_.complete());
            return;
        }
        const auto references = static_cast<i64>(users_.size()) + (kernel_holds() ? 1 : 0);
        if (demands_count()) {
            const auto count = static_cast<i64>(users_.size()) +
                               (kernel_holds() ? view_.kernel_count().value_or(0) : 0);
            check(Invariant::CountTooHigh, count_ > count);
            check(Invariant::CountTooLow, count_ < count);
        }
        check(Invariant::LostFrame, count_ == 0 && references == 0 && free_lists_.complete());
        check(Invariant::OwnerFits, !users_.empty() && owner_ != static_cast<u8>(FrameOwner::user));
        check(Invariant::SharedFrameWritable, references > 1 && writable());
    }

    // Whom it counts for in AuditReport::of_nobody.
    [[nodiscard]] std::optional<std::size_t> owner_of_nobodys() const {
        const bool in_use = view_.announced() ? count_ > 0 : !free_lists_.holds(frame_);
        return in_use && users_.empty() && !page_table_
                   ? std::optional(std::min<std::size_t>(owner_, owner_names.size()))
                   : std::nullopt;
    }

private:
    // A frame that belongs to the kernel has one holder there; what is free or a user's has none.
    [[nodiscard]] bool kernel_holds() const {
        return owner_ != static_cast<u8>(FrameOwner::free) &&
               owner_ != static_cast<u8>(FrameOwner::user) && owner_ < owner_names.size();
    }
    [[nodiscard]] bool nobodys() const {
        return users_.empty() && owner_ == static_cast<u8>(FrameOwner::free);
    }
    // What of that is in a page table, by design of all kernels.
    [[nodiscard]] bool kernel_maps() const {
        return owner_ == static_cast<u8>(FrameOwner::kernel_stack) ||
               owner_ == static_cast<u8>(FrameOwner::trapframe);
    }
    // Inferred owners that hang on a pointer, which may be stale, tell nothing of a count.
    [[nodiscard]] bool demands_count() const {
        if (view_.announced()) {
            return true;
        }
        return view_.has_counts() && owner_ <= static_cast<u8>(FrameOwner::trapframe) &&
               (!kernel_holds() || view_.kernel_count());
    }
    [[nodiscard]] std::string owner_text() const {
        if (!view_.announced() && owner_ == static_cast<u8>(FrameOwner::free)) {
            return "nobody";
        }
        return owner_ < owner_names.size() ? std::string(owner_names[owner_])
                                           : std::to_string(owner_);
    }
    [[nodiscard]] bool writable() const {
        return std::any_of(users_.begin(), users_.end(),
                           [](const Mapping& mapping) { return mapping.pte.has(Pte::w); });
    }
    [[nodiscard]] std::string describe_frame() const {
        std::string text =
            fmt::format("frame {} at {:#x}: {}, mapped {} times, owner {}", frame_,
                        view_.address_of(frame_).value,
                        view_.has_counts() ? fmt::format("count {}", count_) : "no count",
                        users_.size(), owner_text());
        text += page_table_ ? ", a page table in use" : "";
        text += free_lists_.holds(frame_) ? ", on a free list" : "";
        constexpr std::size_t mappings_told = 8;
        for (const Mapping& mapping : users_.first(std::min(users_.size(), mappings_told))) {
            text += "\n    mapped by " + describe(mapping, view_.marker());
        }
        return text + (users_.size() > mappings_told ? "\n    and others" : "");
    }

    const AuditView& view_;
    const FreeLists& free_lists_;
    u64 frame_;
    i64 count_;
    u8 owner_;
    std::span<const Mapping> users_;
    bool page_table_;
};

// Whether nobody has touched the frames that were never used, so that none of them needs a look of
// its own.
bool nothing_beyond_frontier(const AuditView& view, const Mappings& mappings,
                             const FreeLists& free_lists) {
    if (mappings.reach(view.frontier()) || free_lists.reach(view.frontier())) {
        return false;
    }
    u64 frame = view.frontier();
    while (frame < view.frame_count() && view.count(frame) == 0) {
        ++frame;
    }
    return frame == view.frame_count();
}

std::string text_of(const FramesByOwner& numbers) {
    std::string text;
    for (std::size_t owner = 0; owner < numbers.size(); ++owner) {
        if (numbers[owner] != 0) {
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", numbers[owner],
                                owner < owner_names.size() ? owner_names[owner] : "unknown");
        }
    }
    return text;
}

// Frames with a count that no process uses, by owner.
std::string owners_of_others(const AuditView& view, const Mappings& mappings) {
    FramesByOwner numbers{};
    for (u64 frame = 0; frame < view.frontier(); ++frame) {
        if (!mappings.used(frame) && view.count(frame) > 0) {
            ++numbers[std::min<std::size_t>(view.owner(frame), owner_names.size())];
        }
    }
    return text_of(numbers);
}

Finding malformed(std::string why) {
    Violations violations;
    violations.add(Invariant::TableWellFormed, [&] { return std::move(why); });
    return violations.findings().front();
}

// The first `size` bytes of a Plain; what comes behind them is 0.
template <class Plain>
std::optional<Plain> load_plain(const Ram& ram, PhysAddr at, std::size_t size = sizeof(Plain)) {
    if (!ram.contains(at, size)) {
        return std::nullopt;
    }
    std::array<u8, sizeof(Plain)> bytes{};
    ram.copy_out(at, std::span(bytes).first(size));
    return std::bit_cast<Plain>(bytes);
}

// How much of it a kernel of that version has.
constexpr std::size_t table_size(u32 version) {
    switch (version) {
    case abi::AuditTable::first_version: return offsetof(abi::AuditTable, policy_text_begin);
    case abi::AuditTable::second_version: return offsetof(abi::AuditTable, free_links);
    default: return sizeof(abi::AuditTable);
    }
}
constexpr std::size_t first_stats = offsetof(abi::KernelStats, allocations_failed);

}  // namespace

std::optional<abi::AuditTable> load_audit_table(const Ram& ram, PhysAddr table) {
    auto loaded =
        load_plain<abi::AuditTable>(ram, table, table_size(abi::AuditTable::first_version));
    if (loaded && loaded->version != abi::AuditTable::first_version) {
        loaded = load_plain<abi::AuditTable>(ram, table, table_size(loaded->version));
    }
    if (loaded && loaded->version < abi::AuditTable::current_version) {
        loaded->stats_count = 1;
    }
    return loaded;
}

std::optional<abi::KernelStats> load_kernel_stats(const Ram& ram, const abi::AuditTable& table) {
    if (table.stats_address == 0) {
        return std::nullopt;
    }
    const std::size_t size =
        table.version == abi::AuditTable::first_version ? first_stats : sizeof(abi::KernelStats);
    using Fields = std::array<u64, sizeof(abi::KernelStats) / sizeof(u64)>;
    Fields total{};
    for (u64 n = 0; n < table.stats_count; ++n) {
        const auto part =
            load_plain<Fields>(ram, {table.stats_address + n * table.stats_stride}, size);
        if (!part) {
            return std::nullopt;
        }
        std::ranges::transform(total, *part, total.begin(), std::plus());
    }
    return std::bit_cast<abi::KernelStats>(total);
}

std::vector<Finding> audit(const Ram& ram, PhysAddr table) {
    const std::optional<abi::AuditTable> loaded = load_audit_table(ram, table);
    if (!loaded) {
        return {malformed(fmt::format("address: {:#x}, expected {} bytes in RAM", table.value,
                                      sizeof(abi::AuditTable)))};
    }
    return audit(ram, *loaded);
}

std::vector<Finding> audit(const Ram& ram, const abi::AuditTable& table) {
    return audit_report(ram, table).findings;
}

AuditReport audit_report(const Ram& ram, const abi::AuditTable& table) {
    const std::expected<AuditView, std::string> view = AuditView::create(ram, table);
    return view ? audit_report(*view) : AuditReport{{malformed(view.error())}};
}

AuditReport audit_report(const AuditView& view) {
    Violations violations;
    const Mappings mappings = Mappings::collect(view, violations);
    const FreeLists free_lists = FreeLists::collect(view, violations);
    const u64 end =
        nothing_beyond_frontier(view, mappings, free_lists) ? view.frontier() : view.frame_count();
    struct Part {
        Violations violations;
        FramesByOwner of_nobody{};
    };
    AuditReport report;
    for (Part& part : in_pieces<Part>(end, [&](u64 first, u64 last, Part& found) {
             for (u64 frame = first; frame < last; ++frame) {
                 const FrameCheck check(view, mappings, free_lists, frame);
                 check.run(found.violations);
                 if (const auto owner = check.owner_of_nobodys()) {
                     ++found.of_nobody[*owner];
                 }
             }
         })) {
        violations.merge(std::move(part.violations));
        std::ranges::transform(report.of_nobody, part.of_nobody, report.of_nobody.begin(),
                               std::plus());
    }
    report.findings = violations.findings();
    return report;
}

std::optional<FrameUse> count_frames(const Ram& ram, const abi::AuditTable& table) {
    const std::expected<AuditView, std::string> view = AuditView::create(ram, table);
    const std::optional<abi::KernelStats> stats = load_kernel_stats(ram, table);
    if (!view || !stats) {
        return std::nullopt;
    }
    Violations told_by_the_audit;
    const Mappings mappings = Mappings::collect(*view, told_by_the_audit);
    return FrameUse{stats->frames_at_boot, stats->frames_in_use, mappings.frames_used(),
                    owners_of_others(*view, mappings)};
}

FrameUse count_frames(const AuditView& view, u64 before) {
    Violations told_by_the_audit;
    const Mappings mappings = Mappings::collect(view, told_by_the_audit);
    const FreeLists free_lists = FreeLists::collect(view, told_by_the_audit);
    FrameUse use{before, 0, 0, ""};
    FramesByOwner others{};
    for (u64 frame = 0; frame < view.frame_count(); ++frame) {
        if (free_lists.holds(frame)) {
            continue;
        }
        ++use.now;
        // The trap frame is mapped behind the user half.
        if (mappings.used(frame) || view.owner(frame) == static_cast<u8>(FrameOwner::trapframe)) {
            ++use.of_processes;
        } else {
            ++others[std::min<std::size_t>(view.owner(frame), owner_names.size())];
        }
    }
    use.others = text_of(others);
    use.beginning = "by no process where the workload began";
    return use;
}

std::optional<Finding> check_for_leak(const FrameUse& use) {
    if (use.of_nobody() == use.at_beginning) {
        return std::nullopt;
    }
    Finding finding;
    finding.kind = FindingKind::leak;
    finding.title = use.now > use.at_beginning + use.of_processes
                        ? "more frames are in use at the end than at the beginning"
                        : "fewer frames are in use at the end than at the beginning";
    finding.detail = fmt::format(
        "{} frames in use {}; {} at the end, {} of them by processes; "
        "the others are: {}",
        use.at_beginning, use.beginning, use.now, use.of_processes, use.others);
    return finding;
}

std::optional<Finding> check_for_leak(const FramesByOwner& before, const FramesByOwner& now) {
    for (std::size_t owner = 0; owner < now.size(); ++owner) {
        const bool counts = owner != static_cast<std::size_t>(FrameOwner::user) &&
                            owner != static_cast<std::size_t>(FrameOwner::pipe) &&
                            owner != static_cast<std::size_t>(FrameOwner::file);
        if (counts && now[owner] > before[owner]) {
            Finding finding;
            finding.kind = FindingKind::leak;
            finding.title = fmt::format("frames are left that no process has any more: {}",
                                        owner_name(static_cast<u8>(owner)));
            finding.detail = fmt::format("{} of this owner, {} before", now[owner], before[owner]);
            return finding;
        }
    }
    return std::nullopt;
}

}  // namespace stampede
