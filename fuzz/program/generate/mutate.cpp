#include "fuzz/program/generate/mutate.h"

#include <algorithm>

#include "fuzz/program/generate/call_choice.h"
#include "fuzz/program/generate/generate.h"

namespace stampede::fuzz {

namespace {

constexpr u64 longest_splice = 6;  // calls

struct List {
    Calls* calls;
    unsigned depth;
};

void collect(Calls& calls, unsigned depth, std::vector<List>& into) {
    into.push_back({&calls, depth});
    for (Call& call : calls) {
        if (call.kind == CallKind::fork) {
            collect(call.body, depth + 1, into);
        }
    }
}

// All lists of calls: processes' and bodies. Pointers hold until one of them changes its size.
std::vector<List> lists_of(Program& program) {
    std::vector<List> lists;
    for (Process& process : program.processes) {
        collect(process.calls, 0, lists);
    }
    return lists;
}

class Mutation {
public:
    Mutation(Program& program, RandomNumbers& random)
        : program_(program), random_(random), choice_(random) {}

    bool insert() {
        const List list = any_list();
        Room room = room_in(program_, list.depth);
        if (room.calls == 0) {
            return false;
        }
        const u64 at = random_.below(list.calls->size() + 1);
        Call call = choice_.make(resources_before(program_, *list.calls, at), room);
        list.calls->insert(begin(list, at), std::move(call));
        return true;
    }

    bool remove() {
        const auto place = any_call();
        if (place.list.calls == nullptr) {
            return false;
        }
        place.list.calls->erase(begin(place.list, place.at));
        return true;
    }

    bool duplicate() {
        const auto place = any_call();
        if (place.list.calls == nullptr) {
            return false;
        }
        Call copy = call_at(place);
        const u64 to = place.at + random_.below(place.list.calls->size() - place.at + 1);
        place.list.calls->insert(begin(place.list, to), std::move(copy));
        return true;
    }

    bool move() {
        const auto from = any_call();
        if (from.list.calls == nullptr) {
            return false;
        }
        Call taken = std::move(call_at(from));
        from.list.calls->erase(begin(from.list, from.at));
        const List to = any_list();
        to.calls->insert(begin(to, random_.below(to.calls->size() + 1)), std::move(taken));
        return true;
    }

    bool change_operand() {
        const auto place = any_call();
        if (place.list.calls == nullptr) {
            return false;
        }
        Call& call = call_at(place);
        const auto operands = operands_of(call.kind);
        if (operands.empty()) {
            return false;
        }
        const Operand operand = operands[random_.below(operands.size())];
        const Call before = call;
        if (random_.chance(1, 2)) {
            choice_.operands().choose_odd(call, operand);
        } else {
            choice_.operands().choose(call, operand,
                                      resources_before(program_, *place.list.calls, place.at));
        }
        return call != before;
    }

    bool splice() {
        const List from = any_list();
        if (from.calls->empty()) {
            return false;
        }
        const u64 first = random_.below(from.calls->size());
        const u64 count = 1 + random_.below(std::min(longest_splice, from.calls->size() - first));
        const Calls copies(begin(from, first), begin(from, first + count));
        const List to = any_list();
        to.calls->insert(begin(to, random_.below(to.calls->size() + 1)), copies.begin(),
                         copies.end());
        return true;
    }

    bool wrap_in_fork() {
        const auto place = any_call();
        if (place.list.calls == nullptr || room_in(program_, 0).calls == 0) {
            return false;
        }
        const u64 count =
            1 + random_.below(std::min(longest_splice, place.list.calls->size() - place.at));
        Call fork;
        fork.kind = CallKind::fork;
        choice_.operands().choose(fork, Operand::Result,
                                  resources_before(program_, *place.list.calls, place.at));
        const auto first = begin(place.list, place.at);
        fork.body.assign(std::move_iterator(first),
                         std::move_iterator(first + static_cast<i64>(count)));
        *first = std::move(fork);
        place.list.calls->erase(first + 1, first + static_cast<i64>(count));
        return true;
    }

    bool unwrap_fork() {
        std::vector<CallPlace> forks;
        for (const List& list : lists_of(program_)) {
            for (u64 n = 0; n < list.calls->size(); ++n) {
                if ((*list.calls)[n].kind == CallKind::fork) {
                    forks.push_back({list, n});
                }
            }
        }
        if (forks.empty()) {
            return false;
        }
        const CallPlace place = forks[random_.below(forks.size())];
        const Calls body = std::move(call_at(place).body);
        const auto behind = place.list.calls->erase(begin(place.list, place.at));
        place.list.calls->insert(behind, body.begin(), body.end());
        return true;
    }

    bool add_process() {
        if (program_.processes.size() == Program::most_processes) {
            return false;
        }
        const bool copies = random_.chance(1, 3);
        Process added = copies ? program_.processes[random_.below(program_.processes.size())]
                               : generate_process(program_, random_);
        program_.processes.push_back(std::move(added));
        return true;
    }

    bool remove_process() {
        if (program_.processes.size() == 1) {
            return false;
        }
        program_.processes.erase(program_.processes.begin() +
                                 static_cast<i64>(random_.below(program_.processes.size())));
        return true;
    }

    bool change_schedule() {
        const ScheduleChoice before = program_.schedule;
        if (random_.chance(1, 2)) {
            program_.schedule.seed = static_cast<u32>(random_.next());
        } else {
            program_.schedule = generate_schedule(random_);
        }
        return program_.schedule != before;
    }

private:
    struct CallPlace {
        List list{nullptr, 0};
        u64 at = 0;
    };

    static Calls::iterator begin(const List& list, u64 at) {
        return list.calls->begin() + static_cast<i64>(at);
    }
    static Call& call_at(const CallPlace& place) { return (*place.list.calls)[place.at]; }

    List any_list() {
        const std::vector<List> lists = lists_of(program_);
        return lists[random_.below(lists.size())];
    }

    // Each call as likely as any other; a null list where there is none.
    CallPlace any_call() {
        const unsigned calls = extent_of(program_).calls;
        if (calls == 0) {
            return {};
        }
        u64 left = random_.below(calls);
        for (const List& list : lists_of(program_)) {
            if (left < list.calls->size()) {
                return {list, left};
            }
            left -= list.calls->size();
        }
        return {};
    }

    Program& program_;
    RandomNumbers& random_;
    CallChoice choice_;
};

bool change(Change what, Mutation& mutation) {
    switch (what) {
    case Change::Insert: return mutation.insert();
    case Change::Delete: return mutation.remove();
    case Change::Duplicate: return mutation.duplicate();
    case Change::Move: return mutation.move();
    case Change::ChangeOperand: return mutation.change_operand();
    case Change::Splice: return mutation.splice();
    case Change::WrapInFork: return mutation.wrap_in_fork();
    case Change::UnwrapFork: return mutation.unwrap_fork();
    case Change::AddProcess: return mutation.add_process();
    case Change::RemoveProcess: return mutation.remove_process();
    case Change::ChangeSchedule: return mutation.change_schedule();
    }
    return false;
}

// How often each change is chosen, in comparison to the others.
Change any_change(RandomNumbers& random) {
    using enum Change;
    constexpr Change often[] = {
        Insert,        Insert,         Insert,        Insert,        Delete,        Delete,
        Duplicate,     Move,           Move,          ChangeOperand, ChangeOperand, ChangeOperand,
        ChangeOperand, Splice,         Splice,        WrapInFork,    UnwrapFork,    AddProcess,
        RemoveProcess, ChangeSchedule, ChangeSchedule};
    return often[random.below(std::size(often))];
}

}  // namespace

bool apply(Change what, Program& program, RandomNumbers& random) {
    Mutation mutation(program, random);
    const bool changed = change(what, mutation);
    trim(program);
    return changed;
}

u32 mutate(Program& program, RandomNumbers& random) {
    constexpr u64 most_changes = 4, most_tries = 100;
    u64 wanted = 1 + random.below(most_changes);
    u32 made = 0;
    for (u64 tries = 0; wanted != 0 && tries < most_tries; ++tries) {
        const Change what = any_change(random);
        if (apply(what, program, random)) {
            made |= 1u << static_cast<unsigned>(what);
            --wanted;
        }
    }
    return made;
}

void shorten(Program& program, RandomNumbers& random) {
    if (random.chance(1, long_ones)) {
        return;
    }
    Mutation mutation(program, random);
    while (extent_of(program).calls > usual_calls && mutation.remove()) {
    }
}

}  // namespace stampede::fuzz
