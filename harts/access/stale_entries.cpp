#include "harts/access/stale_entries.h"

#include "harts/access/revoke.h"
#include "harts/access/table_store.h"
#include "harts/access/translate.h"
#include "harts/core/machine_context.h"
#include "harts/core/translation_watch.h"

namespace stampede {
namespace {

constexpr u64 instructions_between_looks = 20'000;

// Leaf PTEs by virtual page as the hart's satp has them now; neighbours share the way down.
class TodaysTables {
public:
    explicit TodaysTables(Hart& hart) : hart_(hart), ram_(hart.machine.ram) {}

    // The leaf for `page` if it leads to `physical`; else a PTE that permits nothing.
    Pte leaf(u64 page, u64 physical) {
        if (page >> 21 != region_) {
            descend(page);
        }
        const Pte pte = level_ == 0 ? read(table_ + sv39_index(page, 0) * 8) : last_;
        const u64 within = sv39_level_size(level_) - 1;
        if (!pte.valid() || !pte.leaf() || (pte.ppn().address().value & within) != 0) {
            return {};
        }
        return (pte.ppn().address().value | (page & within)) == (physical & ~page_offset_mask)
                   ? pte
                   : Pte{};
    }
    // The PTEs that a walk for `page` reads.
    void path(u64 page, StaleUse& use) {
        descend(page);
        use.path = path_;
        use.depth = depth_;
        if (level_ == 0) {
            const PhysAddr at = table_ + sv39_index(page, 0) * 8;
            use.path[use.depth++] = {at, read(at)};
        }
    }

private:
    Pte read(PhysAddr at) const { return ram_.contains(at, 8) ? Pte{pte_at(ram_, at)} : Pte{}; }

    // Afterwards: level_ 0 and a table, or last_ is where the way ends.
    void descend(u64 page) {
        region_ = page >> 21;
        depth_ = 0;
        table_ = Satp{hart_.own.csr.satp}.root().address();
        for (level_ = sv39_levels - 1; level_ > 0; --level_) {
            watch(table_);
            const PhysAddr at = table_ + sv39_index(page, level_) * 8;
            last_ = read(at);
            path_[depth_++] = {at, last_};
            if (!last_.valid() || last_.leaf()) {
                return;
            }
            table_ = last_.ppn().address();
        }
        watch(table_);
    }

    void watch(PhysAddr table) {
        MachineContext& machine = hart_.machine;
        if (!machine.translations->watches_tables() || !ram_.contains(table, page_size)) {
            return;
        }
        const u64 page = ram_.page_index(table);
        machine.translations->note_met(page);
        if ((machine.attributes.of(page) & PageAttributes::page_table) == 0) {
            revoke_write(hart_, page, PageAttributes::page_table);
        }
    }

    Hart& hart_;
    const Ram& ram_;
    u64 region_ = ~u64{0};
    PhysAddr table_;
    Pte last_;
    int level_ = 0;
    std::array<StaleUse::Step, sv39_levels> path_{};
    unsigned depth_ = 0;
};

template <class Entry>
bool mark_if(bool stale, TlbBank& bank, const Entry& entry, u64& tag) {
    if (stale) {
        tag |= stale_mark;
        bank.note_change(entry);
    }
    return stale;
}

// Marks what is stale in `bank`; true: something new.
bool check(TlbBank& bank, TodaysTables& tables, WalkRights rights) {
    bool found = false;
    bank.for_each_used([&](TlbEntry& entry) {
        const bool read = is_fresh(entry.read), write = is_fresh(entry.write);
        if (read || write) {
            const Pte pte = tables.leaf(read ? entry.read : entry.write, entry.physical);
            found |=
                mark_if(read && !leaf_permits(pte, Access::Read, rights), bank, entry, entry.read);
            found |= mark_if(write && !leaf_permits(pte, Access::Write, rights), bank, entry,
                             entry.write);
        }
    });
    return found;
}

bool check_fetch(Hart& hart, TlbBank& bank, TodaysTables& tables, WalkRights rights) {
    bool found = false;
    bank.for_each_used_fetch([&](FetchEntry& entry) {
        if (is_fresh(entry.page)) {
            found |= mark_if(
                !leaf_permits(tables.leaf(entry.page, entry.physical), Access::Execute, rights),
                bank, entry, entry.page);
        }
    });
    if (found) {
        hart.own.page = nullptr;
    }
    return found;
}

void check_banks_in_use(Hart& hart) {
    HartState& own = hart.own;
    own.checked = own.executed;
    TodaysTables tables(hart);
    bool found = false;
    if (own.data != &hart.tlb.bare()) {
        found |= check(*own.data, tables, rights_of(own, Access::Read));
    }
    if (own.fetch != &hart.tlb.bare()) {
        found |= check_fetch(hart, *own.fetch, tables, rights_of(own, Access::Execute));
    }
    if (found) {
        hart.machine.translations->on_stale(hart);
    }
}

}  // namespace

void returned_to_user(Hart& hart) {
    hart.leave_kernel();
    if (hart.machine.translations != nullptr) {
        check_banks_in_use(hart);
    }
}

void check_translations_now_and_then(Hart& hart) {
    if (hart.machine.translations != nullptr &&
        hart.own.executed - hart.own.checked >= instructions_between_looks) {
        check_banks_in_use(hart);
    }
}

void use_stale(Hart& hart, u64 address, Access access, u64& tag, u64 physical) {
    TranslationWatch* const watch = hart.machine.translations;
    const u64 page = address & ~page_offset_mask;
    TodaysTables tables(hart);
    if (watch != nullptr &&
        !leaf_permits(tables.leaf(page, physical), access, rights_of(hart.own, access))) {
        StaleUse use{.address = address, .access = access, .page = {physical & ~page_offset_mask}};
        tables.path(page, use);
        if (!watch->on_use(hart, use)) {
            return;
        }
    }
    tag &= ~stale_mark;
}

}  // namespace stampede
