#include "harts/observe/audit/instant.h"

#include <fmt/format.h>

#include <algorithm>

#include "harts/core/hart.h"
#include "harts/observe/audit/free_lists.h"
#include "harts/observe/audit/mappings.h"
#include "harts/observe/stack_walk.h"

namespace stampede {
namespace {

constexpr unsigned return_address = 1, frame_pointer = 8;  // x registers

void check_mapped(const AuditView& view, const Mappings& mappings, PolicyUse use, u64 frame,
                  Violations& violations) {
    const std::span<const Mapping> users = mappings.of(frame);
    if (users.empty()) {
        return;
    }
    const auto where = [&] {
        std::string text =
            fmt::format("at an instant of the run: frame {} at {:#x}: count {}, mapped {} times",
                        frame, view.address_of(frame).value, view.count(frame), users.size());
        for (const Mapping& mapping : users.first(std::min<std::size_t>(users.size(), 8))) {
            text += "\n    mapped by " + describe(mapping, view.marker());
        }
        return text;
    };
    const bool writable =
        std::ranges::any_of(users, [](const Mapping& mapping) { return mapping.pte.has(Pte::w); });
    if (users.size() > 1 && writable) {
        violations.add(Invariant::SharedFrameWritable, where);
    }
    if (use == PolicyUse::Idle && view.count(frame) < static_cast<i64>(users.size())) {
        violations.add(Invariant::CountTooLow, where);
    }
}

void check_free(const AuditView& view, const Mappings& mappings, u64 frame,
                Violations& violations) {
    const auto where = [&] {
        return fmt::format(
            "at an instant of the run: frame {} at {:#x}: count {}, mapped {} times{}", frame,
            view.address_of(frame).value, view.count(frame), mappings.of(frame).size(),
            mappings.holds_page_table(frame) ? ", a page table in use" : "");
    };
    if (view.count(frame) != 0) {
        violations.add(Invariant::FreeFrameHasCount, where);
    }
    if (mappings.used(frame)) {
        violations.add(Invariant::FreeFrameIsMapped, where);
    }
}

}  // namespace

bool stands_in_policy(const AuditView& view, const Hart& hart) {
    const HartState& own = hart.own;
    if (!view.tells_policy()) {
        return true;
    }
    if (own.mode == Privilege::User) {
        return false;
    }
    // The register: at a function's first and last instructions its caller is not on the stack.
    if (view.in_policy(own.x[return_address])) {
        return true;
    }
    const std::vector<u64> chain =
        walk_stack(view.ram(), {own.mode, {own.csr.satp}}, own.pc, own.x[frame_pointer]);
    return std::ranges::any_of(chain, [&](u64 pc) { return view.in_policy(pc); });
}

InstantAudit audit_instant(const AuditView& view, PolicyUse use) {
    Violations violations;
    const Mappings mappings = Mappings::collect(view, violations);
    InstantAudit result;
    for (u64 frame = 0; frame < view.frontier(); ++frame) {
        check_mapped(view, mappings, use, frame, violations);
        result.mappings += mappings.of(frame).size();
    }
    if (use == PolicyUse::Idle) {
        const FreeLists free_lists = FreeLists::collect(view, violations);
        for (u64 frame = 0; frame < view.frontier(); ++frame) {
            if (free_lists.holds(frame)) {
                check_free(view, mappings, frame, violations);
            }
        }
    }
    result.findings = violations.findings();
    return result;
}

}  // namespace stampede
