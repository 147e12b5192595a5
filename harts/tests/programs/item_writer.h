// The items of a body, one after the other.
#pragma once
#include <utility>
#include <vector>

#include "harts/tests/programs/assembler.h"
#include "harts/tests/programs/body.h"

namespace stampede::programs {

class ItemWriter {
public:
    [[nodiscard]] u32 next_id() const { return next_id_; }
    // Begins the next item; whatever follows goes into it.
    void begin(Removal removal = Removal::Allowed) { items_.push_back({next_id_++, removal, {}}); }

    void word(u32 bits) { put({.kind = BodyInstruction::Kind::Word, .bits = bits}); }
    void halfword(u16 bits) { put({.kind = BodyInstruction::Kind::Halfword, .bits = bits}); }
    // Operands in the order of Assembler::emit.
    void emit(isa::Op op, i64 first = 0, i64 second = 0, i64 third = 0);
    void emit_ordered(isa::Op op, u32 ordering, i64 first, i64 second, i64 third = 0);
    void load_immediate(u8 rd, u64 value);
    void service(unsigned number) { word(service_call(number)); }

    // To the item `target`, or the next one there is.
    void jump(isa::Op op, const isa::Operands& operands, u32 target);
    void jump(isa::CompressedOp op, const isa::Operands& operands, u32 target);
    // rd = the address of item `target`, as the pc sees it.
    void load_address(u8 rd, u32 target);

    [[nodiscard]] std::vector<Item> take() { return std::move(items_); }

private:
    void put(const BodyInstruction& instruction) {
        items_.back().instructions.push_back(instruction);
    }

    u32 next_id_ = 0;
    std::vector<Item> items_;
};

}  // namespace stampede::programs
