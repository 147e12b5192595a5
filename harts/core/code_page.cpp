#include "harts/core/code_page.h"

#include <sys/mman.h>

#include <cassert>

#include "harts/core/engine.h"
#include "harts/core/fusion.h"

namespace stampede {

void CodePage::reset(PhysAddr page) {
    address = page;
    for (Slot& slot : slots) {
        slot.handler = handlers::undecoded;
        slot.n = 0;
    }
    slots[slot_count].handler = handlers::page_end;
}

CodeCache::CodeCache(const Ram& ram) : count_(ram.pages()) {
    void* mapped = ::mmap(nullptr, count_ * sizeof(CodePage*), PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert(mapped != MAP_FAILED);  // a few bytes for each page of a RAM that could be mapped
    pages_ = static_cast<CodePage**>(mapped);
}

CodeCache::~CodeCache() { ::munmap(pages_, count_ * sizeof(CodePage*)); }

CodePage& CodeCache::make(u64 page, PhysAddr address) {
    if (free_.empty()) {
        owned_.push_back(std::make_unique_for_overwrite<CodePage>());
        free_.push_back(owned_.back().get());
    }
    CodePage* code = free_.back();
    free_.pop_back();
    code->reset(address);
    pages_[page] = code;
    return *code;
}

CodePage* CodeCache::drop(u64 page) {
    CodePage* code = pages_[page];
    if (code != nullptr) {
        pages_[page] = nullptr;
        free_.push_back(code);
    }
    return code;
}

void CodeCache::clear() {
    for (u64 page = 0; page < count_; ++page) {
        if (pages_[page] != nullptr) {
            drop(page);
        }
    }
}

namespace {

constexpr unsigned longest_run = 250;  // fits Slot::n
constexpr unsigned longest_piece = 120;

u32 fetch_word(const Ram& ram, PhysAddr at, bool whole) {
    const u32 low = __atomic_load_n(reinterpret_cast<const u16*>(ram.host(at)), __ATOMIC_RELAXED);
    if ((low & 3) != 3 || !whole) {
        return low;
    }
    return low | u32{__atomic_load_n(reinterpret_cast<const u16*>(ram.host(at + 2)), __ATOMIC_RELAXED)} << 16;
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

}  // namespace

void decode_run(const Ram& ram, const Engine& engine, CodePage& page, unsigned k) {
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
        const isa::Decoded decoded = straddling ? isa::Decoded{isa::Op::Illegal, CodePage::straddles, {}} : isa::decode(word);
        Slot& slot = page.slots[k];
        slot.imm = decoded.operands.imm;
        slot.rd = decoded.operands.rd;
        slot.rs1 = decoded.operands.rs1;
        slot.rs2 = decoded.operands.rs2;
        page.op[k] = decoded.op;
        page.length[k] = decoded.length;
        const isa::Flow flow = isa::line_of(decoded.op).flow;
        slot.handler = engine.handler_of(decoded, near(flow, k, slot.imm) ? handlers::Reach::Page : handlers::Reach::Anywhere);
        if (engine.always_slow != nullptr && engine.always_slow(ram, page, k)) {
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
    for (unsigned i = 0; i + 1 < count - (cut ? 1 : 0); ++i) {
        if (const Handler both = handlers::fused(decoded_at(page, fresh[i]), decoded_at(page, fresh[i + 1])); both != nullptr) {
            page.slots[fresh[i]].handler = both;
        }
    }
    while (count != 0) {
        page.slots[fresh[--count]].n = static_cast<u8>(++behind);
    }
}

}  // namespace stampede
