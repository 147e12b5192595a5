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
    finding.stacks = {{"hart 3",
                       {{"kernel::share", "kernel/mm/space.cpp", 42, 0xffffffc000001234},
                        {"kernel::fork", "", 0, 0x10}}}};
    finding.count = 2;
    finding.reproduce = {"stress", "--seed", "5", "fork bomb"};
    return finding;
}

inline Finding race_finding() {
    Finding finding;
    finding.kind = FindingKind::race;
    finding.title = "kernel::drop against kernel::share";
    finding.where.source = {"kernel::drop", "kernel/policy/kmem.cpp", 70, 0x80001234};
    FindingStack write{"this write", {{"kernel::drop", "kernel/policy/kmem.cpp", 70, 0x80001234}}};
    write.hart = 1;
    write.pid = 7;
    write.access = "write of 4 bytes";
    write.address = "kernel::counts+0x18";
    write.locks = {"kernel::processes[3].lock", "kernel::kmem"};
    write.notes = {"frame 6, owner user"};
    FindingStack read{"earlier read",
                      {{"kernel::share", "kernel/policy/kmem.cpp", 51, 0x80001200}}};
    read.hart = 2;
    read.access = "read of 4 bytes";
    read.address = write.address;
    read.locks = std::vector<std::string>{};
    finding.stacks = {write, read};
    return finding;
}

inline Finding bare_finding() {
    Finding finding;
    finding.kind = FindingKind::timeout;
    finding.title = "the run took too long";
    return finding;
}

}  // namespace stampede
