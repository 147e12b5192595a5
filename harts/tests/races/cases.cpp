#include "harts/tests/races/cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <random>

#include "harts/image/elf_image.h"
#include "harts/memory/ram.h"

namespace stampede::races {
namespace {

using ::races::Parameters;
using ::races::kernel::Broken;

// A hand-over costs a lock-order or edge case more than a round costs the others.
constexpr u64 rounds_of(Group group) {
    return group == Group::Edges || group == Group::LockOrder ? 10 : 200;
}

constexpr Case cases[] = {
#define PATTERN(name, group, expectation, first, second) \
    {#name,                                              \
     Group::group,                                       \
     Expectation::expectation,                           \
     first,                                              \
     second,                                             \
     Guest::Patterns,                                    \
     static_cast<u64>(::races::Pattern::name),           \
     rounds_of(Group::group)},
#include "harts/tests/races/patterns.inc"
#undef PATTERN
#define KERNEL(name, broken, expectation, first, second)             \
    {name,   Group::Kernel, Expectation::expectation,         first, \
     second, Guest::Kernel, static_cast<u64>(Broken::broken), 60}
    KERNEL("kernel", Nothing, Silent, "", ""),
    KERNEL("kernel_with_broken_reserved_lock", ReservedLock, Race, "take_frame", "take_frame"),
    KERNEL("kernel_with_broken_ticket_lock", TicketLock, Race, "remove_thread", "remove_thread"),
    KERNEL("kernel_with_broken_reader_writer_lock", ReaderWriterLock, Race, "put_message",
           "put_message"),
    KERNEL("kernel_with_broken_sequence_lock", SequenceLock, Race, "write_entry", "read_entry"),
#undef KERNEL
};

}  // namespace

std::span<const Case> all_cases() { return cases; }

void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

std::string file_of(Guest guest) {
    return guest == Guest::Patterns ? RACES_PATTERNS_GUEST : RACES_KERNEL_GUEST;
}

Result<std::unique_ptr<Machine>> load_case(const Case& one, const CaseOptions& options) {
    const auto image = ElfImage::read(file_of(one.guest));
    if (!image) {
        return std::unexpected(image.error());
    }
    const auto parameters = image->address_of("_ZN5races10parametersE");
    if (!parameters) {
        return std::unexpected(parameters.error());
    }
    MachineConfig config;
    config.harts = options.harts;
    config.memory = u64{8} << 20;
    config.time = options.time;
    config.permits = options.permits;
    auto machine = Machine::create(config, *image);
    if (machine) {
        Ram& ram = (*machine)->ram();
        const PhysAddr at{*parameters};
        ram.store_u64(at + offsetof(Parameters, selector), one.selector);
        ram.store_u64(at + offsetof(Parameters, harts), options.harts);
        ram.store_u64(at + offsetof(Parameters, rounds),
                      options.rounds != 0 ? options.rounds : one.rounds);
    }
    return machine;
}

Result<KernelOutcome> kernel_outcome(Machine& machine) {
    const auto image = ElfImage::read(file_of(Guest::Kernel));
    if (!image) {
        return std::unexpected(image.error());
    }
    const auto at = image->address_of("_ZN5races6kernel7outcomeE");
    if (!at) {
        return std::unexpected(at.error());
    }
    KernelOutcome outcome;
    machine.ram().copy_out(PhysAddr{*at}, {reinterpret_cast<u8*>(&outcome), sizeof outcome});
    return outcome;
}

bool run_in_turns(Machine& machine, u64 seed, u64 longest, u64 limit) {
    std::mt19937_64 random(seed);
    for (u64 executed = 0; executed < limit;) {
        const HartId hart{static_cast<u32>(random() % machine.harts())};
        const u64 turn = 1 + random() % longest;
        if (machine.run(hart, turn) == StopReason::Finished) {
            return true;
        }
        executed += turn;
    }
    return false;
}

}  // namespace stampede::races
