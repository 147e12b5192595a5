#include "harts/observe/race/fence_pattern.h"

#include "harts/access/host_access.h"
#include "harts/core/machine_context.h"
#include "harts/engine/engine.h"

namespace stampede {
namespace {

constexpr unsigned reach = 3;  // instructions

bool is_load(isa::Op op) {
    switch (op) {
    case isa::Op::Lb:
    case isa::Op::Lh:
    case isa::Op::Lw:
    case isa::Op::Ld:
    case isa::Op::Lbu:
    case isa::Op::Lhu:
    case isa::Op::Lwu: return true;
    default: return false;
    }
}

isa::Decoded decode_at(const Ram& ram, PhysAddr page, unsigned k) {
    u32 word = static_cast<u32>(load_host(ram.host(page + 2 * k), 2));
    if ((word & 3) == 3 && k + 1 < CodePage::slot_count) {
        word |= static_cast<u32>(load_host(ram.host(page + 2 * k + 2), 2)) << 16;
    }
    return isa::decode(word);
}

}  // namespace

bool fence_follows(const Ram& ram, const CodePage& page, unsigned k) {
    isa::Decoded here = decode_at(ram, page.address, k);
    if (!is_load(here.op)) {
        return false;
    }
    for (unsigned n = 0; n < reach; ++n) {
        k += here.length / 2;
        if (k >= CodePage::slot_count) {
            return false;
        }
        here = decode_at(ram, page.address, k);
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

bool fence_follows(const Hart& hart) {
    const CodePage* page = hart.own.page;
    const auto k = static_cast<unsigned>((hart.own.pc & page_offset_mask) / 2);
    return page != nullptr && hart.own.page_va == (hart.own.pc & ~page_offset_mask) &&
           page->slots[k].handler ==
               handlers::one_slowly &&  // decoding has put it there, if anything
           fence_follows(hart.machine.ram, *page, k);
}

}  // namespace stampede
