// Findings for the tests of their forms.
#pragma once
#include "harts/report/finding.h"

namespace stampede {

inline Finding full_finding() {
    Finding finding;
    finding.kind = FindingKind::audit;
    finding.title = "count is one too high";
    finding.detail = "frame 0x80123000: count 3, but 2 user mappings";
    finding.where = {{"kernel::share", "kernel/mm/space.cpp", 42, 0xffffffc000001234}, 3, 17};
    finding.stacks = {
        {"hart 3", {{"kernel::share", "kernel/mm/space.cpp", 42, 0xffffffc000001234}, {"kernel::fork", "", 0, 0x10}}}};
    finding.count = 2;
    finding.reproduce = {"stress", "--seed", "5", "fork bomb"};
    return finding;
}

inline Finding bare_finding() {
    Finding finding;
    finding.kind = FindingKind::timeout;
    finding.title = "the run took too long";
    return finding;
}

}  // namespace stampede
