#include "harts/observe/stale_translations.h"

#include <algorithm>

#include "harts/core/hart.h"
#include "harts/core/machine_context.h"
#include "harts/observe/stack_walk.h"

namespace stampede {
namespace {

constexpr unsigned frame_pointer = 8;  // x register
constexpr u64 set_by_walks = Pte::a | Pte::d;

std::size_t slot_of(PhysAddr at, std::size_t slots) {
    return ((at.value >> 3) * 0x9e3779b97f4a7c15ull >> 40) % slots;
}

// Whether a hart has been outside the kernel since its kernel_crossings were `then`.
bool left_kernel_since(const Hart& hart, u64 then) {
    // acquire: what it did before it left is seen.
    return (then & 1) != 0 || hart.shared.kernel_crossings.load(std::memory_order_acquire) != then;
}

}  // namespace

bool takes_away(Pte before, Pte after) {
    if (!before.valid()) {
        return false;
    }
    constexpr u64 rights = Pte::r | Pte::w | Pte::x;
    return !after.valid() || before.ppn() != after.ppn() ||
           (before.bits & rights & ~after.bits) != 0 || before.leaf() != after.leaf() ||
           ((before.bits ^ after.bits) & Pte::u) != 0;
}

StaleTranslations::StaleTranslations(const Ram& ram, unsigned harts, WhoRuns who_runs)
    : TranslationWatch(ram),
      ram_(ram),
      who_runs_(std::move(who_runs)),
      when_stale_(harts),
      changes_(change_slots) {}

HartMoment StaleTranslations::moment_of(const Hart& hart) const {
    const HartState& own = hart.own;
    HartMoment moment{own.id.value, own.mode, own.csr.satp, own.executed_now()};
    moment.depth = static_cast<unsigned>(
        walk_stack(ram_, {own.mode, {own.csr.satp}}, own.pc, own.x[frame_pointer], moment.chain));
    return moment;
}

void StaleTranslations::on_stale(Hart& hart) {
    watch_tables();
    for (const Hart* other : hart.machine.harts) {
        when_stale_[hart.own.id.value][other->own.id.value] =
            other->shared.kernel_crossings.load(std::memory_order_acquire);
    }
}

bool StaleTranslations::all_left_kernel_since_stale(const Hart& hart) const {
    const auto& then = when_stale_[hart.own.id.value];
    for (const Hart* other : hart.machine.harts) {
        if (!left_kernel_since(*other, then[other->own.id.value])) {
            return false;
        }
    }
    return true;
}

void StaleTranslations::on_table_store(Hart& hart, PhysAddr at, u64 before, u64 after) {
    if (!takes_away({before}, {after})) {
        return;
    }
    const TableChange change{at,
                             {before},
                             {after},
                             moment_of(hart),
                             hart.shared.kernel_crossings.load(std::memory_order_relaxed)};
    const FutexGuard guard(lock_);
    const std::size_t slot = slot_of(at, change_slots);
    if (saved_) {
        replaced_.push_back({slot, changes_[slot]});
    }
    changes_[slot] = change;
}

void StaleTranslations::save() {
    const FutexGuard guard(lock_);
    saved_ = {when_stale_, reports_, report_count_};
    replaced_.clear();
}

void StaleTranslations::restore() {
    const FutexGuard guard(lock_);
    while (!replaced_.empty()) {
        changes_[replaced_.back().slot] = replaced_.back().change;
        replaced_.pop_back();
    }
    std::ranges::copy(saved_->when_stale, when_stale_.begin());
    std::copy_n(saved_->reports.begin(), std::max(report_count_, saved_->report_count),
                reports_.begin());
    report_count_ = saved_->report_count;
}

// The change that is still in force where today's walk ends, or on the way there.
const TableChange* StaleTranslations::change_of_locked(const StaleUse& use) const {
    for (unsigned n = use.depth; n-- > 0;) {
        const StaleUse::Step& step = use.path[n];
        const TableChange& change = changes_[slot_of(step.at, change_slots)];
        if (change.at == step.at && ((change.after.bits ^ step.pte.bits) & ~set_by_walks) == 0) {
            return &change;
        }
    }
    return nullptr;
}

bool StaleTranslations::on_use(Hart& hart, const StaleUse& use) {
    const FutexGuard guard(lock_);
    const TableChange* const change = change_of_locked(use);
    const bool done = change != nullptr ? left_kernel_since(*hart.machine.harts[change->by.hart],
                                                            change->kernel_crossings)
                                        : all_left_kernel_since_stale(hart);
    if (done) {
        report_locked(use, moment_of(hart), change);
    }
    return done;
}

void StaleTranslations::report_locked(const StaleUse& use, const HartMoment& by,
                                      const TableChange* change) {
    const u64 changed_by = change != nullptr ? change->by.chain[0] : 0;
    for (std::size_t n = 0; n < report_count_; ++n) {
        StaleReport& known = reports_[n];
        if (known.by.chain[0] == by.chain[0] &&
            (known.change ? known.change->by.chain[0] : 0) == changed_by) {
            ++known.count;
            return;
        }
    }
    if (report_count_ < most_reports) {
        StaleReport& report = reports_[report_count_++];
        report.use = use;
        report.by = by;
        report.change = change != nullptr ? std::optional(*change) : std::nullopt;
        report.count = 1;
        const auto who = [&](const HartMoment& moment) {
            return who_runs_ ? who_runs_(moment.satp) : std::nullopt;
        };
        report.used_by = who(by);
        report.changed_by = change != nullptr ? who(change->by) : std::nullopt;
    }
}

std::vector<StaleReport> StaleTranslations::reports() const {
    const FutexGuard guard(lock_);
    return {reports_.begin(), reports_.begin() + static_cast<std::ptrdiff_t>(report_count_)};
}

std::size_t StaleTranslations::count() const {
    const FutexGuard guard(lock_);
    return report_count_;
}

}  // namespace stampede
