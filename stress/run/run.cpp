#include "stress/run/run.h"

#include <fmt/format.h>

#include "stress/run/boot.h"
#include "stress/run/guest_run.h"

namespace stampede {

Result<RunOutcome> run_guest(const RunSetup& setup, ConsoleLog& console, Interrupts& interrupts,
                             const RunListeners& listeners, Booted* booted) {
    const Result<ElfImage> kernel = ElfImage::read(setup.kernel);
    if (!kernel) {
        return std::unexpected(kernel.error());
    }
    if (const std::string hash = kernel_hash(*kernel);
        !setup.kernel_hash.empty() && hash != setup.kernel_hash) {
        return error(fmt::format(
            "{}: is another kernel than when stress began: it was {} then, and is {} now",
            setup.kernel.lexically_normal().string(), setup.kernel_hash, hash));
    }
    Booted own;
    const bool from_prompt =
        !setup.prompt.empty() && setup.watch_from == RunSetup::WatchFrom::Prompt;
    if (booted == nullptr) {
        Result<Booted> made =
            from_prompt ? boot(setup, *kernel, &interrupts) : at_reset(setup, *kernel, &interrupts);
        if (!made) {
            return std::unexpected(made.error());
        }
        own = std::move(*made);
        booted = &own;
    }
    Machine& machine = *booted->machine;
    std::unique_ptr<Trace> trace;
    if (setup.trace) {
        auto made = Trace::create(*setup.trace, [&machine] { return machine.time(); });
        if (!made) {
            return std::unexpected(made.error());
        }
        trace = std::move(*made);
    }
    for (const char c : booted->console) {
        console.put(static_cast<u8>(c));
    }
    RunOutcome outcome =
        GuestRun(setup, *kernel, *booted, trace.get(), console, interrupts, listeners).run();
    if (trace != nullptr) {
        if (const Result<void> written = trace->finish(); !written) {
            outcome.lost.push_back(written.error());
        }
    }
    return outcome;
}

}  // namespace stampede
