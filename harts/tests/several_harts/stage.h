// Small guest programs that a test drives itself, hart by hart and instruction by instruction.
#pragma once
#include <gtest/gtest.h>

#include <memory>

#include "harts/access/trap.h"
#include "harts/core/hart.h"
#include "harts/core/machine_context.h"
#include "harts/machine/machine.h"
#include "harts/memory/ram.h"
#include "harts/tests/programs/assembler.h"
#include "harts/tests/programs/elf_writer.h"

namespace stampede::several_harts {

using isa::Op;
using namespace programs;  // the assembler and the registers' names

// Write the code, then start() the machine; every hart stands at the first instruction until put()
// somewhere else.
class Stage {
public:
    void start(const MachineConfig& config) {
        const auto file = elf_around(code.finish(), ram_base.value);
        const auto image = ElfImage::parse(file, "stage");
        ASSERT_TRUE(image.has_value()) << image.error().message;
        auto created = Machine::create(config, *image);
        ASSERT_TRUE(created.has_value()) << created.error().message;
        machine = std::move(*created);
    }
    void start(unsigned harts) {
        start({.harts = harts,
               .memory = u64{4} << 20,
               .time = TimeMode::Counted,
               .bootargs = {},
               .permits = 0});
    }

    [[nodiscard]] HartState& hart(u32 n) const { return machine->hart(HartId{n}).own; }
    [[nodiscard]] MachineContext& context() const { return machine->hart(HartId{0}).machine; }
    void put(u32 n, Label at) const { hart(n).pc = code.address(at); }
    StopReason run(u32 n, u64 instructions) const { return machine->run(HartId{n}, instructions); }
    // Supervisor mode with `satp`.
    void supervise(u32 n, u64 satp) const {
        hart(n).mode = Privilege::Supervisor;
        hart(n).csr.satp = satp;
        select_banks(machine->hart(HartId{n}));
    }
    [[nodiscard]] u64 load(u64 address) const { return machine->ram().load_u64({address}); }
    void store(u64 address, u64 value) const { machine->ram().store_u64({address}, value); }

    Assembler code{ram_base.value};
    std::unique_ptr<Machine> machine;
};

// aq << 1 | rl
inline constexpr u32 no_order = 0, release_order = 1, acquire_order = 2, both_orders = 3;

}  // namespace stampede::several_harts
