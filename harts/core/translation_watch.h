// Stale translations: TLB entries that today's page tables would refuse, or send elsewhere, and that no sfence.vma has dropped.
//
// A TLB may keep them and so does ours; only their use is worth telling, and nothing that the guest sees changes. An entry is found out
// by holding it against the page tables: those of user mode at each return to it, those in use every 20,000 instructions. It gets
// a mark, misses the fast path from then on, and the slow path tells when it is used. That costs a load an entry and return.
//
// Who changed the PTE is known when stores to page tables are watched: tables found on such a look then have an attribute
// (PageAttributes::page_table), and stores to them take the slow path. That costs more, so it begins with the first stale entry, or where
// the watch is told to from the start.
#pragma once
#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <vector>

#include "harts/core/hart.h"
#include "harts/memory/ram.h"
#include "harts/memory/walk.h"

namespace stampede {

// An access that went through a stale entry.
struct StaleUse {
    u64 address = 0;                      // virtual
    Access access = Access::Read;
    PhysAddr page;                        // of RAM, that the entry led to
    struct Step {
        PhysAddr at;                      // of the PTE
        Pte pte{};                        // as it is now
    };
    std::array<Step, sv39_levels> path{}; // what a walk reads today, root first
    unsigned depth = 0;                   // steps of it, at least one
    [[nodiscard]] Pte today() const { return path[depth - 1].pte; }
};

// Called on the hart's own thread, several harts at once; nothing of pthreads in here.
class TranslationWatch {
public:
    explicit TranslationWatch(const Ram& ram) : pages_(ram.pages()), stores_(new std::atomic<u16>[ram.pages()]()) {}
    virtual ~TranslationWatch() = default;

    // Entries have just got their marks. own is as it will go on.
    virtual void on_stale(Hart&) = 0;
    // True: told. False: too early to tell, ask again at the next use.
    [[nodiscard]] virtual bool on_use(Hart&, const StaleUse&) = 0;
    // A store has changed a word of a watched table.
    virtual void on_table_store(Hart&, PhysAddr at, u64 before, u64 after) = 0;

    [[nodiscard]] bool watches_tables() const { return watches_tables_.load(std::memory_order_relaxed); }  // relaxed: a hint
    // Whether tables are watched, and how many stores each has seen: what is now is what restore_watching() brings back. Harts parked.
    void save_watching() {
        saved_ = {watches_tables(), {stores_.get(), stores_.get() + pages_}};
    }
    void restore_watching() {
        if (watches_tables()) {  // else no store has been counted
            std::ranges::copy(saved_.stores, stores_.get());
        }
        watches_tables_.store(saved_.watches, std::memory_order_relaxed);
    }
    void watch_tables() { watches_tables_.store(true, std::memory_order_relaxed); }

private:
    friend class TableStore;
    friend class TodaysTables;
    const u64 pages_;
    std::atomic<bool> watches_tables_{false};    // set by any hart, cleared by a snapshot only
    // By RAM page: stores to a watched table since somebody's walk last read it. By harts; relaxed: a figure.
    const std::unique_ptr<std::atomic<u16>[]> stores_;
    struct {
        bool watches = false;
        std::vector<u16> stores;
    } saved_;
};

// A store to RAM that is about to happen; tells the watch afterwards if it changed a watched table. Takes no lock.
class TableStore {
public:
    TableStore(Hart& hart, PhysAddr at, u8 attributes);
    ~TableStore();
    TableStore(const TableStore&) = delete;
    TableStore& operator=(const TableStore&) = delete;

private:
    Hart& hart_;
    PhysAddr word_;    // of 8 bytes; 0: no table
    u64 before_ = 0;
};

// The hart has just returned to user mode, banks selected.
void returned_to_user(Hart& hart);
// At a safe point.
void check_translations_now_and_then(Hart& hart);
// `address` is about to be accessed through a marked entry: takes `tag`'s mark off when it has been told or is true again.
void use_stale(Hart& hart, u64 address, Access access, u64& tag, u64 physical);

}  // namespace stampede
