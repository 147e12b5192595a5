#include "harts/observe/coverage/branch_coverage.h"

#include <algorithm>
#include <cstring>

#include "harts/isa/instruction.h"

namespace stampede {
namespace {

// What lies at even addresses taken for instructions: between two of them nothing jumps.
std::vector<bool> branches_in(std::span<const std::byte> code) {
    std::vector<bool> is_branch(code.size());
    for (std::size_t at = 0; at + sizeof(u16) <= code.size(); at += sizeof(u16)) {
        u32 word = 0;
        std::memcpy(&word, code.data() + at, std::min(sizeof word, code.size() - at));
        is_branch[at] = isa::line_of(isa::decode(word).op).flow == isa::Flow::Branch;
    }
    return is_branch;
}

}  // namespace

BranchCoverage::BranchCoverage(u64 begin, std::span<const std::byte> code, std::span<u8> counters,
                               std::span<Hart* const> harts)
    : begin_(begin), counters_(counters), is_branch_(branches_in(code)) {
    for (Hart* hart : harts) {
        hart->watches.put(*this);
    }
}

}  // namespace stampede
