// Splits [0, total) into pieces that oneTBB runs in parallel; what each one found comes back in
// order.
#pragma once
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <vector>

#include "harts/base/types.h"

namespace stampede {

// work(begin, end, Part&) for each piece; pieces are few, whatever `total` is.
template <class Part, class Work>
std::vector<Part> in_pieces(u64 total, Work&& work) {
    constexpr u64 most_pieces = 128;
    constexpr u64 worth_sharing = 4096;  // below, waking threads takes longer than the work
    const u64 pieces = total < worth_sharing ? std::min<u64>(total, 1) : most_pieces;
    std::vector<Part> parts(pieces);
    if (pieces == 1) {
        work(u64{0}, total, parts[0]);
        return parts;
    }
    oneapi::tbb::parallel_for(u64{0}, pieces, [&](u64 piece) {
        const u64 each = total / pieces;
        const u64 rest = total % pieces;
        const u64 begin = piece * each + std::min(piece, rest);
        work(begin, begin + each + (piece < rest), parts[piece]);
    });
    return parts;
}

}  // namespace stampede
