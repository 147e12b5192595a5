#include "bench/scalability/memory_names.h"

#include "harts/observe/audit/audit.h"
#include "harts/observe/frame_owner.h"

namespace stampede::bench {

MemoryNames::MemoryNames(const Ram& ram, std::optional<PhysAddr> audit_table,
                         const GuestSymbols& symbols)
    : symbols_(symbols) {
    if (audit_table) {
        table_ = load_audit_table(ram, *audit_table);
    }
    if (table_) {
        if (auto view = AuditView::create(ram, *table_)) {
            view_.emplace(std::move(*view));
        }
    }
}

std::string MemoryNames::of(PhysAddr at) const {
    if (!symbols_.in_image(at) && view_) {
        if (const auto frame = view_->frame_of(at)) {
            return std::string(owner_name(view_->owner(*frame))) + " frames";
        }
        if (table_->free_links != 0 && at.value >= table_->free_links &&
            at.value < table_->free_links + table_->frame_count * sizeof(u64)) {
            return "links of free frames";
        }
        if (at.value >= table_->owners && at.value < table_->owners + table_->frame_count) {
            return "owners of frames";
        }
        for (u32 n = 0; n < table_->count_arrays; ++n) {
            const abi::CountArray& counts = table_->counts[n];
            if (at.value >= counts.address &&
                at.value < counts.address + counts.stride * table_->frame_count) {
                return "counts of frames";
            }
        }
    }
    const std::string name = symbols_.describe_physical(at);
    return symbols_.in_image(at) ? without_places(name) : name;
}

}  // namespace stampede::bench
