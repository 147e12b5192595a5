#include "harts/tests/races/cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <random>

#include "harts/machine/elf.h"
#include "harts/memory/ram.h"

namespace stampede::races {
namespace {

using ::races::Parameters;

// A hand-over costs a lock-order or edge case more than a round costs the others.
constexpr u64 rounds_of(Group group) { return group == Group::Edges || group == Group::LockOrder ? 10 : 200; }

constexpr Case cases[] = {
#define PATTERN(name, group, expectation, first, second)                                   \
    {#name,           Group::group, Expectation::expectation, first, second, Guest::Patterns, \
     static_cast<u64>(::races::Pattern::name), rounds_of(Group::group)},
#include "harts/tests/races/patterns.inc"
#undef PATTERN
};

Result<PhysAddr> find_parameters(const ElfImage& image) {
    for (const ElfSymbol& symbol : image.symbols()) {
        if (symbol.name == "_ZN5races10parametersE") {
            return PhysAddr{symbol.address};
        }
    }
    return error(fmt::format("{}: no symbol races::parameters", image.name()));
}

}  // namespace

std::span<const Case> all_cases() { return cases; }

void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

std::string file_of(Guest guest) { return guest == Guest::Patterns ? RACES_PATTERNS_GUEST : RACES_KERNEL_GUEST; }

Result<std::unique_ptr<Machine>> load_case(const Case& one, const CaseOptions& options) {
    const auto image = ElfImage::read(file_of(one.guest));
    if (!image) {
        return std::unexpected(image.error());
    }
    const auto parameters = find_parameters(*image);
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
        ram.store_u64(*parameters + offsetof(Parameters, selector), one.selector);
        ram.store_u64(*parameters + offsetof(Parameters, harts), options.harts);
        ram.store_u64(*parameters + offsetof(Parameters, rounds), options.rounds != 0 ? options.rounds : one.rounds);
    }
    return machine;
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
