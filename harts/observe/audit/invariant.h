// What an audit holds a kernel to, one title each. A title is the finding's identity: it stays as
// it is.
#pragma once
#include <string_view>

#include "harts/base/types.h"

namespace stampede {

enum class Invariant : u8 {
    TableWellFormed,
    CountTooHigh,
    CountTooLow,
    FrameOnFreeListTwice,
    FreeFrameHasCount,
    FreeFrameIsMapped,
    FreeListLeavesFrames,
    FreeListMisaligned,
    NeverUsedFrameInUse,
    LostFrame,
    OwnerKnown,
    OwnerFits,
    SharedFrameWritable,
    MarkerExcludesWrite,
    LeafInRam,
    LeafMapsFrame,
    LeafNotGlobal,
    PteEncoding,
    NoUserSuperpage,
    PageTableInRam,
    PageTableOwned,
    PageTableUsedOnce,
};
inline constexpr unsigned invariant_count = static_cast<unsigned>(Invariant::PageTableUsedOnce) + 1;

constexpr std::string_view title_of(Invariant invariant) {
    switch (invariant) {
    case Invariant::TableWellFormed: return "the audit table is malformed";
    case Invariant::CountTooHigh: return "a frame's count is higher than its references";
    case Invariant::CountTooLow: return "a frame's count is lower than its references";
    case Invariant::FrameOnFreeListTwice: return "a frame is on the free lists twice";
    case Invariant::FreeFrameHasCount: return "a frame on a free list has a count";
    case Invariant::FreeFrameIsMapped: return "a frame on a free list is mapped";
    case Invariant::FreeListLeavesFrames: return "a free list leaves the frames";
    case Invariant::FreeListMisaligned:
        return "a free list holds an address that is no frame's start";
    case Invariant::NeverUsedFrameInUse:
        return "a frame past the frontier of never used frames is in use";
    case Invariant::LostFrame: return "a frame without references is on no free list";
    case Invariant::OwnerKnown: return "the owner table holds an unknown value";
    case Invariant::OwnerFits: return "a frame's owner contradicts its use";
    case Invariant::SharedFrameWritable: return "a shared frame is mapped writable";
    case Invariant::MarkerExcludesWrite: return "a PTE is writable and marked copy-on-write";
    case Invariant::LeafInRam: return "a user PTE points outside RAM";
    case Invariant::LeafMapsFrame: return "a user PTE maps memory that is no frame";
    case Invariant::LeafNotGlobal: return "a user PTE is global";
    case Invariant::PteEncoding: return "a user PTE has a reserved encoding";
    case Invariant::NoUserSuperpage: return "a superpage is mapped in the user half";
    case Invariant::PageTableInRam: return "a page table lies outside RAM";
    case Invariant::PageTableOwned: return "a page table lies in a frame that is none";
    case Invariant::PageTableUsedOnce: return "a page table is used twice";
    }
    return "?";
}

}  // namespace stampede
