#include "bench/scalability/booted.h"

#include <fmt/format.h>

#include "bench/support/emulator.h"

namespace stampede::bench {
namespace {

constexpr std::size_t kept = 400;  // bytes of console

// What a batch is, so that a window holds many; a word of kernel/user/lib/bench.h.
unsigned batch_of(const std::string& program) { return program == "cow_fault" ? 64 : program == "getpid" ? 100 : 1; }

}  // namespace

void LastLines::put(u8 byte) {
    text_ += static_cast<char>(byte);
    if (text_.size() > 2 * kept) {
        text_.erase(0, kept);
    }
}

Result<Booted> boot(const Point& point, unsigned copies, TimeMode time, GuestCallSink& sink) {
    Result<ElfImage> kernel = ElfImage::read(beside(fmt::format("guest/kernel-{}.elf", point.policy)));
    if (!kernel) {
        return std::unexpected(kernel.error());
    }
    const MachineConfig config{
        .harts = point.harts,
        .time = time,
        .bootargs = fmt::format("run={} copies={} batch={} seconds=1000000 seed=1", point.program, copies, batch_of(point.program))};
    Result<std::unique_ptr<Machine>> machine = Machine::create(config, *kernel);
    if (!machine) {
        return std::unexpected(machine.error());
    }
    Booted booted{std::move(*kernel), std::make_unique<LastLines>(), std::move(*machine)};
    booted.machine->set_console(booted.console.get());
    booted.machine->set_guest_calls(&sink);
    return booted;
}

Error stopped(const Point& point, const Booted& booted, MachineStop why) {
    const char* const what = why == MachineStop::Finished || why == MachineStop::Quiescent ? "the guest ended"
                             : why == MachineStop::Idle   ? "every hart waits for ever"
                             : why == MachineStop::Deadline ? "the guest does not get anywhere" : "the guest stopped";
    return {fmt::format("{}, {}, {} harts: {}; last it said:\n{}", point.policy, point.program, point.harts, what, booted.console->text())};
}

}  // namespace stampede::bench
