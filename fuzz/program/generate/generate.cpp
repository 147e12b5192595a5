#include "fuzz/program/generate/generate.h"

#include <bit>

#include "fuzz/program/generate/call_choice.h"

namespace stampede::fuzz {

namespace {

constexpr unsigned shortest_process = 2, longest_process = 7;  // calls, those of bodies left aside

unsigned process_count(RandomNumbers& random) {
    constexpr unsigned counts[] = {1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 4};
    return counts[random.below(std::size(counts))];
}

Process process(CallChoice& choice, RandomNumbers& random, Room& room) {
    Resources resources;
    const u64 wanted = shortest_process + random.below(longest_process - shortest_process + 1);
    return {choice.make_list(resources, room, static_cast<unsigned>(wanted))};
}

}  // namespace

ScheduleChoice generate_schedule(RandomNumbers& random) {
    ScheduleChoice choice;
    choice.kind = static_cast<ScheduleChoice::Kind>(random.below(schedule_kind_count));
    if (choice.kind == ScheduleChoice::Kind::Pct) {
        choice.parameter = static_cast<u16>(1 + random.below(ScheduleChoice::deepest));
    } else {
        constexpr u16 shortest = ScheduleChoice::shortest_turn;
        const u64 longest = u64{shortest} << random.below(
                                std::bit_width(ScheduleChoice::longest_turn / unsigned{shortest}));
        choice.parameter = static_cast<u16>(shortest + random.below(longest - shortest + 1));
    }
    choice.seed = static_cast<u32>(random.next());
    return choice;
}

Program generate(RandomNumbers& random) {
    Program program;
    program.schedule = generate_schedule(random);
    CallChoice choice(random);
    Room room{0, Program::most_calls, Program::most_forks};
    for (unsigned left = process_count(random); left != 0; --left) {
        program.processes.push_back(process(choice, random, room));
    }
    return program;
}

Process generate_process(const Program& program, RandomNumbers& random) {
    CallChoice choice(random);
    Room room = room_in(program, 0);
    return process(choice, random, room);
}

}  // namespace stampede::fuzz
