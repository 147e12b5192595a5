// Decoded instructions, one array a physical page, and a hart's own cache of them.
#pragma once
#include <memory>
#include <vector>

#include "harts/base/types.h"
#include "harts/core/block_loop.h"
#include "harts/isa/instruction.h"
#include "harts/memory/ram.h"

namespace stampede {

struct Hart;
struct Slot;
struct TlbBank;
struct CodePage;

// Runs the instruction in `slot` and, by tail calls, what follows. `budget` is what is left after
// the run that `slot` stands in has been charged; `data` is where loads and stores look.
using Handler = void (*)(Hart*, const Slot*, i64 budget, TlbBank* data);

// One halfword of a code page.
struct Slot {
    Handler handler;
    i32 imm;
    u8 rd;
    u8 rs1;
    u8 rs2;
    u8 n;  // instructions from this one to the end of its run; 0: not decoded yet
};
static_assert(sizeof(Slot) == 16);

enum class Reach : u8 { Page, Anywhere };  // where a direct branch or jump may lead

// Which handlers decoded code consists of. harts/engine makes them, one set for each way of
// watching a hart.
struct Engine {
    Handler undecoded;  // of a slot that has not been decoded
    Handler page_end;   // of the one behind a page's last
    Handler (*handler_of)(const isa::Decoded& decoded, Reach reach);
    // Whether the instruction decoded in slot `k` must always take the slow path; null: none.
    bool (*always_slow)(const Ram& ram, const CodePage& page, unsigned k) = nullptr;
    // Whether its watchers' states are with the hart; null: it has none.
    bool (*fits)(const Hart& hart) = nullptr;
    // Of a branch whose slot says by rd which of the page's loops it closes; null: none has one.
    Handler (*loop_handler_of)(const isa::Decoded& branch) = nullptr;
};

struct CodePage {
    static constexpr unsigned slot_count = page_size / 2;
    // as a length: the second half stands in the next virtual page; fetched each time
    static constexpr u8 straddles = 0;

    Slot slots[slot_count + 1];  // the last one leads over the page's end
    isa::Op op[slot_count];
    u8 length[slot_count];  // bytes
    PhysAddr address;
    std::vector<BlockLoop> loops;

    // Nothing decoded yet.
    void reset(PhysAddr page, const Engine& engine);
};

// Pages that one hart has decoded. Its own thread only.
class CodeCache {
public:
    explicit CodeCache(const Ram& ram);
    ~CodeCache();
    CodeCache(const CodeCache&) = delete;
    CodeCache& operator=(const CodeCache&) = delete;

    [[nodiscard]] CodePage* find(u64 page) const { return pages_[page]; }
    CodePage& make(u64 page, PhysAddr address, const Engine& engine);
    // The dropped page stays readable until the next make().
    CodePage* drop(u64 page);
    // Drops every page: what is decoded from now on is of another engine.
    void clear();

private:
    u64 count_;
    CodePage** pages_;  // by RAM page; untouched parts cost nothing
    std::vector<std::unique_ptr<CodePage>> owned_;
    std::vector<CodePage*> free_;
};

}  // namespace stampede
