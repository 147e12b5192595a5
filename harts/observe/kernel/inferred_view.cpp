#include "harts/observe/kernel/inferred_view.h"

#include "harts/observe/kernel/inferred_owners.h"

namespace stampede {
namespace {

abi::AuditTable table_of(const KernelDescription& kernel) {
    abi::AuditTable table{};
    table.magic = abi::AuditTable::expected_magic;
    table.version = abi::AuditTable::current_version;
    table.first_frame = kernel.frames->first;
    table.frame_count = kernel.frames->count();
    if (kernel.counts) {
        table.count_arrays = 1;
        table.counts[0] = {kernel.counts->address, static_cast<u32>(kernel.counts->width),
                           kernel.counts->is_signed, kernel.counts->stride};
    }
    if (kernel.free_lists) {
        for (const FreeListHead& head : kernel.free_lists->heads) {
            if (table.free_lists < abi::AuditTable::max_free_lists) {
                table.free[table.free_lists++] = {head.address};
            }
        }
        table.free_link_offset = kernel.free_lists->link_offset;
    }
    if (kernel.allocate && kernel.allocate_end != 0) {
        table.policy_text_begin = *kernel.allocate;
        table.policy_text_end = kernel.allocate_end;
    }
    const ProcessTable& processes = *kernel.processes;
    table.process_base = processes.address;
    table.process_stride = processes.stride;
    table.process_count = processes.count;
    table.pid_offset = static_cast<u32>(processes.pid.offset);
    table.state_offset = static_cast<u32>(processes.state.offset);
    table.root_pte_offset = processes.page_table.offset;
    table.user_end = kernel.user->end;
    return table;
}

std::expected<AuditView, std::string> view_with(const Ram& ram, const KernelDescription& kernel,
                                                std::vector<u8> owners) {
    return AuditView::create(
        ram, table_of(kernel),
        {.owners = std::make_shared<const std::vector<u8>>(std::move(owners)),
         .marker = kernel.marker.value.value_or(0),
         .unused_state = static_cast<u32>(kernel.processes->unused_state),
         .kernel_count = kernel.kernel_count.value,
         .name_offset = kernel.processes->process_name.value_or(Field{}).offset,
         .name_bytes = kernel.processes->process_name.value_or(Field{}).width});
}

}  // namespace

std::expected<AuditView, std::string> inferred_processes(const Ram& ram,
                                                         const KernelDescription& kernel) {
    if (!kernel.processes || !kernel.frames || !kernel.user) {
        return std::unexpected(
            "a description without processes, frames or user addresses, expected "
            "one of a quiet moment");
    }
    return view_with(ram, kernel, std::vector<u8>(kernel.frames->count()));
}

std::expected<AuditView, std::string> inferred_view(const Ram& ram,
                                                    const KernelDescription& kernel) {
    const std::expected<AuditView, std::string> without = inferred_processes(ram, kernel);
    return without ? view_with(ram, kernel, inferred_owners(*without, kernel)) : without;
}

std::optional<Mappings> inferred_mappings(const Ram& ram, const KernelDescription& kernel) {
    const auto view = inferred_processes(ram, kernel);
    Violations told_by_the_audit;
    return view ? std::optional(Mappings::collect(*view, told_by_the_audit)) : std::nullopt;
}

}  // namespace stampede
