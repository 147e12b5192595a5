#include "kernel/sys/audit.h"

#include "kernel/abi/audit_table.h"
#include "kernel/arch/pte.h"
#include "kernel/arch/riscv/machine.h"
#include "kernel/frames/stats.h"
#include "kernel/policy/policy.h"
#include "kernel/proc/slots.h"

extern "C" const char policy_text_begin[], policy_text_end[];  // kernel.ld

namespace kernel {

namespace {

using stampede::abi::AuditTable;

constinit AuditTable table{};

// offsetof is defined for standard-layout types only; this is the same for a real object.
template <class T>
std::uint32_t offset_in(const Process& process, const T& member) {
    return static_cast<std::uint32_t>(reinterpret_cast<const char*>(&member) -
                                      reinterpret_cast<const char*>(&process));
}

void describe_processes() NO_THREAD_SAFETY_ANALYSIS {  // addresses only
    const Process* first = process_array();
    table.process_base = arch::physical(first).value;
    table.process_stride = sizeof(Process);
    table.process_count = max_processes;
    table.pid_offset = offset_in(*first, first->pid);
    table.state_offset = offset_in(*first, first->state);
    table.root_pte_offset = offset_in(*first, first->space) + AddressSpace::root_ppn_offset();
}

}  // namespace

void audit_table_announce() {
    const FrameRange& range = frame_range();
    table.magic = AuditTable::expected_magic;
    table.version = AuditTable::current_version;
    table.marker_bit = Pte::marker_bit;
    table.first_frame = range.first.value;
    table.frame_count = range.frame_count;
    table.owners = arch::physical(range.owners).value;
    table.user_end = user_end;
    table.stats_address = arch::physical(&statistics).value;
    table.stats_stride = sizeof(Statistics);
    table.stats_count = sizeof statistics / sizeof(Statistics);
    table.policy_text_begin = reinterpret_cast<std::uint64_t>(policy_text_begin);
    table.policy_text_end = reinterpret_cast<std::uint64_t>(policy_text_end);
    policy::describe(table);
    describe_processes();
    arch::announce_audit_table(arch::physical(&table));
}

}  // namespace kernel
