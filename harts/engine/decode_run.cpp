#include "harts/engine/decode_run.h"

#include "harts/engine/block_loop.h"
#include "harts/engine/engine.h"
#include "harts/engine/fusion.h"

namespace stampede {
namespace {

constexpr unsigned longest_run = 250;  // fits Slot::n
constexpr unsigned longest_piece = 120;

u32 fetch_word(const Ram& ram, PhysAddr at, bool whole) {
    const u32 low = __atomic_load_n(reinterpret_cast<const u16*>(ram.host(at)), __ATOMIC_RELAXED);
    if ((low & 3) != 3 || !whole) {
        return low;
    }
    return low |
           u32{__atomic_load_n(reinterpret_cast<const u16*>(ram.host(at + 2)), __ATOMIC_RELAXED)}
               << 16;
}

bool ends_run(isa::Flow flow) { return flow != isa::Flow::Next && flow != isa::Flow::Access; }

// Whether a direct branch at slot `k` stays in its page.
bool near(isa::Flow flow, unsigned k, i32 offset) {
    if (flow != isa::Flow::Branch && flow != isa::Flow::Jump) {
        return true;
    }
    const i64 target = static_cast<i64>(k) + offset / 2;
    return target >= 0 && target < CodePage::slot_count;
}

isa::Decoded decoded_at(const CodePage& page, unsigned k) {
    const Slot& slot = page.slots[k];
    return {page.op[k], page.length[k], {slot.imm, slot.rd, slot.rs1, slot.rs2}};
}

// Where a block loop is closed by the branch at slot `k`, all decoded now.
void mark_block_loop(const Engine& engine, CodePage& page, unsigned k) {
    constexpr std::size_t most = 256;  // rd says which
    const isa::Decoded branch = decoded_at(page, k);
    const i64 head = static_cast<i64>(k) + branch.operands.imm / 2;
    if (engine.loop_handler_of == nullptr || isa::line_of(branch.op).flow != isa::Flow::Branch ||
        head < 0 || head >= k || page.loops.size() == most) {
        return;
    }
    if (const auto loop = block_loop_of(page, static_cast<unsigned>(head), k)) {
        page.slots[k].rd = static_cast<u8>(page.loops.size());
        page.slots[k].handler = engine.loop_handler_of(branch);
        page.loops.push_back(*loop);
    }
}

}  // namespace

void decode_run(const Ram& ram, const Engine& engine, const CodeMarks* marks, CodePage& page,
                unsigned k) {
    unsigned fresh[longest_piece];
    unsigned count = 0;
    unsigned behind = 0;  // instructions of the run that follows, when this one flows into it
    bool cut = false;     // the last fresh instruction ends the run though its flow does not
    while (k < CodePage::slot_count) {
        if (page.slots[k].n != 0) {
            behind = page.slots[k].n;
            cut = count + behind > longest_run;
            break;
        }
        if (count == longest_piece) {
            cut = true;
            break;
        }
        const bool last_halfword = k == CodePage::slot_count - 1;
        const u32 word = fetch_word(ram, page.address + 2 * k, !last_halfword);
        const bool straddling = last_halfword && (word & 3) == 3;
        const isa::Decoded decoded = straddling
                                         ? isa::Decoded{isa::Op::Illegal, CodePage::straddles, {}}
                                         : isa::decode(word);
        Slot& slot = page.slots[k];
        slot.imm = decoded.operands.imm;
        slot.rd = decoded.operands.rd;
        slot.rs1 = decoded.operands.rs1;
        slot.rs2 = decoded.operands.rs2;
        page.op[k] = decoded.op;
        page.length[k] = decoded.length;
        const isa::Flow flow = isa::line_of(decoded.op).flow;
        slot.handler =
            engine.handler_of(decoded, near(flow, k, slot.imm) ? Reach::Page : Reach::Anywhere);
        if ((engine.always_slow != nullptr && engine.always_slow(ram, page, k)) ||
            (marks != nullptr && marks->has(page.address + 2 * k))) {
            slot.handler = handlers::one_slowly;
        }
        fresh[count++] = k;
        k += straddling ? 1u : decoded.length / 2u;
        if (ends_run(flow)) {
            behind = 0;
            break;
        }
    }
    if (cut) {
        page.slots[fresh[count - 1]].handler = handlers::one_slowly;
        behind = 0;
    }
    const auto is_slow = [&page](unsigned slot) {
        return page.slots[slot].handler == handlers::one_slowly;
    };
    for (unsigned i = 0; i + 1 < count - (cut ? 1 : 0); ++i) {
        if (is_slow(fresh[i]) || is_slow(fresh[i + 1])) {
            continue;
        }
        if (const Handler both =
                handlers::fused(decoded_at(page, fresh[i]), decoded_at(page, fresh[i + 1]));
            both != nullptr) {
            page.slots[fresh[i]].handler = both;
        }
    }
    const unsigned last = fresh[count - 1];
    while (count != 0) {
        page.slots[fresh[--count]].n = static_cast<u8>(++behind);
    }
    if (page.slots[last].n == 1) {
        mark_block_loop(engine, page, last);
    }
}

}  // namespace stampede
