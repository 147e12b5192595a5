// Who used a stale translation, and who had changed the page table: the findings of
// core/translation_watch.h.
//
// Between a PTE's change and the end of the shootdown, uses are legal. So a use counts only once
// the hart that changed the PTE has left the kernel since, for user mode or wfi: it takes the
// change for done. Where nobody knows who it was, every hart must have.
#pragma once
#include <array>
#include <functional>
#include <optional>
#include <vector>

#include "harts/base/futex.h"
#include "harts/base/restorable.h"
#include "harts/core/translation_watch.h"
#include "harts/observe/process_lookup.h"

namespace stampede {

// Where a hart was, at some instruction.
struct HartMoment {
    u32 hart = 0;
    Privilege mode = Privilege::Machine;
    u64 satp = 0;
    u64 executed = 0;  // by the hart, since the machine started
    unsigned depth = 0;
    std::array<u64, 24> chain{};  // pc, then return addresses
};

struct TableChange {
    PhysAddr at;  // of the PTE
    Pte before, after;
    HartMoment by;
    u64 kernel_crossings = 0;  // of the hart then
};

struct StaleReport {
    StaleUse use;
    HartMoment by;
    std::optional<TableChange> change;  // nothing: it came before page tables were watched
    u64 count = 1;
    std::optional<Runner> used_by{}, changed_by{};  // whose page tables those were at the use
};

// Whether a translation that `before` allowed is refused or leads elsewhere under `after`.
[[nodiscard]] bool takes_away(Pte before, Pte after);

class StaleTranslations final : public TranslationWatch, public Restorable {
public:
    static constexpr std::size_t most_reports = 64;

    // Whose page table that is; on harts' threads.
    using WhoRuns = std::function<std::optional<Runner>(u64 satp)>;

    StaleTranslations(const Ram& ram, unsigned harts, WhoRuns who_runs = {});

    void on_stale(Hart& hart) override EXCLUDES(lock_);
    bool on_use(Hart& hart, const StaleUse& use) override EXCLUDES(lock_);
    void on_table_store(Hart& hart, PhysAddr at, u64 before, u64 after) override EXCLUDES(lock_);

    void save() override EXCLUDES(lock_);
    void restore() override EXCLUDES(lock_);

    // Different ones so far, by who used and who changed.
    [[nodiscard]] std::vector<StaleReport> reports() const EXCLUDES(lock_);
    [[nodiscard]] std::size_t count() const EXCLUDES(lock_);

private:
    static constexpr std::size_t change_slots = 4096;

    [[nodiscard]] HartMoment moment_of(const Hart& hart) const;
    [[nodiscard]] const TableChange* change_of_locked(const StaleUse& use) const REQUIRES(lock_);
    [[nodiscard]] bool all_left_kernel_since_stale(const Hart& hart) const;
    void report_locked(const StaleUse& use, const HartMoment& by, const TableChange* change)
        REQUIRES(lock_);

    const Ram& ram_;
    const WhoRuns who_runs_;
    // By hart, of all harts, when entries of it last got marks: their kernel_crossings. The hart's
    // own.
    std::vector<std::array<u64, max_harts>> when_stale_;
    mutable FutexLock lock_;
    std::vector<TableChange> changes_ GUARDED_BY(lock_);  // the last one by hash of its address
    std::array<StaleReport, most_reports> reports_ GUARDED_BY(lock_);
    std::size_t report_count_ GUARDED_BY(lock_) = 0;
    // Since save(), if that was: what a change has taken the place of, in their order.
    struct Replaced {
        std::size_t slot;
        TableChange change;
    };
    struct Saved {
        std::vector<std::array<u64, max_harts>> when_stale;
        std::array<StaleReport, most_reports> reports;
        std::size_t report_count;
    };
    std::optional<Saved> saved_ GUARDED_BY(lock_);
    std::vector<Replaced> replaced_ GUARDED_BY(lock_);
};

}  // namespace stampede
