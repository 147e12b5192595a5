#include "harts/oracles/audit_moments.h"

#include <chrono>

#include "harts/core/hart.h"
#include "harts/observe/audit/audit.h"
#include "harts/observe/audit/instant.h"
#include "harts/oracles/run_facts.h"

namespace stampede {
namespace {

constexpr u64 turns_between_looks = 16;          // at the instruction count: a power of two
// An audit takes about as long as so many instructions: for itself, and for each leaf that it looks at.
constexpr u64 cost_of_audit = 400'000, cost_of_leaf = 60;
constexpr u64 patience = 32;                     // looks that find a hart in the policy before counts are left out
constexpr u64 share = 20;                        // one part audit in so many parts run

u64 split_mix(u64& state) {                      // Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014
    u64 z = state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

}  // namespace

void AuditMoments::on_turn(HartId hart) {
    if (turns_++ % turns_between_looks == 0) {
        if (const u64 now = instructions(); now >= due_) {
            if (const std::optional<PhysAddr> table = table_()) {
                audit_now(*table);
            } else {
                choose_next(0);
            }
        }
    }
    if (next_ != nullptr) {
        next_->on_turn(hart);
    }
}

void AuditMoments::on_turns_over() {
    if (next_ != nullptr) {
        next_->on_turns_over();
    }
}

u64 AuditMoments::instructions() const {
    u64 sum = 0;
    for (u32 n = 0; n < machine_.harts(); ++n) {
        sum += machine_.hart({n}).own.executed_now();
    }
    return sum;
}

// Half to one and a half times what keeps audits at their share.
void AuditMoments::choose_next(u64 leaves) {
    const u64 mean = share * (cost_of_audit + cost_of_leaf * leaves);
    due_ = instructions() + mean / 2 + split_mix(random_) % mean;
}

void AuditMoments::audit_now(PhysAddr table) {
    const auto began = std::chrono::steady_clock::now();
    const auto loaded = load_audit_table(machine_.ram(), table);
    const auto view = loaded ? AuditView::create(machine_.ram(), *loaded) : std::unexpected(std::string());
    if (!view) {
        choose_next(0);
        return;  // the audit at the end says so
    }
    PolicyUse use = PolicyUse::Idle;
    for (u32 n = 0; n < machine_.harts(); ++n) {
        use = stands_in_policy(*view, machine_.hart({n})) ? PolicyUse::Busy : use;
    }
    if (use == PolicyUse::Busy && waited_++ < patience) {
        return;  // due still: at one of the next looks nobody may be in there
    }
    waited_ = 0;
    InstantAudit audit = audit_instant(*view, use);
    merge_findings(findings_, std::move(audit.findings));
    ++totals_.audits;
    totals_.with_counts += use == PolicyUse::Idle;
    totals_.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    choose_next(audit.mappings);
}

}  // namespace stampede
