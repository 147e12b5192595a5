// A report with something of everything, for the tests of its forms.
#pragma once
#include "fuzz/campaign/report/report.h"

namespace stampede::campaign {

inline CampaignReport example_report() {
    CampaignReport report;
    Slot slot;
    slot.policy = "kmem";
    slot.harts = 4;
    Finding bug;
    bug.kind = FindingKind::shared_write;
    bug.title = "<script>alert(1)</script> & \"more\"";
    bug.detail = "frame <7>";
    bug.where.source = {"kernel::copy<int>", "kernel/mm/copy.cpp", 3, 0x80001000};
    bug.stacks = {{"hart 1", {bug.where.source}}};
    bug.count = 1234;
    bug.reproduce = {"fuzz_syscalls", "/a b/input.minimal"};
    Finding old;
    old.kind = FindingKind::audit;
    old.title = "an old one";

    report.state.begin_run(100, 1);
    report.state.see(old.key(), slot);
    report.state.run.features["kmem"] = 1000;
    report.state.run.finished = true;
    report.state.begin_run(100, 86400);
    report.state.see(bug.key(), slot);
    report.state.run.worked_s = 50;
    report.state.run.executions = 70000;
    report.state.run.finished = true;
    FindingRecord& record = report.state.findings[bug.key()];
    record.triaged = true;
    record.tried = 5;
    record.showed = 3;
    record.note = "2 calls in 1 processes";
    CellRecord& cell = report.state.cells[{SlotKind::Fuzz, "kmem", 4}];
    cell.slots = 3;
    cell.seconds = 50;
    cell.executions = 70000;
    report.state.cells[{SlotKind::Stress, "kmem", 8}] = {2, 1, 0, {}, 2, "exit <3>"};
    report.state.cells[{SlotKind::FuzzRace, "kmem", 2}] = {1, 60, 100, {}, 0, ""};
    report.state.cells[{SlotKind::Stress, "kmem", 8}].oracles = {{"audit", {2, 0, ""}},
                                                                 {"races", {1, 1, "no --race"}}};
    cell.oracles = {{"audit", {3, 0, ""}},
                    {"races", {0, 3, "none in <this> program"}},
                    {"lost wake-ups", {3, 0, ""}}};
    report.state.executed = {{0, 0}, {25, 30000}, {50, 70000}};
    report.findings = {{bug, record, "stampede-program 1\nprocess 0:\n  pipe p0 <0>\n", true, true},
                       {old, report.state.findings[old.key()], "", false, false}};

    ReportedPolicy kmem;
    kmem.name = "kmem";
    kmem.corpus = {750, 3 << 20};
    kmem.record = {1200, 700, {{10, 900}, {50, 1200}}};
    kmem.features_before = 1000;
    kmem.coverage = PolicyCoverage{"kmem",
                                   750,
                                   100,
                                   60,
                                   {{"kernel::copy<int>",
                                     "kernel/mm/copy.cpp",
                                     10,
                                     6,
                                     true,
                                     {{3, 4, 2, 345}, {4, 6, 4, 77}}}}};
    kmem.coverage_before = PolicyCoverage{
        "kmem", 700, 100, 58, {{"kernel::copy<int>", "kernel/mm/copy.cpp", 10, 4, true, {}}}};
    ReportedPolicy eager;
    eager.name = "eager";
    eager.no_coverage = "guest_coverage has not measured it";
    report.policies = {kmem, eager};
    report.problems = {"fuzz-race: <left out>"};
    report.host = {2, "a processor"};
    report.finished = true;
    return report;
}

}  // namespace stampede::campaign
