// What an input tells the CPUs of fuzz_mm to do: one list of operations a CPU.
//
//     a byte        CPUs: 2 to 4
//     4 bytes each  an operation: CPU and kind; process and page; place in the page; a value
//
// Everything is taken modulo the number of values that it has.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace kernel::fuzz {

enum class Kind : std::uint8_t {
    fork,
    end_process,
    store,
    store_all,  // into each page
    load,
    copy_out,  // some bytes, perhaps across the end of a page
    copy_in,
    unmap,  // one or a few pages
    map,    // the same
    grow,   // at the end of what is mapped, as sbrk does
    shrink,
    hoard,  // the kernel takes frames until there are none, or some
    give_back,
    fail,       // one of the next allocations fails
    hand_over,  // the process goes on on another CPU
};
inline constexpr unsigned kinds = 15;

struct Operation {
    Kind kind = Kind::load;
    std::uint8_t process = 0;  // whichever the CPU has
    std::uint8_t page = 0;
    std::uint8_t place = 0;
    std::uint8_t value = 0;
};

inline constexpr unsigned most_cpus = 4;
inline constexpr std::size_t most_operations = 1024;  // of all CPUs; what follows is left out

struct Script {
    unsigned cpus = 2;
    std::array<std::vector<Operation>, most_cpus> operations;
};

inline Script script_of(std::span<const std::uint8_t> bytes) {
    Script script;
    if (bytes.empty()) {
        return script;
    }
    script.cpus = 2 + bytes[0] % (most_cpus - 1);
    bytes = bytes.subspan(1);
    for (std::size_t n = 0; n < most_operations && bytes.size() >= 4;
         ++n, bytes = bytes.subspan(4)) {
        const unsigned cpu = bytes[0] / kinds % script.cpus;
        script.operations[cpu].push_back(
            {static_cast<Kind>(bytes[0] % kinds), static_cast<std::uint8_t>(bytes[1] >> 5),
             static_cast<std::uint8_t>(bytes[1] & 31), bytes[2], bytes[3]});
    }
    return script;
}

}  // namespace kernel::fuzz
