#include "harts/oracles/findings/frame_findings.h"

#include <fmt/format.h>

#include <algorithm>

namespace stampede {
namespace {

using Kind = FrameIncident::Kind;

std::string_view verb(Access access) {
    return access == Access::Read ? "reads" : access == Access::Write ? "writes" : "executes";
}

// "copy_page, called by make_unique": the innermost function alone is often everybody's.
std::string functions(const std::vector<SourceLocation>& frames) {
    std::string text;
    for (std::size_t n = 0, named = 0; n < frames.size() && named < 2; ++n) {
        if (!frames[n].function.empty()) {
            text += named++ == 0 ? frames[n].function : ", called by " + frames[n].function;
        }
    }
    return text.empty() ? "code without a name" : text;
}

FindingKind kind_of(Kind kind) {
    switch (kind) {
    case Kind::UseAfterFree:
    case Kind::WalkThroughFree: return FindingKind::use_after_free;
    case Kind::DoubleFree: return FindingKind::double_free;
    case Kind::AllocatedTwice: return FindingKind::audit;
    case Kind::SharedWrite: return FindingKind::shared_write;
    }
    return FindingKind::harness_fault;
}

std::string title_of(const FrameIncident& incident, const std::string& who) {
    switch (incident.kind) {
    case Kind::UseAfterFree:
        return incident.mode == Privilege::User
                   ? "a program uses a frame that was freed: by " + who
                   : fmt::format("{} {} a free frame", who, verb(incident.access));
    case Kind::WalkThroughFree:
        return "a page-table walk goes through a frame that was freed: by " + who;
    case Kind::DoubleFree: return "a frame is freed that is free: " + who;
    case Kind::AllocatedTwice: return "a frame is allocated that is in use: " + who;
    case Kind::SharedWrite: return "the kernel stores into a frame that is shared: " + who;
    }
    return who;
}

FindingStack stack_of(const FrameParty& party, Privilege mode, std::string role,
                      const GuestSymbols& symbols) {
    FindingStack stack = symbols.stack_of({party.hart, party.pid, party.chain, mode, party.program},
                                          std::move(role));
    stack.hart = party.hart;
    stack.pid = party.pid;
    return stack;
}

Finding finding_of(const FrameIncident& incident, const FrameLedger& ledger,
                   const GuestSymbols& symbols) {
    // Allocations and frees are told by the allocator: the policy's own functions are on every such
    // stack.
    const bool by_policy =
        incident.kind == Kind::DoubleFree || incident.kind == Kind::AllocatedTwice;
    const bool by_freer = FrameIncident::told_by_freer(incident.kind, incident.mode);
    FrameParty place = by_freer ? incident.freed : incident.who;
    place.chain = by_policy || by_freer ? ledger.site(place.chain) : place.chain;
    Finding finding;
    finding.kind = kind_of(incident.kind);
    FindingStack doer = stack_of(incident.who, incident.mode, "this", symbols);
    doer.address = symbols.describe_physical(incident.at);
    const FindingStack named =
        by_policy || by_freer ? stack_of(place, Privilege::Supervisor, "", symbols) : doer;
    finding.title = title_of(incident, functions(named.frames));
    finding.detail = fmt::format("hart {} {} {}, physical address {:#x}", incident.who.hart,
                                 verb(incident.access), doer.address, incident.at.value);
    if (incident.kind == Kind::SharedWrite) {
        finding.detail += fmt::format("; its count is {}", incident.count);
    }
    finding.count = incident.times;
    finding.where.hart = incident.who.hart;
    finding.where.pid = incident.who.pid;
    if (!named.frames.empty()) {
        finding.where.source = named.frames.front();
    }
    finding.stacks.push_back(std::move(doer));
    if (!incident.freed.chain.empty()) {
        finding.stacks.push_back(
            stack_of(incident.freed, Privilege::Supervisor, "freed before by", symbols));
    }
    if (!incident.allocated.chain.empty()) {
        finding.stacks.push_back(
            stack_of(incident.allocated, Privilege::Supervisor, "allocated before by", symbols));
    }
    return finding;
}

}  // namespace

std::vector<Finding> frame_findings(const FrameLedger& ledger, const GuestSymbols& symbols) {
    std::vector<Finding> all;
    for (const FrameIncident& incident : ledger.incidents()) {
        all.push_back(finding_of(incident, ledger, symbols));
    }
    return all;
}

std::vector<Finding> leaks_by_site(const FrameLedger& ledger, const GuestSymbols& symbols,
                                   const Finding& leak) {
    constexpr std::size_t most_sites = 16;
    std::vector<Finding> all;
    for (const LostFrames& lost : ledger.lost()) {
        if (all.size() == most_sites || lost.chain.empty()) {
            continue;
        }
        const FindingStack stack =
            stack_of({0, std::nullopt, lost.chain}, Privilege::Supervisor, "allocated by", symbols);
        Finding finding;
        finding.kind = FindingKind::leak;
        finding.title = "frames are lost that were allocated by " + functions(stack.frames);
        finding.detail = fmt::format("{} frames, the first at {:#x}; {}", lost.frames,
                                     lost.first.value, leak.detail);
        finding.count = lost.frames;
        finding.where.source = stack.frames.front();
        finding.stacks.push_back(stack);
        all.push_back(std::move(finding));
    }
    return all.empty() ? std::vector{leak} : all;
}

}  // namespace stampede
