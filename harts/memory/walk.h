// The Sv39 walk as a pure function: memory is passed in (privileged specification, "Virtual Address
// Translation Process").
#pragma once
#include <expected>
#include <optional>

#include "harts/memory/pte.h"

namespace stampede {

// Who asks. `sum` and `mxr` as in mstatus.
struct WalkRights {
    Privilege privilege = Privilege::Supervisor;
    bool sum = false;
    bool mxr = false;
};

struct Walked {
    PhysAddr address;  // what the virtual address means
    Pte pte;           // the leaf, A and D as they are now
    PhysAddr pte_address;
    int level = 0;        // 0: 4 KiB, 1: 2 MiB, 2: 1 GiB
    bool global = false;  // G in the leaf or above it
};

enum class WalkFault : u8 {
    Page,    // a page fault of the access's kind
    Access,  // a PTE lies where no memory is
};

constexpr bool leaf_permits(Pte pte, Access access, WalkRights rights) {
    const bool user_page = pte.has(Pte::u);
    if (rights.privilege == Privilege::User
            ? !user_page
            : user_page && (!rights.sum || access == Access::Execute)) {
        return false;
    }
    switch (access) {
    case Access::Read: return pte.has(Pte::r) || (rights.mxr && pte.has(Pte::x));
    case Access::Write: return pte.has(Pte::w);
    case Access::Execute: return pte.has(Pte::x);
    }
    return false;
}

// read_pte(PhysAddr) → std::optional<u64>: one 64-bit atomic load, or nothing where no memory is.
// update_pte(PhysAddr, u64 from, u64 to) → bool: one compare-and-swap; false when the PTE is not
// `from` any more, and it is walked again.
template <class ReadPte, class UpdatePte>
std::expected<Walked, WalkFault> walk(Satp satp, u64 address, Access access, WalkRights rights,
                                      ReadPte&& read_pte, UpdatePte&& update_pte) {
    if (!sv39_canonical(address)) {
        return std::unexpected(WalkFault::Page);
    }
    PhysAddr table = satp.root().address();
    bool global = false;
    for (int level = sv39_levels - 1; level >= 0;) {
        const PhysAddr at = table + sv39_index(address, level) * 8;
        const std::optional<u64> bits = read_pte(at);
        if (!bits) {
            return std::unexpected(WalkFault::Access);
        }
        const Pte pte{*bits};
        if (!pte.valid()) {
            return std::unexpected(WalkFault::Page);
        }
        if (!pte.leaf()) {
            // A, D and U of a non-leaf are reserved.
            if ((pte.bits & (Pte::a | Pte::d | Pte::u)) != 0) {
                return std::unexpected(WalkFault::Page);
            }
            global |= pte.has(Pte::g);
            table = pte.ppn().address();
            --level;
            continue;
        }
        const u64 within = sv39_level_size(level) - 1;
        if (!leaf_permits(pte, access, rights) || (pte.ppn().address().value & within) != 0) {
            return std::unexpected(WalkFault::Page);  // the second: a misaligned superpage
        }
        const u64 wanted = pte.bits | Pte::a | (access == Access::Write ? Pte::d : 0);
        if (wanted != pte.bits && !update_pte(at, pte.bits, wanted)) {
            continue;  // changed meanwhile: look at this PTE again
        }
        return Walked{{pte.ppn().address().value | (address & within)},
                      {wanted},
                      at,
                      level,
                      global || pte.has(Pte::g)};
    }
    return std::unexpected(WalkFault::Page);
}

}  // namespace stampede
