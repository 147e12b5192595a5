// Races and lock orders as findings: by the guest's functions and lines, with what either side
// held.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harts/observe/race/race_observer.h"
#include "harts/oracles/race/race_support.h"

namespace stampede {

class RaceFindings {
public:
    RaceFindings(const RaceNaming& naming, const LockWords& locks)
        : naming_(naming), locks_(locks) {}

    [[nodiscard]] Finding race(const Race& race) const;
    // `cycle` as LockOrder::cycles() gives them.
    [[nodiscard]] Finding lock_order(const std::vector<LockEdge>& cycle) const;

private:
    [[nodiscard]] FindingStack side(const RaceSide& side, PhysAddr at, std::string role) const;
    // … and whose they are, as far as that page table is a process's now.
    void put_frames(FindingStack& stack, const u64* pcs, unsigned depth, u64 satp) const;
    [[nodiscard]] std::string kind_of_lock(PhysAddr word) const;
    [[nodiscard]] std::string address(PhysAddr at) const;
    [[nodiscard]] std::optional<std::string> member_of_lock(PhysAddr at) const;
    [[nodiscard]] std::vector<std::string> held(const LockSet& set) const;

    const RaceNaming& naming_;
    const LockWords& locks_;
};

}  // namespace stampede
