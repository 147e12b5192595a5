// Sv39 tables for a random body: sound ones for its code, anything for its data.
#pragma once
#include <vector>

#include "harts/tests/programs/body.h"
#include "harts/tests/programs/random.h"

namespace stampede::programs {

// The two address spaces that a body may switch between; each has its own ASID.
enum class Space : u8 { First, Second };

[[nodiscard]] u64 satp_of(Space space, u16 asid);

// Entries of both spaces, those for the body's own code left out.
[[nodiscard]] std::vector<Poke> random_tables(Random& random);

// Those and its code's, which body.address decides.
[[nodiscard]] std::vector<Poke> all_pokes(const Body& body);

// An entry of data_4k_window's page `number` anew, neither sound nor global ones.
[[nodiscard]] Poke random_change(Random& random, Space space, unsigned number);

// An address in one of the data windows (at times not canonical), near a page's end as often as
// not.
[[nodiscard]] u64 random_data_address(Random& random);

// Where nothing is mapped for execution, in no mode.
[[nodiscard]] u64 random_unfetchable_address(Random& random);

}  // namespace stampede::programs
