// Stale translations: TLB entries that today's page tables would refuse, or send elsewhere, and
// that no sfence.vma has dropped.
//
// A TLB may keep them and so does ours; only their use is worth telling, and nothing that the guest
// sees changes. An entry is found out by holding it against the page tables: those of user mode at
// each return to it, those in use every 20,000 instructions. It gets a mark, misses the fast path
// from then on, and the slow path tells when it is used. That costs a load an entry and return.
//
// Who changed the PTE is known when stores to page tables are watched: tables found on such a look
// then have an attribute (PageAttributes::page_table), and stores to them take the slow path. That
// costs more, so it begins with the first stale entry, or where the watch is told to from the
// start.
#pragma once
#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <vector>

#include "harts/base/types.h"
#include "harts/memory/ram.h"
#include "harts/memory/walk.h"

namespace stampede {

struct Hart;

// An access that went through a stale entry.
struct StaleUse {
    u64 address = 0;  // virtual
    Access access = Access::Read;
    PhysAddr page;  // of RAM, that the entry led to
    struct Step {
        PhysAddr at;  // of the PTE
        Pte pte{};    // as it is now
    };
    std::array<Step, sv39_levels> path{};  // what a walk reads today, root first
    unsigned depth = 0;                    // steps of it, at least one
    [[nodiscard]] Pte today() const { return path[depth - 1].pte; }
};

// Called on the hart's own thread, several harts at once; nothing of pthreads in here.
class TranslationWatch {
public:
    explicit TranslationWatch(const Ram& ram)
        : pages_(ram.pages()), stores_(new std::atomic<u16>[ram.pages()]()) {}
    virtual ~TranslationWatch() = default;

    // Entries have just got their marks. own is as it will go on.
    virtual void on_stale(Hart&) = 0;
    // True: told. False: too early to tell, ask again at the next use.
    [[nodiscard]] virtual bool on_use(Hart&, const StaleUse&) = 0;
    // A store has changed a word of a watched table.
    virtual void on_table_store(Hart&, PhysAddr at, u64 before, u64 after) = 0;

    [[nodiscard]] bool watches_tables() const {
        return watches_tables_.load(std::memory_order_relaxed);
    }  // relaxed: a hint
    // Whether tables are watched, and how many stores each has seen: what is now is what
    // restore_watching() brings back. Harts parked.
    void save_watching() { saved_ = {watches_tables(), {stores_.get(), stores_.get() + pages_}}; }
    void restore_watching() {
        if (watches_tables()) {  // else no store has been counted
            std::ranges::copy(saved_.stores, stores_.get());
        }
        watches_tables_.store(saved_.watches, std::memory_order_relaxed);
    }
    void watch_tables() { watches_tables_.store(true, std::memory_order_relaxed); }

    // --- stores to watched tables, by RAM page; any hart's thread --------------------------------
    // Somebody's walk has met this table.
    void note_met(u64 page) { stores_[page].store(0, std::memory_order_relaxed); }
    // It has been stored to; true: no walk has met it for so many stores that it is none any more.
    [[nodiscard]] bool note_store(u64 page) {
        const u16 count = static_cast<u16>(stores_[page].load(std::memory_order_relaxed) + 1);
        stores_[page].store(count, std::memory_order_relaxed);
        return count >= patience;
    }

private:
    static constexpr u16 patience = 2'048;
    const u64 pages_;
    std::atomic<bool> watches_tables_{false};  // set by any hart, cleared by a snapshot only
    // By RAM page: stores to a watched table since somebody's walk last read it. By harts; relaxed:
    // a figure.
    const std::unique_ptr<std::atomic<u16>[]> stores_;
    struct {
        bool watches = false;
        std::vector<u16> stores;
    } saved_;
};

}  // namespace stampede
