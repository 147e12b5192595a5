// A kernel's process table and its table of harts, by their shape: arrays of structures with xv6's
// members, whatever they are called.
#pragma once
#include <vector>

#include "harts/observe/kernel/description_file.h"
#include "harts/observe/kernel/inferred.h"
#include "harts/observe/kernel/kernel_data.h"

namespace stampede {

// Of an element of an array.
struct Field {
    u64 offset = 0;
    u64 width = 0;  // bytes
};

struct ProcessTable {
    std::string name;  // "proc"
    u64 address = 0;
    u64 stride = 0;  // bytes
    u64 count = 0;
    Field state, pid, page_table;
    // Where there are such.
    std::optional<Field> trapframe, kernel_stack, size, parent, channel, process_name;
    std::optional<Field> saved_stack_pointer{};  // while it sleeps
    std::vector<Field> further_page_tables{};    // pointers to PTEs that processes have besides
    std::vector<Enumerator> states{};            // empty: `state` is no enumeration
    u64 unused_state = 0;

    [[nodiscard]] u64 field(u64 slot, Field which) const {
        return address + slot * stride + which.offset;
    }
    // 0 where it does not lie in RAM.
    [[nodiscard]] u64 load(const Ram& ram, u64 slot, Field which) const {
        return load_unsigned(ram, field(slot, which), which.width).value_or(0);
    }
    [[nodiscard]] bool used(const Ram& ram, u64 slot) const {
        return load(ram, slot, state) != unused_state;
    }
    [[nodiscard]] std::string state_name(u64 value) const;  // "SLEEPING", "3"
};

// Not found: says how many such arrays there are.
[[nodiscard]] Inferred<ProcessTable> find_process_table(const DataTypes& types,
                                                        const DescriptionFile& said);

struct HartTable {
    std::string name;  // "cpus"
    u64 address = 0;
    u64 stride = 0;  // bytes
    u64 count = 0;
    Field process, interrupts_off_depth;  // of a pointer into the process table, of an integer
};

[[nodiscard]] Inferred<HartTable> find_hart_table(const DataTypes& types);

// Whether all processes sleep, and which one does not: "pid 3 is RUNNABLE". "": all do.
[[nodiscard]] std::string awake_process(const ProcessTable& processes, const Ram& ram);

}  // namespace stampede
