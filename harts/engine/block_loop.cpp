#include "harts/engine/block_loop.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "harts/core/hart.h"
#include "harts/engine/engine.h"
#include "harts/isa/meanings.h"

namespace stampede {
namespace {

using isa::Op;

constexpr unsigned registers = isa::sink_register + 1;
constexpr u8 stack_pointer = 2;

// What a register holds within a round: what another one held at its head, and so much more.
struct Value {
    enum class Kind : u8 { Moved, Loaded };
    Kind kind = Kind::Moved;
    u8 base = 0;
    i64 offset = 0;
};
using Values = std::array<Value, registers>;

unsigned size_of(Op op) {
    switch (op) {
    case Op::Lb:
    case Op::Lbu:
    case Op::Sb: return 1;
    case Op::Lh:
    case Op::Lhu:
    case Op::Sh: return 2;
    case Op::Lw:
    case Op::Lwu:
    case Op::Sw: return 4;
    case Op::Ld:
    case Op::Sd: return 8;
    default: return 0;
    }
}

bool is_load(Op op) { return size_of(op) != 0 && isa::line_of(op).format == isa::Format::I; }
bool is_store(Op op) { return size_of(op) != 0 && !is_load(op); }

// The analysis of one loop.
class Reader {
public:
    Reader() {
        for (unsigned r = 0; r < registers; ++r) {
            values_[r].base = static_cast<u8>(r);
        }
    }

    // False: no such loop.
    bool read(unsigned slot, Op op, const isa::Operands& operands) {
        slot_ = static_cast<u16>(slot);
        if (op == Op::Addi) {
            return move(operands.rd, operands.rs1, operands.imm);
        }
        if (op == Op::Add && (operands.rs1 == 0 || operands.rs2 == 0)) {
            return move(operands.rd, operands.rs1 == 0 ? operands.rs2 : operands.rs1, 0);
        }
        if (is_load(op)) {
            return load(op, operands);
        }
        return is_store(op) && store(op, operands);
    }

    std::optional<BlockLoop> finish(Op op, const isa::Operands& branch) {
        if (loop_.size == 0 || (op != Op::Bne && op != Op::Blt && op != Op::Bltu)) {
            return std::nullopt;
        }
        loop_.branch_op = op;
        loop_.left = branch.rs1;
        loop_.right = branch.rs2;
        for (unsigned r = 0; r < registers; ++r) {
            if (const std::optional<i32> by = step_of(r); !by) {
                return std::nullopt;
            } else if (*by != 0) {
                loop_.steps[loop_.step_count++] = {static_cast<u8>(r), *by};
            }
        }
        const auto left = step_of(branch.rs1), right = step_of(branch.rs2);
        const auto store_step = step_of(loop_.store.base);
        const bool compares = values_[branch.rs1].kind == Value::Kind::Moved &&
                              values_[branch.rs2].kind == Value::Kind::Moved;
        loop_.left_step = *left;
        loop_.right_step = *right;
        loop_.up = *store_step > 0;
        const i32 stride = loop_.up ? loop_.size : -i32{loop_.size};
        const bool moves =
            *store_step == stride && (!loop_.load || *step_of(loop_.load->base) == stride);
        if (!compares || !moves || !approaches() || !stores_one_value()) {
            return std::nullopt;
        }
        return loop_;
    }

private:
    bool move(u8 to, u8 from, i64 by) {
        if (values_[from].kind != Value::Kind::Moved) {
            return false;
        }
        if (to != isa::sink_register) {
            values_[to] = values_[from];
            values_[to].offset += by;
        }
        return true;
    }
    bool access(Op op, u8 base, i32 imm, BlockLoop::Access& access) {
        const Value& at = values_[base];
        // What goes by the stack pointer, not everybody who watches is told of.
        if (at.kind != Value::Kind::Moved || base == stack_pointer ||
            (loop_.size != 0 && loop_.size != size_of(op))) {
            return false;
        }
        loop_.size = static_cast<u8>(size_of(op));
        access = {at.base, static_cast<i32>(at.offset + imm), slot_};
        return true;
    }
    bool load(Op op, const isa::Operands& operands) {
        BlockLoop::Access from;
        if (loop_.load || stored_ || operands.rd == isa::sink_register ||
            !access(op, operands.rs1, operands.imm, from)) {
            return false;
        }
        loop_.load = from;
        loop_.load_op = op;
        values_[operands.rd] = {Value::Kind::Loaded, operands.rd, 0};
        return true;
    }
    bool store(Op op, const isa::Operands& operands) {
        if (stored_ || !access(op, operands.rs1, operands.imm, loop_.store)) {
            return false;
        }
        const Value& value = values_[operands.rs2];
        loaded_is_stored_ = value.kind == Value::Kind::Loaded;
        loop_.value = value.base;
        stored_ = value.offset == 0;
        return stored_;
    }

    // By how much it is more at each round's end than at the one's before, the loaded register by
    // 0; nothing: not by the same each round.
    [[nodiscard]] std::optional<i32> step_of(unsigned r) const {
        const Value& own = values_[r];
        if (own.kind == Value::Kind::Loaded) {
            return 0;
        }
        // As its base, which must move by itself.
        const Value& base = values_[own.base];
        if (base.kind != Value::Kind::Moved || base.base != own.base ||
            base.offset != static_cast<i32>(base.offset)) {
            return std::nullopt;
        }
        return static_cast<i32>(base.offset);
    }
    // Whether what is compared comes nearer by something, each round.
    [[nodiscard]] bool approaches() const {
        const i64 closer = i64{loop_.left_step} - loop_.right_step;
        return loop_.branch_op == Op::Bne
                   ? closer != 0
                   : closer > 0 && loop_.left_step >= 0 && loop_.right_step <= 0;
    }
    // What was loaded in the same round and is there at its end, or what no round changes.
    [[nodiscard]] bool stores_one_value() const {
        const bool still_loaded = values_[loop_.value].kind == Value::Kind::Loaded;
        return stored_ && loaded_is_stored_ == loop_.load.has_value() &&
               (loaded_is_stored_ ? still_loaded : *step_of(loop_.value) == 0);
    }

    BlockLoop loop_{};
    Values values_{};
    u16 slot_ = 0;  // being read
    bool stored_ = false, loaded_is_stored_ = false;
};

// Rounds until the branch is not taken, this time's counted as the first.
u64 rounds_left(const HartState& own, const BlockLoop& loop) {
    const u64 left = own.x[loop.left], right = own.x[loop.right];
    const i64 closer = i64{loop.left_step} - loop.right_step;
    if (loop.branch_op == Op::Bne) {
        const u64 apart = closer > 0 ? right - left : left - right;
        return apart / static_cast<u64>(closer > 0 ? closer : -closer);
    }
    const bool taken =
        loop.branch_op == Op::Blt ? static_cast<i64>(left) < static_cast<i64>(right) : left < right;
    // Rounded down: the last one is left to the branch itself.
    return taken ? (right - left) / static_cast<u64>(closer) : 0;
}

// Elements from `address`, in the loop's direction, that one translation serves and that lie in one
// page; 0: a miss.
u64 elements_at(const BlockLoop& loop, u64 tag, u64 address) {
    if ((address & (~page_offset_mask | (loop.size - 1u))) != tag) {
        return 0;
    }
    const u64 offset = address & page_offset_mask;
    return loop.up ? (page_size - offset) / loop.size : offset / loop.size + 1;
}

template <class T>
T load_at(const void* at) {
    return __atomic_load_n(static_cast<const T*>(at), __ATOMIC_RELAXED);
}
template <class T>
void store_at(void* at, T value) {
    __atomic_store_n(static_cast<T*>(at), value, __ATOMIC_RELAXED);
}

// Elements of a byte may be stored in larger pieces; others are one access each, as the guest's.
template <class T>
void fill(u8* to, T value, u64 count) {
#ifndef STAMPEDE_TSAN
    if constexpr (sizeof(T) == 1) {
        std::memset(to, value, count);
        return;
    }
#endif
    for (u64 n = 0; n < count; ++n) {
        store_at<T>(to + n * sizeof(T), value);
    }
}
template <class T>
void copy(u8* to, const u8* from, u64 count) {
#ifndef STAMPEDE_TSAN
    if constexpr (sizeof(T) == 1) {
        std::memcpy(to, from, count);
        return;
    }
#endif
    for (u64 n = 0; n < count; ++n) {
        store_at<T>(to + n * sizeof(T), load_at<T>(from + n * sizeof(T)));
    }
}

u64 extended(Op load, u64 bits) {
    switch (load) {
    case Op::Lb: return isa::extend<i8>(bits);
    case Op::Lbu: return isa::extend<u8>(bits);
    case Op::Lh: return isa::extend<i16>(bits);
    case Op::Lhu: return isa::extend<u16>(bits);
    case Op::Lw: return isa::extend<i32>(bits);
    case Op::Lwu: return isa::extend<u32>(bits);
    default: return bits;
    }
}

struct Piece {
    u8* to;          // the first element in the loop's direction
    const u8* from;  // the same; null: none is loaded
    u64 count;
};

bool overlap(const Piece& piece, u64 bytes) {
    const u8 *one = piece.to, *other = piece.from;
    return one < other ? static_cast<u64>(other - one) < bytes
                       : static_cast<u64>(one - other) < bytes;
}

bool pass(Hart& hart, const BlockLoop& loop, const Piece& piece, BlockWatch watch) {
    const u64 bytes = piece.count * loop.size, back = loop.up ? 0 : bytes - loop.size;
    const auto block = [&](const BlockLoop::Access& access, const u8* first, Access kind) {
        const u8* const lowest = first - back;
        return BlockAccess{hart.own.page_va + u64{access.slot} * 2,
                           lowest,
                           reinterpret_cast<u64>(lowest) - hart.ram,
                           bytes,
                           loop.size,
                           kind};
    };
    const BlockAccess store = block(loop.store, piece.to, Access::Write);
    if (!loop.load) {
        return watch(hart, nullptr, store);
    }
    const BlockAccess load = block(*loop.load, piece.from, Access::Read);
    return watch(hart, &load, store);
}

// What the last round loads is loaded once: another hart may be writing there.
template <class T>
void run_piece(HartState& own, const BlockLoop& loop, const Piece& piece) {
    const u64 back = loop.up ? 0 : (piece.count - 1) * sizeof(T);  // to the lowest element
    const u64 last = loop.up ? (piece.count - 1) * sizeof(T) : 0;  // from there
    u8* const to = piece.to - back;
    if (piece.from == nullptr) {
        fill<T>(to, static_cast<T>(own.x[loop.value]), piece.count);
        return;
    }
    const u8* const from = piece.from - back;
    const T value = load_at<T>(from + last);
    copy<T>(to + (loop.up ? 0 : sizeof(T)), from + (loop.up ? 0 : sizeof(T)), piece.count - 1);
    store_at<T>(to + last, value);
    own.x[loop.value] = extended(loop.load_op, value);
}

}  // namespace

std::optional<BlockLoop> block_loop_of(const CodePage& page, unsigned head, unsigned branch) {
    Reader reader;
    u8 instructions = 1;
    for (unsigned k = head; k < branch; k += page.length[k] / 2u) {
        const Slot& slot = page.slots[k];
        const bool in_run = slot.n == page.slots[k + page.length[k] / 2u].n + 1;
        if (!in_run || slot.handler == handlers::one_slowly ||
            ++instructions > BlockLoop::longest ||
            !reader.read(k, page.op[k], {slot.imm, slot.rd, slot.rs1, slot.rs2})) {
            return std::nullopt;
        }
    }
    const Slot& slot = page.slots[branch];
    if (slot.handler == handlers::one_slowly) {
        return std::nullopt;
    }
    std::optional<BlockLoop> loop =
        reader.finish(page.op[branch], {slot.imm, slot.rd, slot.rs1, slot.rs2});
    if (loop) {
        loop->instructions = instructions;
    }
    return loop;
}

i64 run_block_loop(Hart& hart, const BlockLoop& loop, i64 budget, const TlbBank& data,
                   BlockWatch watch) {
    constexpr u64 worth_it = 8;  // rounds
    HartState& own = hart.own;
    u64 rounds = std::min(rounds_left(own, loop),
                          static_cast<u64>(std::max(budget, i64{0})) / loop.instructions);
    if (rounds < worth_it) {
        return 0;
    }
    const auto host = [&](const TlbEntry& entry, u64 address) {
        return reinterpret_cast<u8*>(address + static_cast<u64>(entry.offset));
    };
    const u64 to = own.x[loop.store.base] + static_cast<u64>(i64{loop.store.offset});
    const TlbEntry& target = data.entries[TlbBank::index(to)];
    rounds = std::min(rounds, elements_at(loop, target.write, to));
    Piece piece{host(target, to), nullptr, 0};
    if (loop.load) {
        const u64 from = own.x[loop.load->base] + static_cast<u64>(i64{loop.load->offset});
        const TlbEntry& source = data.entries[TlbBank::index(from)];
        rounds = std::min(rounds, elements_at(loop, source.read, from));
        piece.from = host(source, from);
    }
    if (rounds < worth_it || (loop.load && overlap(piece, rounds * loop.size))) {
        return 0;
    }
    piece.count = rounds;
    if (watch != nullptr && !pass(hart, loop, piece, watch)) {
        return 0;
    }
    switch (loop.size) {
    case 1: run_piece<u8>(own, loop, piece); break;
    case 2: run_piece<u16>(own, loop, piece); break;
    case 4: run_piece<u32>(own, loop, piece); break;
    default: run_piece<u64>(own, loop, piece); break;
    }
    for (const BlockLoop::Step& step : std::span(loop.steps).first(loop.step_count)) {
        own.x[step.reg] += rounds * static_cast<u64>(i64{step.by});
    }
    return static_cast<i64>(rounds * loop.instructions);
}

}  // namespace stampede
