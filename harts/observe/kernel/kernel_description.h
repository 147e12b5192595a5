// What is known of a kernel that tells nothing of itself: from its file's symbols and DWARF, from
// its memory at a quiet moment, and from what somebody says of it (description_file.h). By shapes
// and members, never by which kernel it is.
//
// It stands in observe: it is asked while a machine runs, of the file and of RAM alone, and the
// audit that follows from it is the one of observe/audit.
#pragma once
#include <string>
#include <vector>

#include "harts/image/symbols.h"
#include "harts/observe/kernel/allocator.h"
#include "harts/observe/kernel/count_formula.h"
#include "harts/observe/kernel/locks.h"
#include "harts/observe/kernel/process_table.h"
#include "harts/report/forms/inferred_part.h"

namespace stampede {

// Which virtual addresses are a process's, and which the kernel's within its page table.
struct UserLayout {
    u64 end = 0;         // behind the user's part
    u64 trapframe = 0;   // 0: not seen
    u64 trampoline = 0;  // 0: not seen
};

struct KernelDescription {
    std::string kernel;  // the file's path, for messages

    // From the file.
    Inferred<ProcessTable> processes;
    Inferred<HartTable> harts;
    Inferred<std::vector<LockVariable>> locks;
    Inferred<u64> allocate, free;  // functions
    u64 allocate_end = 0;          // behind the former's code; 0: its size is not known
    // Where the file lies in memory, with its bss: to what such kernels call `end`.
    u64 image_begin = 0, image_end = 0;

    // From memory at a quiet moment.
    Inferred<PhysAddr> kernel_page_table;  // its root
    Inferred<FreeListHeads> free_lists;
    Inferred<FrameRange> frames;
    Inferred<UserLayout> user;
    Inferred<CountFormula> counts;
    Inferred<u64> marker;        // PTE bits, any of which marks a leaf copy-on-write
    Inferred<i64> kernel_count;  // the count of frames that the kernel has for itself

    // Each of these with how it was found, or why it was not.
    [[nodiscard]] std::vector<InferredPart> parts() const;
    // The same for somebody who teaches with this kernel, a line each.
    [[nodiscard]] std::string explain() const;
};

// What the file alone tells: processes, harts, functions. Error: names the file; it has no debug
// information or no process table, or is not loaded where it is linked.
[[nodiscard]] Result<KernelDescription> describe_kernel(const Symbols& symbols,
                                                        const DescriptionFile& said = {});

// With all that memory tells at a quiet moment: harts parked, processes asleep, frames shared after
// a fork (`cat | cat` waits at the prompt). Error: a process is awake (which), or a line of the
// description names what the kernel does not have (file and line). What else is not found is told
// by `how`.
[[nodiscard]] Result<KernelDescription> describe_kernel(const Symbols& symbols, const Ram& ram,
                                                        const DescriptionFile& said = {});

}  // namespace stampede
