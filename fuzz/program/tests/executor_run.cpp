#include "fuzz/program/tests/executor_run.h"

#include <gtest/gtest.h>

#include "harts/guests/our_kernel.h"

namespace stampede::fuzz {

namespace {

constexpr u64 most_instructions = 200'000'000;

class Sink : public GuestCallSink {
public:
    Sink(const std::string& image, ExecutorOutcome& outcome) : image_(image), outcome_(outcome) {}
    void on_done(const HartState&, u64 status) override { outcome_.done += status == 0; }
    void on_check_failed(const HartState&, std::string_view text) override {
        outcome_.failed_checks.emplace_back(text);
    }
    std::string_view on_fetch(const HartState&, u32) override { return image_; }

private:
    const std::string& image_;
    ExecutorOutcome& outcome_;
};

class Log : public Console {
public:
    explicit Log(std::string& text) : text_(text) {}
    void put(u8 byte) override { text_ += static_cast<char>(byte); }

private:
    std::string& text_;
};

}  // namespace

ExecutorOutcome run_executor(const ExecutorRun& run, const std::string& image) {
    ExecutorOutcome outcome;
    const Guest guest = our_kernel(STAMPEDE_GUESTS, run.policy);
    const Result<ElfImage> kernel = ElfImage::read(guest.kernel);
    if (!kernel) {
        ADD_FAILURE() << kernel.error().message;
        return outcome;
    }
    MachineConfig config;
    config.harts = run.harts;
    config.memory = u64{16} << 20;
    config.time = TimeMode::Counted;
    config.bootargs = guest.start({"executor", ""})->bootargs;
    const auto machine = Machine::create(config, *kernel);
    if (!machine) {
        ADD_FAILURE() << machine.error().message;
        return outcome;
    }
    Sink sink(image, outcome);
    Log log(outcome.console);
    (*machine)->set_guest_calls(&sink);
    (*machine)->set_console(&log);
    const ScheduleSpec spec = run.schedule.spec();
    (*machine)->set_perturbation(spec.perturbation(run.schedule.seed));
    const auto schedule = spec.make(run.schedule.seed, run.harts);
    outcome.stop = (*machine)->run_scheduled(*schedule, most_instructions);
    if (outcome.stop != MachineStop::SnapshotReady) {
        ADD_FAILURE() << "no snapshot: " << outcome.console;
        return outcome;
    }
    const u64 before = (*machine)->instructions();
    do {
        outcome.stop = (*machine)->run_scheduled(*schedule, most_instructions);
    } while (outcome.stop == MachineStop::Quiescent);
    outcome.instructions = (*machine)->instructions() - before;
    return outcome;
}

}  // namespace stampede::fuzz
