// Operands by chance: mostly ones that lead somewhere, now and then the odd ones at which kernels
// break.
#pragma once
#include <array>

#include "fuzz/program/resources.h"
#include "harts/schedule/random_numbers.h"

namespace stampede::fuzz {

class OperandChoice {
public:
    // Chooses the few places of the region that the program is about. `random` must outlive this.
    explicit OperandChoice(RandomNumbers& random);

    // Gives `call` a value for `operand`; nothing happens to a body.
    void choose(Call& call, Operand operand, const Resources& resources);
    // One that has nothing to do with what is there.
    void choose_odd(Call& call, Operand operand);

private:
    Address hot_address();
    Address odd_address();
    Address address(CallKind kind, const Resources& resources);
    Length length(const Call& call, Resources resources);
    Descriptor descriptor(CallKind kind, const Resources& resources);
    Descriptor pipe_end(Resources::End end, const Resources& resources);
    Pid pid(const Resources& resources);
    Path path(CallKind kind);
    i32 number(Operand operand);
    i32 any_number(Operand operand);
    u8 slot(CallKind kind, const Resources& resources);
    u8 below(unsigned count) { return static_cast<u8>(random_.below(count)); }

    RandomNumbers& random_;
    std::array<u16, 2> hot_;  // offsets
};

}  // namespace stampede::fuzz
