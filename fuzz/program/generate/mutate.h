// Programs made of others.
#pragma once
#include <string_view>

#include "fuzz/program/program.h"
#include "harts/schedule/random_numbers.h"

namespace stampede::fuzz {

// What one step of a mutation does.
enum class Change : u8 {
    Insert,  // a new call that fits the place
    Delete,
    Duplicate,
    Move,           // a call elsewhere, perhaps into another process
    ChangeOperand,  // to one that fits, or to an odd one
    Splice,         // a copy of some calls of one list into another
    WrapInFork,     // some calls become a child's
    UnwrapFork,     // a child's calls become its parent's
    AddProcess,
    RemoveProcess,
    ChangeSchedule,
};
inline constexpr unsigned change_count = 11;

// Whether there was something to change. A valid program stays one.
bool apply(Change change, Program& program, RandomNumbers& random);
// One or a few changes; which, a bit for each Change. The program is valid before and after.
u32 mutate(Program& program, RandomNumbers& random);
// A program with calls of both, which are valid.
[[nodiscard]] Program cross(const Program& one, const Program& other, RandomNumbers& random);

// Deletes calls, by chance, until `usual_calls` are left; one long program in `long_ones` stays as
// it is. Long programs cover more each and so would fill a corpus, where short ones find the same
// sooner.
inline constexpr unsigned usual_calls = 14;
inline constexpr u64 long_ones = 16;
void shorten(Program& program, RandomNumbers& random);

// Drops what exceeds the limits: processes, then calls from the end.
void trim(Program& program);

}  // namespace stampede::fuzz
