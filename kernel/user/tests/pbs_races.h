// Runners against each other: whether they have the hart in the order of their priorities. What is
// wrong ends the process.
#pragma once
#include <cstdint>

namespace user {

// What a race can show: on one hart the order in which runners end, on several that in which they
// begin where no host can hold one hart back.
enum class See : std::uint8_t { nothing, ends, beginnings };

// Less than a slice each, so each has one turn and nobody an index when he is picked. False: slices
// were cut short, so it says nothing.
bool short_runners_in_order(See see);
// Two and a half slices each: who used up his slice has an index and lets others go first, but the
// better one still ends first. False as above.
bool long_runners_end_in_order(See see);
// Two whose dynamic priority is always 100.
void equals_take_turns(See see);
// The sleeper's static priority is the worse one, but it is woken with the index 0 while the other
// one has used up slices.
void sleeper_has_turns_beside_a_spinner(See see);

}  // namespace user
