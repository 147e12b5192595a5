#include "bench/scalability/booted.h"

#include <fmt/format.h>

#include "bench/support/emulator.h"

namespace stampede::bench {
namespace {

constexpr std::size_t kept = 400;  // bytes of console

// What a batch is, so that a window holds many; a word of kernel/user/lib/bench.h.
unsigned batch_of(const std::string& program) {
    const bool pages = program == "cow_fault" || program == "copyout_page" || program == "sbrk_touch";
    return pages ? 64 : program == "getpid" ? 100 : 1;
}

// Each copy of page_table has a heap of 8 MiB, and its child has another one where fork copies.
u64 memory_for(const std::string& program) { return u64{program == "page_table" ? 2048u : 128u} << 20; }

std::string name_for_errors(const Point& point) { return fmt::format("{}, {}, {} {}", point.policy, point.program, point.harts, point.harts == 1 ? "hart" : "harts"); }

}  // namespace

void LastLines::put(u8 byte) {
    text_ += static_cast<char>(byte);
    if (text_.size() > 2 * kept) {
        text_.erase(0, kept);
    }
}

void FailureListener::on_check_failed(const HartState&, std::string_view text) {
    const FutexGuard guard(lock_);
    first_ = first_ ? first_ : std::string(text);
}

std::optional<std::string> FailureListener::failure() const {
    const FutexGuard guard(lock_);
    return first_;
}

Result<Booted> boot(const Point& point, unsigned copies, TimeMode time, GuestCallSink& sink) {
    Result<ElfImage> kernel = ElfImage::read(beside(fmt::format("guest/kernel-{}.elf", point.policy)));
    if (!kernel) {
        return std::unexpected(kernel.error());
    }
    const MachineConfig config{
        .harts = point.harts,
        .memory = memory_for(point.program),
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
    return {fmt::format("{}: {}; last it said:\n{}", name_for_errors(point), what, booted.console->text())};
}

Result<void> sound(const Point& point, const FailureListener& listener) {
    const auto failure = listener.failure();
    return failure ? error(fmt::format("{}: a check of the program's own failed: {}", name_for_errors(point), *failure)) : Result<void>();
}

}  // namespace stampede::bench
