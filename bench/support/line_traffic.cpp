#include "bench/support/line_traffic.h"

#include <algorithm>

#include "harts/core/engine_handlers.h"
#include "harts/memory/ram.h"
#include "harts/observe/audit.h"

namespace stampede::bench {
namespace {

constexpr u64 line_size = 64;

struct Watching {
    static void note(Hart& hart, u64 pc, const void* at, Access access) {
        static_cast<LineTraffic*>(hart.watch.observer)->note(hart, pc, reinterpret_cast<u64>(at) - hart.watch.ram, access);
    }
    static bool load(Hart& hart, u64 pc, const void* at, unsigned) { return note(hart, pc, at, Access::Read), true; }
    static bool store(Hart& hart, u64 pc, const void* at, unsigned) { return note(hart, pc, at, Access::Write), true; }
    using LeavesAtomics = void;
};
const Engine watching_engine{handlers::handler_of<Watching>};

}  // namespace

// What is the policy's: addresses of code, else offsets in RAM.
struct LineTraffic::Places {
    std::pair<u64, u64> code, arrays;             // the kernel tells where the one lies and the other ends
    std::vector<std::pair<u64, u64>> objects;
};

struct LineTraffic::Calls final : GuestCallSink {
    Calls(const Ram& memory, Places& known) : ram(memory), places(known) {}
    void on_audit_table(const HartState&, PhysAddr at) override {
        if (const auto table = load_audit_table(ram, at)) {
            places.code = {table->policy_text_begin, table->policy_text_end};
            places.arrays.second = table->first_frame - ram_base.value;
        }
    }
    const Ram& ram;
    Places& places;
};

LineTraffic::LineTraffic(Machine& machine, const ElfImage& kernel)
    : sharers_(machine.ram().size() / line_size), written_(sharers_.size()), places_(std::make_unique<Places>()),
      calls_(std::make_unique<Calls>(machine.ram(), *places_)) {
    const ElfSegment& data = kernel.segments().back();
    const u64 begin = data.physical - ram_base.value;
    places_->arrays = {begin + data.memory_size, 0};
    for (const ElfSymbol& symbol : kernel.symbols()) {
        const bool of_policy = symbol.name.starts_with("_ZN6kernel6policy") || symbol.name == "_ZN6kernel10statisticsE";
        if (of_policy && symbol.address >= data.virtual_address) {
            const u64 offset = symbol.address - data.virtual_address + begin;
            places_->objects.emplace_back(offset, offset + symbol.size);
        }
    }
    for (u32 n = 0; n < machine.harts(); ++n) {
        HartWatch& watch = machine.hart({n}).watch;
        watch.observer = this;
        watch.ram = reinterpret_cast<u64>(machine.ram().host(ram_base));
    }
    machine.set_observer(this, watching_engine);
    machine.set_guest_calls(calls_.get());
}

LineTraffic::~LineTraffic() = default;

bool LineTraffic::of_policy(u64 pc, u64 offset) const {
    const auto in = [](const std::pair<u64, u64>& range, u64 at) { return at >= range.first && at < range.second; };
    return in(places_->code, pc) || in(places_->arrays, offset) ||
           std::ranges::any_of(places_->objects, [&](const auto& object) { return in(object, offset); });
}

void LineTraffic::note(const Hart& hart, u64 pc, u64 offset, Access access) {
    const u64 line = offset / line_size, self = u64{1} << hart.own.id.value;
    u64& sharers = sharers_[line];
    const bool write = access == Access::Write;
    // A write to what another hart has, or a read of what was written and is not here: by another hart, then.
    const bool comes = write ? (sharers & ~self) != 0 : (sharers & self) == 0 && written_[line];
    written_[line] = written_[line] || write;
    sharers = write ? self : sharers | self;
    if (comes && hart.own.mode == Privilege::Supervisor) {
        ++traffic_.kernel;
        traffic_.policy += of_policy(pc, offset) ? 1 : 0;
    }
}

void LineTraffic::on_load(Hart& hart, PhysAddr at, unsigned, u64) { note(hart, hart.own.pc, at.value - ram_base.value, Access::Read); }
void LineTraffic::on_store(Hart& hart, PhysAddr at, unsigned, u64) { note(hart, hart.own.pc, at.value - ram_base.value, Access::Write); }
void LineTraffic::before_atomic(Hart& hart, const AtomicAccess& access) {
    note(hart, hart.own.pc, access.at.value - ram_base.value, Access::Write);
}
void LineTraffic::after_atomic(Hart& hart, const AtomicAccess& access, u64, bool) {
    if (access.kind == AtomicAccess::Kind::LoadReserved) {
        note(hart, hart.own.pc, access.at.value - ram_base.value, Access::Read);
    }
}

}  // namespace stampede::bench
