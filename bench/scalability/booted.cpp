#include "bench/scalability/booted.h"

#include <fmt/format.h>

#include "harts/guests/shelf.h"

namespace stampede::bench {
namespace {

constexpr std::size_t kept = 400;  // bytes of console

// A program that is no workload has what one has of which nothing is said.
Workload workload_of(const std::string& program) {
    const Workload* const workload = workload_named(program);
    return workload != nullptr ? *workload : Workload{};
}

std::string name_for_errors(const Point& point) {
    return fmt::format("{}, {}, {} {}", point.policy, point.program, point.harts,
                       point.harts == 1 ? "hart" : "harts");
}

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
    const Result<Guest> guest = Shelf::beside_program().kernel(point.policy);
    if (!guest) {
        return std::unexpected(guest.error());
    }
    Result<ElfImage> kernel = ElfImage::read(guest->kernel);
    if (!kernel) {
        return std::unexpected(kernel.error());
    }
    const Workload workload = workload_of(point.program);
    const std::string words =
        fmt::format("copies={} batch={} seconds=1000000 seed=1", copies, workload.batch);
    const MachineConfig config{.harts = point.harts,
                               .memory = workload.megabytes << 20,
                               .time = time,
                               .bootargs = guest->start({point.program, words})->bootargs};
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
    const char* const what = why == MachineStop::Finished || why == MachineStop::Quiescent
                                 ? "the guest ended"
                             : why == MachineStop::Idle     ? "every hart waits for ever"
                             : why == MachineStop::Deadline ? "the guest does not get anywhere"
                                                            : "the guest stopped";
    return {fmt::format("{}: {}; last it said:\n{}", name_for_errors(point), what,
                        booted.console->text())};
}

Result<void> sound(const Point& point, const FailureListener& listener) {
    const auto failure = listener.failure();
    return failure ? error(fmt::format("{}: a check of the program's own failed: {}",
                                       name_for_errors(point), *failure))
                   : Result<void>();
}

}  // namespace stampede::bench
