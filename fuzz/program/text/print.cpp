#include <fmt/format.h>

#include "fuzz/program/text/operand_text.h"
#include "fuzz/program/text/text.h"

namespace stampede::fuzz {

namespace {

std::string text_of(const Call& call);

std::string body_text(const Calls& calls) {
    std::string text = "{";
    for (const Call& call : calls) {
        text += text.size() == 1 ? " " : "; ";
        text += text_of(call);
    }
    return text + " }";
}

std::string text_of(const Call& call) {
    const CallShape& shape = shape_of(call.kind);
    std::string text(shape.name);
    for (const Operand operand : operands_of(call.kind)) {
        if (operand == Operand::Result) {
            text = fmt::format("{}{} = {}", shape.letter, call.slot, text);
        } else if (operand == Operand::Body) {
            text += " " + body_text(call.body);
        } else if (operand != Operand::OptionalAddress || call.address != Address{}) {
            text += " " + operand_text(call, operand);
        }
    }
    return text;
}

}  // namespace

std::string print(const Program& program) {
    std::string text = fmt::format("stampede-program 1\nschedule {} seed {}\n",
                                   program.schedule.words(), program.schedule.seed);
    for (u64 n = 0; n < program.processes.size(); ++n) {
        text += fmt::format("process {}:\n", n);
        for (const Call& call : program.processes[n].calls) {
            text += "  " + text_of(call) + "\n";
        }
    }
    return text;
}

}  // namespace stampede::fuzz
