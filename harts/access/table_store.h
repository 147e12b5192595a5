// A store that may change a page table. On the hart's thread.
#pragma once
#include "harts/core/hart.h"
#include "harts/memory/ram.h"

namespace stampede {

// What stands in the PTE at `at`, in RAM.
inline u64 pte_at(const Ram& ram, PhysAddr at) {
    // acquire: what was written before the PTE was is seen behind it.
    return __atomic_load_n(reinterpret_cast<const u64*>(ram.host(at)), __ATOMIC_ACQUIRE);
}

// A store to RAM that is about to happen; tells the watch afterwards if it changed a watched table.
// Takes no lock.
class TableStore {
public:
    TableStore(Hart& hart, PhysAddr at, u8 attributes);
    ~TableStore();
    TableStore(const TableStore&) = delete;
    TableStore& operator=(const TableStore&) = delete;

private:
    Hart& hart_;
    PhysAddr word_;  // of 8 bytes; 0: no table
    u64 before_ = 0;
};

}  // namespace stampede
