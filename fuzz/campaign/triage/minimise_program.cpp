#include "fuzz/campaign/triage/minimise_program.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <vector>

namespace stampede::campaign {
namespace {

using namespace stampede::fuzz;

void add_lists(Calls& calls, std::vector<Calls*>& lists) {
    lists.push_back(&calls);
    for (Call& call : calls) {
        if (call.kind == CallKind::fork) {
            add_lists(call.body, lists);
        }
    }
}

// Every list of calls, outer ones first.
std::vector<Calls*> lists_of(Program& program) {
    std::vector<Calls*> lists;
    for (Process& process : program.processes) {
        add_lists(process.calls, lists);
    }
    return lists;
}

std::vector<Call*> calls_of(Program& program) {
    std::vector<Call*> calls;
    for (Calls* list : lists_of(program)) {
        for (Call& call : *list) {
            calls.push_back(&call);
        }
    }
    return calls;
}

class Minimisation {
public:
    Minimisation(const Program& program, const Shows& shows, const Enough& enough)
        : best_{program, 0}, shows_(shows), enough_(enough) {}

    MinimisedProgram run() {
        bool smaller = true;
        while (smaller && !enough_()) {
            smaller = drop_processes();
            smaller |= drop_calls();
            smaller |= unwrap_forks();
            smaller |= simplify_operands();
            smaller |= simplify_schedule();
        }
        return best_;
    }

private:
    bool take(const Program& candidate) {
        if (candidate == best_.program || flaw(candidate) || enough_()) {
            return false;
        }
        ++best_.tries;
        if (!shows_(candidate)) {
            return false;
        }
        best_.program = candidate;
        return true;
    }

    bool drop_processes() {
        bool smaller = false;
        for (std::size_t n = best_.program.processes.size();
             n-- != 0 && best_.program.processes.size() > 1;) {
            Program candidate = best_.program;
            candidate.processes.erase(candidate.processes.begin() + static_cast<std::ptrdiff_t>(n));
            smaller |= take(candidate);
        }
        return smaller;
    }

    // From the end, so that what has gone before is still there.
    bool drop_stretches(std::size_t list, std::size_t length) {
        bool smaller = false;
        for (std::size_t end = lists_of(best_.program)[list]->size(); end >= length && length != 0;
             end -= length) {
            Program candidate = best_.program;
            Calls& calls = *lists_of(candidate)[list];
            const auto first = calls.begin() + static_cast<std::ptrdiff_t>(end - length);
            calls.erase(first, first + static_cast<std::ptrdiff_t>(length));
            smaller |= take(candidate);
        }
        return smaller;
    }

    bool drop_calls() {
        bool smaller = false;
        for (std::size_t list = 0; list < lists_of(best_.program).size(); ++list) {
            for (std::size_t length = lists_of(best_.program)[list]->size(); length != 0;
                 length /= 2) {
                smaller |= drop_stretches(list, length);
                if (list >= lists_of(best_.program).size()) {
                    return smaller;  // it went with the fork that it belonged to
                }
            }
        }
        return smaller;
    }

    bool unwrap_forks() {
        bool smaller = false;
        for (std::size_t list = 0; list < lists_of(best_.program).size(); ++list) {
            for (std::size_t n = 0; n < lists_of(best_.program)[list]->size(); ++n) {
                Program candidate = best_.program;
                Calls& calls = *lists_of(candidate)[list];
                if (calls[n].kind != CallKind::fork) {
                    continue;
                }
                const Calls body = calls[n].body;
                const auto at = calls.erase(calls.begin() + static_cast<std::ptrdiff_t>(n));
                calls.insert(at, body.begin(), body.end());
                smaller |= take(candidate);
            }
        }
        return smaller;
    }

    // `change` of the n-th call.
    template <class Change>
    bool try_call(std::size_t n, Change change) {
        Program candidate = best_.program;
        change(*calls_of(candidate)[n]);
        return take(candidate);
    }

    bool simplify_operands() {
        bool smaller = false;
        for (std::size_t n = 0; n < calls_of(best_.program).size(); ++n) {
            const auto set = [&](auto member, auto value) {
                // No larger one, so that this comes to an end.
                const auto now = calls_of(best_.program)[n]->*member;
                smaller |= value < now && try_call(n, [&](Call& call) { call.*member = value; });
            };
            set(&Call::number, i32{0});
            set(&Call::number, i32{1});
            set(&Call::slot, u8{0});
            const Length length = calls_of(best_.program)[n]->length;
            for (const u16 bytes : {u16{1}, static_cast<u16>(length.code / 2)}) {
                smaller |= length.plain() && bytes < calls_of(best_.program)[n]->length.code &&
                           try_call(n, [&](Call& call) { call.length.code = bytes; });
            }
            const u16 offset = calls_of(best_.program)[n]->address.offset;
            for (const u16 simple : {u16{0}, static_cast<u16>(offset / page_size * page_size)}) {
                smaller |= simple < calls_of(best_.program)[n]->address.offset &&
                           try_call(n, [&](Call& call) { call.address.offset = simple; });
            }
        }
        return smaller;
    }

    // Turns in order rather than by chance, long ones rather than short ones, few changes rather
    // than many, a small seed.
    static auto simplicity(const ScheduleChoice& schedule) {
        const int parameter =
            schedule.kind == ScheduleChoice::Kind::Pct ? schedule.parameter : -schedule.parameter;
        return std::tuple(static_cast<int>(schedule.kind), parameter, schedule.seed);
    }

    bool simplify_schedule() {
        using Kind = ScheduleChoice::Kind;
        constexpr std::array turns{4096, 2048, 1024, 512, 256, 128, 64};
        constexpr u32 seeds = 8;
        std::vector<ScheduleChoice> simpler;
        for (u32 seed = 1; seed <= seeds; ++seed) {
            for (const Kind kind : {Kind::RoundRobin, Kind::Random}) {
                for (const int turn : turns) {
                    simpler.push_back({kind, static_cast<u16>(turn), seed});
                }
            }
            for (u16 depth = 1; depth <= ScheduleChoice::deepest; ++depth) {
                simpler.push_back({Kind::Pct, depth, seed});
            }
        }
        std::ranges::sort(simpler, {}, simplicity);
        for (const ScheduleChoice& schedule : simpler) {
            if (simplicity(schedule) >= simplicity(best_.program.schedule)) {
                return false;
            }
            Program candidate = best_.program;
            candidate.schedule = schedule;
            if (take(candidate)) {
                return true;
            }
        }
        return false;
    }

    MinimisedProgram best_;
    const Shows& shows_;
    const Enough& enough_;
};

}  // namespace

MinimisedProgram minimise_program(const Program& program, const Shows& shows,
                                  const Enough& enough) {
    return Minimisation(program, shows, enough).run();
}

}  // namespace stampede::campaign
