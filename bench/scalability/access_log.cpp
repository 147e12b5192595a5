#include "bench/scalability/access_log.h"

#include "harts/engine/handlers.h"

namespace stampede::bench {
namespace {

constexpr u64 interrupt = u64{1} << 63;

struct Slowing {
    static bool passes(Hart&, u64, Access) { return false; }
};

}  // namespace

const Engine slow_accesses_engine = engine_of<Slowing>();

void AccessLog::begin(HartId hart) { windows_[hart.value] = {.open = true, .lines = {}}; }

const AccessedLines* AccessLog::end(HartId hart) {
    Window& window = windows_[hart.value];
    const bool whole = window.open;
    window.open = false;
    return whole ? &window.lines : nullptr;
}

void AccessLog::note(Hart& hart, PhysAddr at, LineAccess access) {
    Window& window = windows_[hart.own.id.value];
    if (window.open && hart.own.mode == Privilege::Supervisor) {
        const u64 line = at.value & ~(line_size - 1);
        window.lines[line] |= static_cast<u8>(access);
        words_.try_emplace(line, at);
    }
}

void AccessLog::on_load(Hart& hart, PhysAddr at, unsigned, u64) {
    note(hart, at, LineAccess::Read);
}
void AccessLog::on_store(Hart& hart, PhysAddr at, unsigned, u64) {
    note(hart, at, LineAccess::Written);
}
void AccessLog::before_atomic(Hart& hart, const AtomicAccess& access) {
    note(hart, access.at,
         access.kind == AtomicAccess::Kind::LoadReserved ? LineAccess::Read : LineAccess::Both);
}
void AccessLog::on_trap(Hart& hart, u64 cause, u64, Privilege) {
    if ((cause & interrupt) != 0) {
        windows_[hart.own.id.value].open = false;
    }
}
void AccessLog::on_satp(Hart& hart) { windows_[hart.own.id.value].open = false; }

}  // namespace stampede::bench
