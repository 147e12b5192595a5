#include "fuzz/program/generate/call_choice.h"

#include <algorithm>

namespace stampede::fuzz {

namespace {

constexpr unsigned longest_body = 4;

// A fork costs more than all other calls of a usual program together, and mutations bring more of
// them.
u32 fork_weight(const Room& room) {
    if (room.forks == 0 || room.depth == Program::deepest_fork) {
        return 0;
    }
    const bool first = room.forks == Program::most_forks;
    return first ? 48 : room.depth == 0 ? 25 : 15;
}

// How often a kind is chosen in comparison to the others.
u32 weight(CallKind kind, const Resources& resources, const Room& room) {
    switch (kind) {
    case CallKind::store: return resources.heap_is_fresh ? 1000 : 200;
    case CallKind::load: return 100;
    case CallKind::fork: return fork_weight(room);
    case CallKind::wait: return resources.children != 0 ? 90 : 2;
    case CallKind::pipe: return 60;
    case CallKind::write: return 100;
    case CallKind::read: return resources.pipe_has_bytes() || resources.opened != 0 ? 110 : 3;
    case CallKind::close: return 45;
    case CallKind::dup: return 20;
    case CallKind::kill: return 20;
    case CallKind::sbrk: return 25;
    case CallKind::open: return 30;
    case CallKind::fstat: return resources.opened != 0 ? 40 : 6;
    case CallKind::exit: return room.depth != 0 ? 25 : 3;
    case CallKind::exec:
        return resources.exec == Resources::Exec::Prepared ? 200 : room.depth != 0 ? 3 : 1;
    case CallKind::sleep: return 6;
    case CallKind::fail_allocation: return 12;
    case CallKind::jump: return room.depth != 0 ? 8 : 1;
    case CallKind::make_program: return 16;
    case CallKind::system_call: return 1;
    default: return 8;
    }
}

}  // namespace

Room room_in(const Program& program, unsigned depth) {
    const Extent extent = extent_of(program);
    return {depth, Program::most_calls - std::min(extent.calls, Program::most_calls),
            Program::most_forks - std::min(extent.forks, Program::most_forks)};
}

CallKind CallChoice::kind(const Resources& resources, const Room& room) {
    u32 sum = 0;
    for (const CallShape& shape : call_shapes) {
        sum += weight(shape.kind, resources, room);
    }
    u64 left = random_.below(sum);
    for (const CallShape& shape : call_shapes) {
        const u32 one = weight(shape.kind, resources, room);
        if (left < one) {
            return shape.kind;
        }
        left -= one;
    }
    return CallKind::getpid;
}

Call CallChoice::make(const Resources& resources, Room& room) {
    Call call;
    call.kind = kind(resources, room);
    --room.calls;
    for (const Operand operand : operands_of(call.kind)) {
        operands_.choose(call, operand, resources);
    }
    if (call.kind == CallKind::fork) {
        --room.forks;
        ++room.depth;
        Resources child = resources.of_child();
        call.body = make_list(child, room, static_cast<unsigned>(random_.below(longest_body + 1)));
        --room.depth;
    }
    return call;
}

Calls CallChoice::make_list(Resources& resources, Room& room, unsigned most) {
    Calls list;
    while (list.size() < most && room.calls != 0) {
        list.push_back(make(resources, room));
        resources.after(list.back());
        if (list.back().kind == CallKind::exit) {
            break;
        }
    }
    return list;
}

}  // namespace stampede::fuzz
