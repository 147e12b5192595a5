#include "fuzz/program_runner.h"

#include <cassert>

#include "fuzz/booted_kernel.h"

namespace stampede::fuzz {

ProgramRunner::ProgramRunner(unsigned harts, std::unique_ptr<BootedKernel> plain,
                             std::unique_ptr<BootedKernel> counting,
                             std::unique_ptr<BootedKernel> parallel)
    : harts_(harts),
      plain_(std::move(plain)),
      counting_(std::move(counting)),
      parallel_(std::move(parallel)) {}
ProgramRunner::~ProgramRunner() = default;

Result<std::unique_ptr<ProgramRunner>> ProgramRunner::create(const RunnerSetup& setup) {
    const Result<ElfImage> kernel = ElfImage::read(setup.guest.kernel);
    if (!kernel) {
        return std::unexpected(kernel.error());
    }
    auto plain =
        BootedKernel::create(setup, *kernel, SchedulingPoints::NotCounted, Drive::OneThread);
    if (!plain) {
        return std::unexpected(plain.error());
    }
    Result<std::unique_ptr<BootedKernel>> counting = nullptr, parallel = nullptr;
    if (setup.race == nullptr) {
        counting =
            BootedKernel::create(setup, *kernel, SchedulingPoints::Counted, Drive::OneThread);
        if (!counting) {
            return std::unexpected(counting.error());
        }
    }
    if (setup.drive == Drive::ThreadAHart) {
        parallel =
            BootedKernel::create(setup, *kernel, SchedulingPoints::NotCounted, Drive::ThreadAHart);
        if (!parallel) {
            return std::unexpected(parallel.error());
        }
    }
    return std::unique_ptr<ProgramRunner>(new ProgramRunner(
        setup.harts, std::move(*plain), std::move(*counting), std::move(*parallel)));
}

const std::vector<Finding>& ProgramRunner::at_boot() const { return plain_->at_boot(); }

std::vector<OracleReport> ProgramRunner::oracles() const {
    return (parallel_ != nullptr ? parallel_ : plain_)->oracles().report();
}

ProgramOutcome ProgramRunner::run(const Program& program,
                                  const std::optional<ScheduleSpec>& instead) {
    const ScheduleSpec spec = instead ? *instead : program.schedule.spec();
    const std::unique_ptr<Schedule> schedule = spec.make(program.schedule.seed, harts_);
    assert(schedule != nullptr || parallel_ != nullptr);
    BootedKernel& kernel = schedule == nullptr                                 ? *parallel_
                           : schedule->limits_events() && counting_ != nullptr ? *counting_
                                                                               : *plain_;
    return kernel.run(program, schedule.get(), spec.perturbation(program.schedule.seed));
}

}  // namespace stampede::fuzz
