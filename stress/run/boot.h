// A guest that works at its shell's prompt is booted once, quickly and always the same way, and
// watched from the prompt on. What was not watched cannot be said wrongly: of accesses before it
// nothing races with what comes behind.
#pragma once
#include <memory>
#include <string>

#include "harts/base/error.h"
#include "harts/machine/machine.h"
#include "harts/observe/kernel/kernel_description.h"
#include "stress/run/run.h"

namespace stampede {

struct Booted {
    std::unique_ptr<Machine> machine;
    std::string console;  // what it has said so far
    bool at_prompt = false;
    bool ended = false;    // before a prompt, or there was none for very long
    u64 instructions = 0;  // of all harts
    VirtioVersion virtio = VirtioVersion::Legacy;  // that it came up with
    // What was inferred of a kernel that tells nothing of itself, or why nothing was.
    Inferred<KernelDescription> description = {};
};

// What a report says of that description; nothing of a kernel that none was looked for in.
[[nodiscard]] std::vector<InferredPart> inferred_parts(const Booted& booted);

// One thread drives all harts. `interrupts` may be null. The machine has neither observers nor
// sinks any more when this comes back. Error: kernel or machine cannot be used.
[[nodiscard]] Result<Booted> boot(const RunSetup& setup, const ElfImage& kernel,
                                  const Interrupts* interrupts);

// The same that has not run at all; with disks, another machine is booted before, to see how this
// kernel wants them.
[[nodiscard]] Result<Booted> at_reset(const RunSetup& setup, const ElfImage& kernel,
                                      const Interrupts* interrupts);

// A booted machine for processes that are forked off. One thread.
class BootedOnce {
public:
    // Boots for such setups, unless that has been done, or their work does not begin at a prompt.
    // What is wrong with them shows in their run.
    void prepare(const RunSetup& setup);
    // In a fork: what has been prepared; null where it was not for such a setup.
    [[nodiscard]] Booted* take_for(const RunSetup& setup);

private:
    std::string key_;  // what boot depends on
    std::optional<Booted> booted_;
};

}  // namespace stampede
