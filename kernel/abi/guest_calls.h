// Guest to harness calls: `slti x0, rs1, imm`, a HINT (RISC-V unprivileged specification, "HINT
// Instructions"): no effect on any machine that does not listen, QEMU among them. Shared by guest
// and harness; freestanding.
#pragma once
#include <cstddef>
#include <cstdint>

namespace stampede::abi {

// Where `rs1` is an address, memory is accessed as this hart at its privilege; a page fault is
// raised in the ordinary way. Unknown numbers and wrong privileges do nothing.
enum class GuestCall : std::uint32_t {
    snapshot_ready = 0x700,  // U, S
    fetch = 0x701,           // U: address of a FetchBlock
    done = 0x702,            // U, S: status
    check_failed = 0x703,    // U, S: address of a NUL-terminated string of at most 128 bytes
    count = 0x704,           // U, S: operations done since the last such call
    relaxed_next = 0x705,    // S: the next access is a relaxed atomic
    audit_table = 0x706,     // S: physical address of an AuditTable
    quiescent = 0x707,       // S: no lock held, every other hart idle
    frame_allocated =
        0x708,  // S: physical address of a frame that is no longer free; before anybody uses it
    frame_freed = 0x709,  // S: physical address of a frame that is free from now on; before anybody
                          // can take it again
    mark = 0x70a,         // U, S: where the program is, in numbers of its own
};
inline constexpr std::uint32_t first_guest_call = 0x700;
inline constexpr std::uint32_t last_guest_call = 0x70a;
inline constexpr std::size_t check_failed_limit = 128;  // bytes, the NUL included

// What `fetch` fills: the harness writes up to `capacity` bytes behind the header and sets
// `length`; `length` stays 0 where no harness listens.
struct FetchBlock {
    static constexpr std::uint64_t expected_magic = 0x7374616d70656465;  // "stampede"
    std::uint64_t magic;
    std::uint32_t capacity;  // bytes
    std::uint32_t length;    // bytes
    // bytes follow
};

}  // namespace stampede::abi
