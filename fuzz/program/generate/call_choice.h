// Which call comes next, by chance and by what the process has.
#pragma once
#include "fuzz/program/generate/operand_choice.h"

namespace stampede::fuzz {

// What a new call's place allows.
struct Room {
    unsigned depth = 0;  // forks around it
    unsigned calls = 0;  // that there may be more
    unsigned forks = 0;
};
[[nodiscard]] Room room_in(const Program& program, unsigned depth);

class CallChoice {
public:
    // `random` must outlive this.
    explicit CallChoice(RandomNumbers& random) : random_(random), operands_(random) {}

    // A call for a process that has `resources`. A fork's body is filled, within `room`, which is
    // lowered by all that was made. There must be room for a call.
    [[nodiscard]] Call make(const Resources& resources, Room& room);
    // At most `most` calls, one behind the other; `resources` is then what is there behind them.
    [[nodiscard]] Calls make_list(Resources& resources, Room& room, unsigned most);
    [[nodiscard]] OperandChoice& operands() { return operands_; }

private:
    CallKind kind(const Resources& resources, const Room& room);

    RandomNumbers& random_;
    OperandChoice operands_;
};

}  // namespace stampede::fuzz
