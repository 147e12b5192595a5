// Whether a piece of RAM is this hart's alone: the one question that every fast access asks where
// scheduling points are counted. Whoever counts them (schedule/event_counter.h) keeps the table;
// where nobody does, every piece is.
#pragma once
#include "harts/core/hart.h"
#include "harts/engine/watching.h"

namespace stampede {

class OwnPieces final : public HartWatch {
public:
    static constexpr unsigned place = 0;
    static constexpr u64 piece = 64;  // bytes

    // Every piece of RAM is the hart's own.
    OwnPieces() = default;
    // Those are for which `owners` holds `self`.
    OwnPieces(const u16* owners, u16 self) : owners_(owners), mask_(~u64{0}), self_(self) {}

    [[nodiscard]] bool have(u64 offset) const { return owners_[offset / piece & mask_] == self_; }

private:
    static constexpr u16 everybody = 0;
    const u16* owners_ = &everybody;
    u64 mask_ = 0;
    u16 self_ = everybody;
};

// Where nobody counts.
inline OwnPieces all_pieces_own;

// A watcher: an access elsewhere is slow, so that the counter sees it.
struct Counting {
    using State = OwnPieces;
    static bool passes(Hart& hart, u64 offset, Access) {
        return hart.watches.of<OwnPieces>().have(offset);
    }
    static bool passes_block(Hart& hart, const BlockAccess& block) {
        const OwnPieces& own = hart.watches.of<OwnPieces>();
        for (u64 at = block.offset & ~(OwnPieces::piece - 1); at < block.offset + block.bytes;
             at += OwnPieces::piece) {
            if (!own.have(at)) {
                return false;
            }
        }
        return true;
    }
};

}  // namespace stampede
