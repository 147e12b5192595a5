// Guest code as race detection reads it ahead of its execution.
#pragma once
#include <span>

#include "harts/access/host_access.h"
#include "harts/isa/instruction.h"

namespace stampede {

// The instruction at halfword `k` of guest code on the host; what is not all in `code` is illegal.
// Other harts may store there meanwhile.
inline isa::Decoded decode_at(std::span<const u16> code, unsigned k) {
    const auto half = [&](unsigned n) {
        return static_cast<u32>(load_host(reinterpret_cast<const u8*>(&code[n]), 2));
    };
    u32 word = half(k);
    if ((word & 3) == 3) {
        word = k + 1 < code.size() ? word | half(k + 1) << 16 : 0;
    }
    return isa::decode(word);
}

inline bool is_load(isa::Op op) {
    switch (op) {
    case isa::Op::Lb:
    case isa::Op::Lh:
    case isa::Op::Lw:
    case isa::Op::Ld:
    case isa::Op::Lbu:
    case isa::Op::Lhu:
    case isa::Op::Lwu: return true;
    default: return false;
    }
}

}  // namespace stampede
