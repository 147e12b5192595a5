#include "fuzz/given_program.h"

#include "fuzz/program/lowered.h"
#include "harts/oracles/guest/guest_events.h"
#include "kernel/abi/system_calls.h"

namespace stampede::fuzz {
namespace {

constexpr u64 instruction_page_fault = 12;  // scause

// Where code runs that is not the executor's, or where none is: by a jump, and by an exec of what
// the program has written.
struct CodeUse {
    bool jumps = false, execs = false, writes_files = false;

    void look_at(const Calls& calls) {
        for (const Call& call : calls) {
            jumps = jumps || call.kind == CallKind::jump || call.kind == CallKind::make_program;
            execs = execs || call.kind == CallKind::exec;
            writes_files =
                writes_files ||
                (call.kind == CallKind::open &&
                 (open_flags(call.number) & (abi::o_wronly | abi::o_rdwr | abi::o_trunc)) != 0);
            look_at(call.body);
        }
    }
    [[nodiscard]] bool may_leave_it() const { return jumps || (execs && writes_files); }
};

bool may_leave_its_code(const Program& program) {
    CodeUse use;
    for (const Process& process : program.processes) {
        use.look_at(process.calls);
    }
    return use.may_leave_it();
}

}  // namespace

void GivenProgram::give(const Program& program) {
    image_ = lower(program);
    leaves_its_code_ = may_leave_its_code(program);
    events_->hand_out(image_);
}

void GivenProgram::on_trap(const HartState& state, u64 cause, u64, Privilege) {
    if (state.mode == Privilege::User && cause == instruction_page_fault && !leaves_its_code_) {
        events_->on_check_failed(state, "a page of the program's code is not there");
    }
}

}  // namespace stampede::fuzz
