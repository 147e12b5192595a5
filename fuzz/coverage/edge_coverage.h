// How often each way of a kernel's branches was gone, over many programs.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "fuzz/coverage/guest_branches.h"
#include "harts/core/observer.h"

namespace stampede::fuzz {

// One way of one branch.
struct Edge {
    GuestBranch branch;
    Branch way = Branch::NotTaken;
    u64 hits = 0;  // a program's up to 255
    [[nodiscard]] bool covered() const { return hits != 0; }
    [[nodiscard]] const std::string& leads_to() const {
        return branch.leads_to[static_cast<std::size_t>(way)];
    }
};

// Edges of which so many were gone.
struct Share {
    u64 edges = 0;
    u64 covered = 0;
    void add(const Edge& edge) {
        ++edges;
        covered += edge.covered() ? 1 : 0;
    }
    // 0 where there are no edges.
    [[nodiscard]] double percent() const {
        return edges == 0 ? 0 : 100.0 * static_cast<double>(covered) / static_cast<double>(edges);
    }
    friend bool operator==(const Share&, const Share&) = default;
};

struct FunctionCoverage {
    std::string folder;  // mm
    std::string function;
    std::string file;
    Share share;
    std::vector<Edge> edges;  // by line, then address
};

class EdgeCoverage {
public:
    // Of the branches in these folders of the kernel.
    EdgeCoverage(const std::vector<GuestBranch>& branches, const std::vector<std::string>& folders);

    // What one program left in the counters of harts/observe/coverage/branch_coverage.h, a byte for
    // each byte of the code.
    void add(std::span<const u8> counters);

    // By folder, then name.
    [[nodiscard]] std::vector<FunctionCoverage> functions() const;

private:
    std::vector<Edge> edges_;  // by address, not taken first
};

[[nodiscard]] Share total_of(const std::vector<FunctionCoverage>& functions);

}  // namespace stampede::fuzz
