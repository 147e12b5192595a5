#include "harts/access/guest_store.h"

#include "harts/access/code_coherence.h"

namespace stampede {
u8 make_storable(Hart& hart, u64 page) {
    MachineContext& machine = hart.machine;
    if ((machine.attributes.of(page) & PageAttributes::code) != 0) [[unlikely]] {
        forget_code(hart, page);
    }
    u8 attributes = machine.attributes.of(page);
    if ((attributes & PageAttributes::clean) != 0) {
        machine.dirty_pages->mark_dirty(page);
        attributes &= static_cast<u8>(~PageAttributes::clean);
    }
    return attributes;
}

}  // namespace stampede
