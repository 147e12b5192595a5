// How processes begin: the first one from nothing, the others as copies of their parents.
#include "kernel/base/print.h"
#include "kernel/base/string.h"
#include "kernel/frames/stats.h"
#include "kernel/fs/file_table.h"
#include "kernel/policy/policy.h"
#include "kernel/proc/scheduler.h"
#include "kernel/proc/slots.h"
#include "kernel/proc/trap_frame.h"
#include "kernel/sys/exec.h"
#include "kernel/sys/lifecycle.h"

extern "C" void context_begin();

namespace kernel {

namespace {

constinit const char* first_arguments = nullptr;

// Its kernel context begins in context_begin, right below the trap frame.
void prepare_context(Process& process) {
    process.context = {};
    process.context.ra = reinterpret_cast<std::uint64_t>(&context_begin);
    process.context.sp = reinterpret_cast<std::uint64_t>(process.trap_frame);
}

// On this hart, unless another one has nothing to do.
void start(Process& process) {
    SpinGuard guard(process.lock);
    process.hart = arch::cpu_id();
    make_runnable(process, Keep::not_at_all);
}

void adopt(Process& parent, Process& child) {
    SpinGuard guard(parent.family);
    child.parent.store(&parent, std::memory_order_release);
    child.dead = false;
    parent.children.push_back(child);
}

}  // namespace

void make_first_process(const char* boot_arguments) {
    first_arguments = boot_arguments;
    Process* process = take_slot();
    KERNEL_ASSERT(process && process->pid == 1);
    statistics.common.frames_at_boot = policy::frames_in_use();
    if (!process->space.create()) {
        panic("no memory for the first process");
    }
    process->files = &file_table_create(*inode_root());
    memcpy(process->name.data(), "init", 5);
    prepare_context(*process);
    first_process = process;
    start(*process);
}

void run_init(Process& self) {
    Result<int> argument_count = exec_first("/init", "init", first_arguments);
    if (!argument_count) {
        panic("/init cannot be run: error %d", static_cast<int>(argument_count.error()));
    }
    self.trap_frame->a(0) = static_cast<std::uint64_t>(*argument_count);
}

Result<std::uint32_t> fork_process(Process& parent) {
    Process* child = take_slot();
    if (!child) {
        return failure(Error::no_process);
    }
    Result<void> copied = child->space.create();
    if (copied) {
        copied = parent.space.fork_into(child->space);
    }
    if (!copied) {
        AddressSpace gone;
        gone.take(child->space);  // tables that are being freed are nobody's any more
        gone.destroy();
        give_slot(*child);
        return failure(copied.error());
    }
    child->size = parent.size;
    child->name = parent.name;
    *child->trap_frame = *parent.trap_frame;
    child->trap_frame->a(0) = 0;
    child->files = &file_table_for_child(*parent.files);
    prepare_context(*child);

    std::uint32_t pid = child->pid;  // once it runs it may end, and its slot be another's
    adopt(parent, *child);
    start(*child);
    return pid;
}

}  // namespace kernel
