#include "harts/oracles/progress/hart_status.h"

#include <algorithm>
#include <array>

#include "harts/core/csr_numbers.h"
#include "harts/observe/stack_walk.h"
#include "harts/oracles/progress/spin_word.h"

namespace stampede {
namespace {

// bytes between a waiting loop's load and any other instruction of it
constexpr u64 loop_reach = 128;

bool interrupts_off(const HartState& state) {
    switch (state.mode) {
    case Privilege::User: return false;
    case Privilege::Supervisor: return (state.csr.mstatus & csr::status_sie) == 0;
    case Privilege::Machine: return (state.csr.mstatus & csr::status_mie) == 0;
    }
    return false;
}

// In wfi, or right behind one that nothing but the look at it has ended.
bool waits(const HartState& own, const Ram& ram) {
    constexpr u64 wfi = 0x10500073;
    if (own.stop == StopReason::Wfi) {
        return true;
    }
    u64 word = 0;
    for (const u64 half : {2, 4}) {  // the halves may lie on two pages
        std::array<u8, 2> bytes{};
        const auto at = translate(ram, {own.mode, {own.csr.satp}}, own.pc - half);
        if (!at || !ram.contains(*at, bytes.size())) {
            return false;
        }
        ram.copy_out(*at, bytes);
        word = word << 16 | u64{bytes[1]} << 8 | bytes[0];
    }
    return word == wfi;
}

}  // namespace

bool HartStatus::spins() const { return !waiting && spin_pc != 0 && in_one_loop(pc, spin_pc); }

bool HartStatus::in_one_loop(u64 one, u64 other) {
    return std::max(one, other) - std::min(one, other) <= loop_reach;
}

HartStatus status_of(Hart& hart, const Ram& ram, u64 traps) {
    const HartState& own = hart.own;
    const bool wakeable = hart.wakeable();
    HartStatus status{.hart = own.id.value,
                      .pc = own.pc,
                      .mode = own.mode,
                      .interrupts_off = interrupts_off(own),
                      .waiting = !wakeable && waits(own, ram),
                      .can_wake = wakeable || hart.next_deadline() != ~u64{0},
                      .retired = own.retired_now(),
                      .traps = traps,
                      .spin_pc = own.spin.pc,
                      .spin_address = {},
                      .spin_word = {}};
    if (status.spins()) {
        status.spin_address =
            own.spin.address != 0 ? own.spin.address : spin_word(ram, own, own.spin.pc);
        if (status.spin_address) {
            status.spin_word = translate(ram, {own.mode, {own.csr.satp}}, *status.spin_address);
        }
    }
    return status;
}

}  // namespace stampede
