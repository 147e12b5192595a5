#include "bench/emulator/guest_loop.h"

#include <fmt/format.h>

#include <sstream>

#include "harts/guests/shelf.h"
#include "harts/schedule/schedule_spec.h"

namespace stampede::bench {
namespace {

// Guards against a guest that hangs, no limits of what is measured.
constexpr std::chrono::seconds longest{120};
constexpr u64 most_instructions = 20'000'000'000;
constexpr u64 seed = 1;

}  // namespace

Result<std::unique_ptr<GuestLoop>> GuestLoop::create(const LoopSetup& setup) {
    std::unique_ptr<GuestLoop> loop(new GuestLoop(setup));
    if (Result<void> booted = loop->boot(); !booted) {
        return std::unexpected(booted.error());
    }
    return loop;
}

GuestLoop::~GuestLoop() = default;

Result<void> GuestLoop::boot() {
    const Result<ScheduleSpec> spec = ScheduleSpec::parse(setup_.schedule);
    if (!spec) {
        return std::unexpected(spec.error());
    }
    const Guest guest = Shelf::beside_program().loops();
    const Result<ElfImage> image = ElfImage::read(guest.kernel);
    if (!image) {
        return std::unexpected(image.error());
    }
    const MachineConfig config{
        .harts = setup_.harts,
        .time = spec->repeatable() ? TimeMode::Counted : TimeMode::Host,
        .bootargs = guest.start({setup_.loop, fmt::format("units={}", setup_.units)})->bootargs};
    Result<std::unique_ptr<Machine>> machine = Machine::create(config, *image);
    if (!machine) {
        return std::unexpected(machine.error());
    }
    machine_ = std::move(*machine);
    machine_->set_console(this);
    if (spec->repeatable()) {
        schedule_ = spec->make(seed, setup_.harts);
        machine_->set_perturbation(spec->perturbation(seed));
    }
    Result<void> begun = run_to(MachineStop::Requested);
    executed_ = executed();
    return begun;
}

// The guest announces a loop by a line `S name`, and its end by one that begins with E.
void GuestLoop::put(u8 byte) {
    const bool ends = line_.empty() && byte == 'E';
    line_ += static_cast<char>(byte);
    const bool begins = byte == '\n' && line_.starts_with("S ");
    if (byte == '\n') {
        said_ += line_;
        line_.clear();
    }
    if (begins || ends) {
        machine_->request_stop();
    }
}

Result<void> GuestLoop::run_to(MachineStop wanted) {
    const MachineStop why = schedule_ == nullptr
                                ? machine_->run_parallel(longest)
                                : machine_->run_scheduled(*schedule_, most_instructions);
    if (why != wanted) {
        return std::unexpected(failed(
            why == MachineStop::Finished ? "the guest ended" : "the guest does not get anywhere"));
    }
    return {};
}

Result<void> GuestLoop::run() {
    Result<void> ran = run_to(MachineStop::Requested);
    executed_ = executed() - executed_;
    return ran;
}

Result<LoopCounts> GuestLoop::finish() {
    if (Result<void> ended = run_to(MachineStop::Finished); !ended) {
        return std::unexpected(ended.error());
    }
    if (*machine_->exit_status() != 0) {
        return std::unexpected(failed(fmt::format("exit status {}", *machine_->exit_status())));
    }
    LoopCounts counts{.executed = executed_};
    std::istringstream last(said_.substr(said_.rfind("\nE ") + 1));
    std::string mark, name;
    if (!(last >> mark >> name >> counts.in_loop >> counts.units) || counts.units == 0) {
        return std::unexpected(failed("no line `E name instructions units`"));
    }
    return counts;
}

u64 GuestLoop::executed() const {
    u64 sum = 0;
    for (u32 hart = 0; hart < machine_->harts(); ++hart) {
        sum += machine_->instructions({hart});
    }
    return sum;
}

Error GuestLoop::failed(std::string_view what) const {
    return {fmt::format("loop {}, {} harts, {}: {}; it said:\n{}{}", setup_.loop, setup_.harts,
                        setup_.schedule, what, said_, line_)};
}

}  // namespace stampede::bench
