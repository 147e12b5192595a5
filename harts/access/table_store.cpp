#include "harts/access/table_store.h"

#include "harts/core/machine_context.h"
#include "harts/core/translation_watch.h"

namespace stampede {

TableStore::TableStore(Hart& hart, PhysAddr at, u8 attributes) : hart_(hart) {
    if ((attributes & PageAttributes::page_table) != 0) {
        word_ = {at.value & ~u64{7}};
        before_ = pte_at(hart.machine.ram, word_);
    }
}

TableStore::~TableStore() {
    MachineContext& machine = hart_.machine;
    if (word_.value == 0 || machine.translations == nullptr) {
        return;
    }
    if (const u64 after = pte_at(machine.ram, word_); after != before_) {
        machine.translations->on_table_store(hart_, word_, before_, after);
    }
    const u64 page = machine.ram.page_index(word_);
    // cleared and used for something else: stores may be fast again
    if (machine.translations->note_store(page)) {
        machine.attributes.clear(page, PageAttributes::page_table);
    }
}

}  // namespace stampede
