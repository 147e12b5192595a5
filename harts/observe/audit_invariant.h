// What an audit holds a kernel to, one title each. A title is the finding's identity: it stays as it is.
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
    case Invariant::TableWellFormed: return "audit: the audit table is malformed";
    case Invariant::CountTooHigh: return "audit: a frame's count is higher than its references";
    case Invariant::CountTooLow: return "audit: a frame's count is lower than its references";
    case Invariant::FrameOnFreeListTwice: return "audit: a frame is on the free lists twice";
    case Invariant::FreeFrameHasCount: return "audit: a frame on a free list has a count";
    case Invariant::FreeFrameIsMapped: return "audit: a frame on a free list is mapped";
    case Invariant::FreeListLeavesFrames: return "audit: a free list leaves the frames";
    case Invariant::FreeListMisaligned: return "audit: a free list holds an address that is no frame's start";
    case Invariant::NeverUsedFrameInUse: return "audit: a frame past the frontier of never used frames is in use";
    case Invariant::LostFrame: return "audit: a frame without references is on no free list";
    case Invariant::OwnerKnown: return "audit: the owner table holds an unknown value";
    case Invariant::OwnerFits: return "audit: a frame's owner contradicts its use";
    case Invariant::SharedFrameWritable: return "audit: a shared frame is mapped writable";
    case Invariant::MarkerExcludesWrite: return "audit: a PTE is writable and marked copy-on-write";
    case Invariant::LeafInRam: return "audit: a user PTE points outside RAM";
    case Invariant::LeafMapsFrame: return "audit: a user PTE maps memory that is no frame";
    case Invariant::LeafNotGlobal: return "audit: a user PTE is global";
    case Invariant::PteEncoding: return "audit: a user PTE has a reserved encoding";
    case Invariant::NoUserSuperpage: return "audit: a superpage is mapped in the user half";
    case Invariant::PageTableInRam: return "audit: a page table lies outside RAM";
    case Invariant::PageTableOwned: return "audit: a page table lies in a frame that is none";
    case Invariant::PageTableUsedOnce: return "audit: a page table is used twice";
    }
    return "audit: ?";
}

}  // namespace stampede
