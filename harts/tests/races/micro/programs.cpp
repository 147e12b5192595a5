#include "harts/tests/races/micro/programs.h"

#include <fmt/format.h>

#include <cstddef>

#include "harts/memory/ram.h"

namespace stampede::races {
namespace {

using ::races::micro::Plan;

constexpr MicroProgram programs[] = {
    {"depth_1_harts_2_plain", {2, 1, Access::Plain, {20, 20}, {20, 20}}},
    {"depth_1_harts_2_shortest", {2, 1, Access::Atomic, {0, 0}, {0, 0}}},
    {"depth_1_harts_3_fenced", {3, 1, Access::Fenced, {10, 30, 20}, {30, 10}}},
    {"depth_1_harts_4_atomic", {4, 1, Access::Atomic, {30, 30, 30, 30}, {30, 30}}},
    {"depth_2_harts_2_first_event", {2, 2, Access::Plain, {0, 10}, {15, 10}}},
    {"depth_2_harts_2_middle", {2, 2, Access::Atomic, {20, 20}, {20, 20}}},
    {"depth_2_harts_2_last_events", {2, 2, Access::Plain, {40, 0}, {0, 0}}},
    {"depth_2_harts_2_shortest", {2, 2, Access::Atomic, {0, 0}, {0, 0}}},
    {"depth_2_harts_2_fenced", {2, 2, Access::Fenced, {15, 15}, {15, 15}}},
    {"depth_2_harts_2_longest", {2, 2, Access::Atomic, {50, 50}, {45, 50}}},
    {"depth_2_harts_3_first_event", {3, 2, Access::Atomic, {0, 10, 10}, {10, 10}}},
    {"depth_2_harts_3_middle", {3, 2, Access::Plain, {15, 15, 15}, {15, 15}}},
    {"depth_2_harts_3_last_events", {3, 2, Access::Atomic, {20, 0, 10}, {0, 0}}},
    {"depth_2_harts_4_first_event", {4, 2, Access::Plain, {0, 10, 10, 10}, {10, 10}}},
    {"depth_2_harts_4_middle", {4, 2, Access::Atomic, {15, 15, 15, 15}, {15, 15}}},
    {"depth_2_harts_4_last_events", {4, 2, Access::Atomic, {20, 0, 10, 10}, {0, 0}}},
};

consteval bool all_have_at_most(u64 events) {
    for (const MicroProgram& program : programs) {
        if (program.shape.events() > events) {
            return false;
        }
    }
    return true;
}
static_assert(all_have_at_most(200));

}  // namespace

std::span<const MicroProgram> micro_programs() { return programs; }

Result<MicroGuest> MicroGuest::read() {
    auto image = ElfImage::read(RACES_MICRO_GUEST);
    if (!image) {
        return std::unexpected(image.error());
    }
    const auto plans = image->address_of("_ZN5races5micro5plansE");
    const auto outcome = image->address_of("_ZN5races5micro7outcomeE");
    if (!plans || !outcome) {
        return std::unexpected(plans ? outcome.error() : plans.error());
    }
    return MicroGuest(std::move(*image), PhysAddr{*plans}, PhysAddr{*outcome});
}

Result<std::unique_ptr<Machine>> MicroGuest::load(const Shape& shape) const {
    MachineConfig config;
    config.harts = static_cast<unsigned>(shape.harts);
    config.memory = u64{2} << 20;
    config.time = TimeMode::Counted;
    auto machine = Machine::create(config, image_);
    for (u64 hart = 0; machine && hart < shape.harts; ++hart) {
        Ram& ram = (*machine)->ram();
        const Plan plan = shape.plan(hart);
        const PhysAddr at = plans_ + hart * sizeof(Plan);
        ram.store_u64(at + offsetof(Plan, harts), plan.harts);
        ram.store_u64(at + offsetof(Plan, depth), plan.depth);
        ram.store_u64(at + offsetof(Plan, access), static_cast<u64>(plan.access));
        ram.store_u64(at + offsetof(Plan, lead), plan.lead);
        ram.store_u64(at + offsetof(Plan, trail), plan.trail);
    }
    return machine;
}

Outcome MicroGuest::outcome(Machine& machine) const {
    return static_cast<Outcome>(machine.ram().load_u64(outcome_));
}

}  // namespace stampede::races
