#include "harts/observe/coverage/branch_coverage.h"

#include <algorithm>
#include <cstring>

#include "harts/engine/handlers.h"
#include "harts/isa/instruction.h"
#include "harts/observe/coverage/interleaving_coverage.h"

namespace stampede {
namespace {

struct Covering {
    static void on_branch(Hart& hart, u64 pc, Branch branch) { BranchCoverage::count_branch(hart, pc, branch); }
    static void on_jump(Hart& hart, u64 target) { BranchCoverage::count_jump(hart, target); }
    static bool load(Hart& hart, u64 pc, const void* at, unsigned) { return InterleavingCoverage::note(hart, pc, at, false), true; }
    static bool store(Hart& hart, u64 pc, const void* at, unsigned) { return InterleavingCoverage::note(hart, pc, at, true), true; }
    using LeavesAtomics = void;
};

// And the accesses that a counter of scheduling points wants to see (schedule/event_counter.h).
struct CoveringCounting {
    static void on_branch(Hart& hart, u64 pc, Branch branch) { Covering::on_branch(hart, pc, branch); }
    static void on_jump(Hart& hart, u64 target) { Covering::on_jump(hart, target); }
    static bool own(const Hart& hart, const void* at) {
        const HartWatch& watch = hart.watch;
        return !watch.slow && (watch.touched == nullptr ||
                               watch.touched[(reinterpret_cast<u64>(at) - watch.ram) / HartWatch::piece] == watch.toucher);
    }
    static bool load(Hart& hart, u64 pc, const void* at, unsigned size) { return own(hart, at) && Covering::load(hart, pc, at, size); }
    static bool store(Hart& hart, u64 pc, const void* at, unsigned size) { return own(hart, at) && Covering::store(hart, pc, at, size); }
};

struct OnlyCounting {
    static bool load(Hart& hart, u64, const void* at, unsigned) { return CoveringCounting::own(hart, at); }
    static bool store(Hart& hart, u64, const void* at, unsigned) { return CoveringCounting::own(hart, at); }
};

// Nobody looks for meetings where the stack pointer leads.
template <class Observer, class Elsewhere>
Handler handler_of(const isa::Decoded& decoded, Reach reach) {
    constexpr u8 stack_pointer = 2;
    const bool stack = isa::line_of(decoded.op).flow == isa::Flow::Access && decoded.operands.rs1 == stack_pointer;
    return stack ? handlers::handler_of<Elsewhere>(decoded, reach) : handlers::handler_of<Observer>(decoded, reach);
}

// What lies at even addresses taken for instructions: between two of them nothing jumps.
std::vector<bool> branches_in(std::span<const std::byte> code) {
    std::vector<bool> is_branch(code.size());
    for (std::size_t at = 0; at + sizeof(u16) <= code.size(); at += sizeof(u16)) {
        u32 word = 0;
        std::memcpy(&word, code.data() + at, std::min(sizeof word, code.size() - at));
        is_branch[at] = isa::line_of(isa::decode(word).op).flow == isa::Flow::Branch;
    }
    return is_branch;
}

}  // namespace

const Engine covering_engine{handlers::undecoded, handlers::page_end, handler_of<Covering, Quiet>};
const Engine covering_counting_engine{handlers::undecoded, handlers::page_end, handler_of<CoveringCounting, OnlyCounting>};

BranchCoverage::BranchCoverage(u64 begin, std::span<const std::byte> code, std::span<u8> counters, std::span<Hart* const> harts)
    : begin_(begin), counters_(counters), is_branch_(branches_in(code)) {
    for (Hart* hart : harts) {
        hart->watch.branches = this;
    }
}

void BranchCoverage::on_load(Hart& hart, PhysAddr at, unsigned, u64) { InterleavingCoverage::note(hart, hart.own.pc, at, false); }
void BranchCoverage::on_store(Hart& hart, PhysAddr at, unsigned, u64) { InterleavingCoverage::note(hart, hart.own.pc, at, true); }
void BranchCoverage::before_atomic(Hart& hart, const AtomicAccess& access) {
    InterleavingCoverage::note(hart, hart.own.pc, access.at, true);
}
void BranchCoverage::after_atomic(Hart& hart, const AtomicAccess& access, u64, bool) {
    if (access.kind == AtomicAccess::Kind::LoadReserved) {
        InterleavingCoverage::note(hart, hart.own.pc, access.at, false);
    }
}

}  // namespace stampede
