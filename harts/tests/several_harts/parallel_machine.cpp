#include "harts/tests/several_harts/parallel_machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <random>

#include "harts/core/hart.h"
#include "harts/core/machine_context.h"
#include "harts/memory/ram.h"

namespace stampede::several_harts {
namespace {

using ::several_harts::Parameters;
using ::several_harts::Results;

Result<PhysAddr> find(const ElfImage& image, const std::string& name) {
    const auto& symbols = image.symbols();
    const auto found = std::find_if(symbols.begin(), symbols.end(), [&](const ElfSymbol& symbol) {
        return symbol.name.find(name) != std::string::npos;
    });
    if (found == symbols.end()) {
        return error(fmt::format("{}: no symbol {}", image.name(), name));
    }
    return PhysAddr{found->address};
}

void set(Ram& ram, PhysAddr at, const ParallelRun& run) {
    ram.store_u64(at + offsetof(Parameters, program), static_cast<u64>(run.program));
    ram.store_u64(at + offsetof(Parameters, harts), run.harts);
    ram.store_u64(at + offsetof(Parameters, rounds), run.rounds);
    ram.store_u64(at + offsetof(Parameters, order), static_cast<u64>(run.order));
}

MachineStop take_turns(Machine& machine, std::chrono::seconds limit) {
    std::minstd_rand random(machine.harts());
    const auto end = std::chrono::steady_clock::now() + limit;
    for (u64 turn = 0; turn % 4096 != 0 || std::chrono::steady_clock::now() < end; ++turn) {
        const HartId hart{static_cast<u32>(random() % machine.harts())};
        if (machine.run(hart, 1 + random() % 40) == StopReason::Finished) {
            return MachineStop::Finished;
        }
    }
    return MachineStop::Deadline;
}

}  // namespace

Result<ParallelMachine> ParallelMachine::run(const ParallelRun& run, std::chrono::seconds limit) {
    const auto image = ElfImage::read(SEVERAL_HARTS_GUEST);
    if (!image) {
        return std::unexpected(image.error());
    }
    const auto parameters = find(*image, "several_harts10parametersE");
    const auto results = find(*image, "several_harts7resultsE");
    if (!parameters || !results) {
        return std::unexpected(parameters ? results.error() : parameters.error());
    }
    MachineConfig config;
    config.harts = run.harts;
    config.memory = u64{32} << 20;
    config.time = run.drive == Drive::OneThread ? TimeMode::Counted : run.time;
    auto machine = Machine::create(config, *image);
    if (!machine) {
        return std::unexpected(machine.error());
    }
    set((*machine)->ram(), *parameters, run);
    if (run.patience != 0) {
        (*machine)->hart(HartId{0}).machine.reservation_use.set_patience(run.patience);
    }
    const MachineStop why = run.drive == Drive::ThreadAHart ? (*machine)->run_parallel(limit)
                                                            : take_turns(**machine, limit);
    if (why != MachineStop::Finished) {
        std::string state;
        for (u32 n = 0; n < run.harts; ++n) {
            state += fmt::format(" {:#x}", (*machine)->hart(HartId{n}).own.pc);
        }
        return error(fmt::format("the guest did not end; the harts' pcs:{}", state));
    }
    if (const u32 status = (*machine)->exit_status().value_or(0); status != 0) {
        const CsrFile& csr = (*machine)->hart(HartId{0}).own.csr;
        return error(fmt::format(
            "the guest failed with status {:#x}; hart 0: mcause {:#x} mepc {:#x} mtval {:#x}",
            status, csr.mcause, csr.mepc, csr.mtval));
    }
    return ParallelMachine(std::move(*machine), *results);
}

u64 ParallelMachine::result(unsigned hart, unsigned value) const {
    return machine_->ram().load_u64(results_ + hart * sizeof(Results) + value * sizeof(u64));
}

u64 ParallelMachine::sum(unsigned value, unsigned from) const {
    u64 sum = 0;
    for (unsigned hart = from; hart < machine_->harts(); ++hart) {
        sum += result(hart, value);
    }
    return sum;
}

}  // namespace stampede::several_harts
