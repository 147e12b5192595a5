#include "bench/priorities/mix.h"

#include <fmt/format.h>

#include "harts/guests/shelf.h"
#include "harts/machine/machine.h"
#include "harts/schedule/round_robin.h"

namespace stampede::bench {
namespace {

class WholeConsole final : public Console {
public:
    void put(u8 byte) override { text += static_cast<char>(byte); }
    std::string text;
};

}  // namespace

Result<std::vector<SampledProcess>> run_mix(unsigned tenths) {
    // instructions: counted time has 100 a tick of 10 MHz
    constexpr u64 turn = 1000, per_tenth = 100'000'000;
    const Result<Guest> guest = Shelf::beside_program().kernel(default_kernel);
    if (!guest) {
        return std::unexpected(guest.error());
    }
    Result<ElfImage> kernel = ElfImage::read(guest->kernel);
    if (!kernel) {
        return std::unexpected(kernel.error());
    }
    const MachineConfig config{
        .harts = 1,
        .time = TimeMode::Counted,
        .bootargs =
            guest->start({"priorities", fmt::format("scheduler=pbs tenths={}", tenths)})->bootargs};
    Result<std::unique_ptr<Machine>> machine = Machine::create(config, *kernel);
    if (!machine) {
        return std::unexpected(machine.error());
    }
    WholeConsole console;
    (*machine)->set_console(&console);
    RoundRobin schedule(turn);
    (*machine)->run_scheduled(schedule, (tenths + 10) * per_tenth);
    const auto status = (*machine)->exit_status();
    if (status != 0u) {
        return error(fmt::format(
            "the guest {}; it said:\n{}",
            status ? fmt::format("ended with status {}", *status) : "did not end", console.text));
    }
    return read_samples(console.text);
}

}  // namespace stampede::bench
