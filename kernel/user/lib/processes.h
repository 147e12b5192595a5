// How many processes there are to be had, found out by forking them.
#pragma once
#include <cstdint>

namespace user {

// Beside those that there are, `wanted` at most. All of them are alive together and share this
// one's pages, or have copies of them. On our kernel, whose table is larger than any workload, the
// answer is `wanted`.
std::uint64_t processes_to_be_had(std::uint64_t wanted);

}  // namespace user
