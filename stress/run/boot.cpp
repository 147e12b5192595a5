#include "stress/run/boot.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <thread>

#include "harts/core/hart.h"
#include "harts/image/symbols.h"
#include "harts/machine/snapshot.h"
#include "harts/memory/ram.h"
#include "harts/schedule/round_robin.h"
#include "stress/run/shell_line.h"

namespace stampede {
namespace {

// Of all harts together: clearing 128 MiB a byte at a time is an eighth of one billion.
constexpr u64 instructions_at_most = 20'000'000'000;
constexpr u64 instructions_a_look = 100'000'000;
// in host time, while all wait for a timer
constexpr auto idle_pause = std::chrono::milliseconds(1);

// Harts in turn; long turns for those that get the boot on, short ones for those that wait: until a
// program runs all wait for hart 0, then for whoever runs it. A hart whose stack lies in the
// kernel's own image is in its scheduler.
class BootSchedule final : public Schedule {
public:
    BootSchedule(Machine& machine, u64 image_end) : machine_(machine), image_end_(image_end) {}

    Turn next(u64 runnable) override {
        Turn turn = in_turn_.next(runnable);
        turn.instructions = works(machine_.hart(turn.hart).own) ? long_turn : short_turn;
        return turn;
    }

private:
    static constexpr u64 long_turn = 200'000, short_turn = 2'000;  // instructions

    bool works(const HartState& own) {
        constexpr unsigned stack_pointer = 2;
        const u64 sp = own.x[stack_pointer];
        const bool in_process =
            own.mode == Privilege::User || (own.mode == Privilege::Supervisor && sp > image_end_);
        process_seen_ = process_seen_ || in_process;
        return process_seen_ ? in_process : own.id.value == 0;
    }

    Machine& machine_;
    const u64 image_end_;
    RoundRobin in_turn_{short_turn};
    bool process_seen_ = false;
};

u64 end_of(const ElfImage& kernel) {
    u64 end = 0;
    for (const ElfSegment& segment : kernel.segments()) {
        end = std::max(end, segment.virtual_address + segment.memory_size);
    }
    return end;
}

Result<Booted> made(const RunSetup& setup, const ElfImage& kernel) {
    MachineConfig config = setup.machine;
    for (const DiskContents& disk : setup.disks) {
        config.virtio.disks.push_back({FileBytes::copy_of(*disk)});
    }
    Result<std::unique_ptr<Machine>> made = Machine::create(config, kernel);
    if (!made) {
        return std::unexpected(made.error());
    }
    Booted booted;
    booted.machine = std::move(*made);
    booted.virtio = config.virtio.version;
    return booted;
}

Result<Booted> boot_with(const RunSetup& setup, const ElfImage& kernel,
                         const Interrupts* interrupts) {
    Result<Booted> machine_made = made(setup, kernel);
    if (!machine_made) {
        return machine_made;
    }
    Booted& booted = *machine_made;
    Machine& machine = *booted.machine;
    ShellLine line(setup.prompt, "");
    ConsoleLog console;
    machine.set_console(&console);
    line.listen(console, machine);
    BootSchedule schedule(machine, end_of(kernel));
    const auto began = std::chrono::steady_clock::now();
    bool& ended = booted.ended;
    while (!ended && !booted.at_prompt) {
        const MachineStop stop = machine.run_scheduled(schedule, instructions_a_look);
        booted.at_prompt = stop == MachineStop::Requested && line.at_prompt(console);
        ended =
            !booted.at_prompt &&
            (stop == MachineStop::Finished || (interrupts != nullptr && interrupts->requested()) ||
             console.panicked() || machine.instructions() >= instructions_at_most ||
             (setup.limit && std::chrono::steady_clock::now() - began >= *setup.limit));
        if (stop == MachineStop::Idle) {
            ended = ended || setup.machine.time == TimeMode::Counted;
            std::this_thread::sleep_for(idle_pause);
        }
    }
    machine.set_console(nullptr);
    booted.console = console.text();
    booted.instructions = machine.instructions();
    return machine_made;
}

// Everything that boot depends on; empty: work does not begin at a prompt.
std::string key_of(const RunSetup& setup) {
    if (setup.prompt.empty() || setup.watch_from != RunSetup::WatchFrom::Prompt) {
        return "";
    }
    std::string key =
        fmt::format("{} {} {} {} {}", setup.kernel.string(), setup.kernel_hash, setup.machine.harts,
                    setup.machine.memory, static_cast<int>(setup.machine.time));
    for (const DiskContents& disk : setup.disks) {
        key += fmt::format(" {:x}", XXH3_64bits(disk->data(), disk->size()));
    }
    return key;
}

// Who waits in it for input: a shell, and processes that forks have made, with what they share. The
// longer one shares more, and takes a kernel that prints much for too long.
constexpr std::array quiet_lines{"cat | cat | cat | cat", "cat | cat"};
constexpr u64 quiet_after = 40'000'000;  // instructions of all harts
constexpr unsigned tries = 5;            // … that often, for machines with many harts that idle

// At the prompt, at which the machine is again when this comes back.
Inferred<KernelDescription> describe_behind(const char* quiet_line, Machine& machine,
                                            const ElfImage& kernel, const DescriptionFile& said) {
    ConsoleLog console;
    machine.set_console(&console);
    ShellLine line("", quiet_line);
    console.take_input_from([&line] { return line.next(); });
    line.type(machine);
    BootSchedule schedule(machine, end_of(kernel));
    const Symbols symbols(kernel);
    Inferred<KernelDescription> described;
    for (unsigned n = 0; n < tries && !described; ++n) {
        machine.run_scheduled(schedule, quiet_after);
        Result<KernelDescription> made = describe_kernel(symbols, machine.ram(), said);
        if (made) {
            described.value = std::move(*made);
        } else {
            described.how = made.error().message;
        }
    }
    machine.set_console(nullptr);
    return described;
}

Inferred<KernelDescription> describe(Machine& machine, const ElfImage& kernel,
                                     const DescriptionFile& said) {
    Snapshot prompt(machine);
    Inferred<KernelDescription> described;
    for (const char* const line : quiet_lines) {
        described = describe_behind(line, machine, kernel, said);
        prompt.restore();
        if (described) {
            break;
        }
    }
    return described;
}

}  // namespace

// Which version of virtio a kernel wants shows in its coming up with one of them; most know one,
// and give up at once on the other.
Result<Booted> boot(const RunSetup& setup, const ElfImage& kernel, const Interrupts* interrupts) {
    Result<Booted> booted = boot_with(setup, kernel, interrupts);
    const bool may_want_another = booted && !booted->at_prompt && !setup.disks.empty() &&
                                  setup.machine.virtio.version == VirtioVersion::Legacy;
    const auto interrupted = [&] { return interrupts != nullptr && interrupts->requested(); };
    if (may_want_another && !interrupted()) {
        RunSetup other = setup;
        other.machine.virtio.version = VirtioVersion::Modern;
        Result<Booted> second = boot_with(other, kernel, interrupts);
        // What the first one said when it gave up is no finding of a user who wants no more.
        if (second && (second->at_prompt || interrupted())) {
            booted = std::move(second);
        }
    }
    if (booted && booted->at_prompt) {
        booted->description = describe(*booted->machine, kernel, setup.said);
    }
    return booted;
}

Result<Booted> at_reset(const RunSetup& setup, const ElfImage& kernel,
                        const Interrupts* interrupts) {
    RunSetup wanted = setup;
    if (!setup.disks.empty()) {
        const Result<Booted> tried = boot(setup, kernel, interrupts);
        if (!tried) {
            return std::unexpected(tried.error());
        }
        wanted.machine.virtio.version = tried->virtio;
    }
    Result<Booted> booted = made(wanted, kernel);
    if (booted && !setup.prompt.empty()) {
        booted->description.how = "nothing is inferred where boot is watched";
    }
    return booted;
}

std::vector<InferredPart> inferred_parts(const Booted& booted) {
    if (booted.description) {
        return booted.description->parts();
    }
    const std::string& why = booted.description.how;
    return why.empty() ? std::vector<InferredPart>()
                       : std::vector<InferredPart>{{"counts", false, why}};
}

void BootedOnce::prepare(const RunSetup& setup) {
    const std::string key = key_of(setup);
    if (key == key_) {
        return;
    }
    key_ = key;
    booted_.reset();
    const Result<ElfImage> kernel = key.empty() ? error("") : ElfImage::read(setup.kernel);
    if (Result<Booted> made =
            kernel ? boot(setup, *kernel, nullptr) : std::unexpected(kernel.error())) {
        booted_ = std::move(*made);
    }
}

Booted* BootedOnce::take_for(const RunSetup& setup) {
    return booted_ && key_of(setup) == key_ ? &*booted_ : nullptr;
}

}  // namespace stampede
