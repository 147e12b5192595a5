// The operands of a program's calls. They name resources by where they come from, so that a program
// means the same wherever the guest puts them.
#pragma once
#include "harts/base/types.h"
#include "kernel/abi/program.h"

namespace stampede::fuzz {

namespace abi = stampede::abi;

// A guest address. Offsets from `stack` and `below_max` count downward.
struct Address {
    using Base = abi::ProgramBase;
    Base base = Base::null;
    u16 offset = 0;  // bytes, within offsets_of(base)
    friend bool operator==(const Address&, const Address&) = default;
};

struct OffsetRange {
    u32 first;
    u32 last;
};
constexpr OffsetRange offsets_of(Address::Base base) {
    switch (base) {
    case Address::Base::region: return {0, abi::program_region_size - 1};
    case Address::Base::text: return {0, 0xfff};
    case Address::Base::stack:
        return {1,
                0x2000};  // the stack's page and the one where nothing is; code lies further down
    case Address::Base::below_max: return {1, 0xffff};
    case Address::Base::null: return {0, 0};
    default: return {0, 0xffff};
    }
}

// How many bytes to read or write.
struct Length {
    static constexpr u16 last_plain = 3 * page_size;
    // Not a number of bytes that makes sense: 2^63, the largest int, and -1.
    static constexpr u16 huge = last_plain + 1, most = last_plain + 2, negative = last_plain + 3;
    static constexpr u16 limit = negative + 1;

    u16 code = 0;
    [[nodiscard]] bool plain() const { return code <= last_plain; }
    // As the guest passes it.
    [[nodiscard]] i64 value() const {
        return code == huge ? INT64_MIN : code == most ? INT32_MAX : code == negative ? -1 : code;
    }
    friend bool operator==(const Length&, const Length&) = default;
};

// abi::program_descriptor, below its count.
struct Descriptor {
    u8 index = 0;
    friend bool operator==(const Descriptor&, const Descriptor&) = default;
};
// abi::program_pid, below its count.
struct Pid {
    u8 index = 0;
    friend bool operator==(const Pid&, const Pid&) = default;
};
// abi::program_paths and what follows them, below program_path_limit.
struct Path {
    u8 index = 0;
    friend bool operator==(const Path&, const Path&) = default;
};

}  // namespace stampede::fuzz
