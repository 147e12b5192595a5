#include "harts/observe/race/fence_pattern.h"

#include "harts/core/machine_context.h"
#include "harts/engine/engine.h"
#include "harts/observe/race/code_text.h"
#include "harts/observe/race/waiting_loop.h"

namespace stampede {
namespace {

constexpr unsigned reach = 3;  // instructions

std::span<const u16> code_of(const Ram& ram, const CodePage& page) {
    return {reinterpret_cast<const u16*>(ram.host(page.address)), CodePage::slot_count};
}

bool fence_follows(std::span<const u16> code, unsigned k) {
    isa::Decoded here = decode_at(code, k);
    if (!is_load(here.op)) {
        return false;
    }
    for (unsigned n = 0; n < reach; ++n) {
        k += here.length / 2;
        if (k >= code.size()) {
            return false;
        }
        here = decode_at(code, k);
        if (here.op == isa::Op::Fence) {
            return FenceBits(here.operands.imm).acquires();
        }
        const isa::Flow flow = isa::line_of(here.op).flow;
        if (flow != isa::Flow::Next && flow != isa::Flow::Branch) {
            return false;
        }
    }
    return false;
}

}  // namespace

LoadKind load_kind(const Ram& ram, const CodePage& page, unsigned k) {
    const std::span<const u16> code = code_of(ram, page);
    return waits_by(code, k)        ? LoadKind::Waiting
           : fence_follows(code, k) ? LoadKind::BeforeFence
                                    : LoadKind::Plain;
}

bool is_special_load(const Ram& ram, const CodePage& page, unsigned k) {
    return load_kind(ram, page, k) != LoadKind::Plain;
}

LoadKind load_kind(const Hart& hart) {
    const CodePage* page = hart.own.page;
    const auto k = static_cast<unsigned>((hart.own.pc & page_offset_mask) / 2);
    return page != nullptr && hart.own.page_va == (hart.own.pc & ~page_offset_mask) &&
                   page->slots[k].handler ==
                       handlers::one_slowly  // decoding has put it there, if anything
               ? load_kind(hart.machine.ram, *page, k)
               : LoadKind::Plain;
}

}  // namespace stampede
