// Programs of two parents, and what keeps any program within its limits.
#include <algorithm>

#include "fuzz/program/generate/mutate.h"

namespace stampede::fuzz {

namespace {

struct Budget {
    unsigned calls = Program::most_calls;
    unsigned forks = Program::most_forks;
};

void trim(Calls& calls, unsigned depth, Budget& budget) {
    Calls kept;
    for (Call& call : calls) {
        const bool forks = call.kind == CallKind::fork;
        if (budget.calls == 0 || (forks && (budget.forks == 0 || depth == Program::deepest_fork))) {
            continue;
        }
        --budget.calls;
        budget.forks -= forks;
        trim(call.body, depth + 1, budget);
        kept.push_back(std::move(call));
    }
    calls = std::move(kept);
}

// The first calls of one, then the last of the other.
Process join(const Process& one, const Process& other, RandomNumbers& random) {
    const u64 head = random.below(one.calls.size() + 1);
    const u64 tail = random.below(other.calls.size() + 1);
    Process joined{{one.calls.begin(), one.calls.begin() + static_cast<i64>(head)}};
    joined.calls.insert(joined.calls.end(), other.calls.end() - static_cast<i64>(tail),
                        other.calls.end());
    return joined;
}

}  // namespace

void trim(Program& program) {
    if (program.processes.size() > Program::most_processes) {
        program.processes.resize(Program::most_processes);
    }
    Budget budget;
    for (Process& process : program.processes) {
        trim(process.calls, 0, budget);
    }
}

Program cross(const Program& one, const Program& other, RandomNumbers& random) {
    Program made;
    made.schedule = random.chance(1, 2) ? one.schedule : other.schedule;
    const u64 most = std::max(one.processes.size(), other.processes.size());
    for (u64 n = 0; n < most; ++n) {
        const Process& left = one.processes[std::min(n, one.processes.size() - 1)];
        const Process& right = other.processes[std::min(n, other.processes.size() - 1)];
        switch (random.below(4)) {
        case 0: made.processes.push_back(left); break;
        case 1: made.processes.push_back(right); break;
        case 2: made.processes.push_back(join(left, right, random)); break;
        default: made.processes.push_back(join(right, left, random)); break;
        }
    }
    trim(made);
    return made;
}

}  // namespace stampede::fuzz
