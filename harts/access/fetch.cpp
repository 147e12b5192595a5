#include "harts/access/fetch.h"

#include "harts/access/host_access.h"
#include "harts/access/revoke.h"
#include "harts/access/stale_entries.h"
#include "harts/access/translate.h"
#include "harts/core/machine_context.h"

namespace stampede {

Accessed<u16> fetch_halfword(Hart& hart, u64 address) {
    const Accessed<Place> place = translate(hart, address, Access::Execute);
    if (!place) {
        return std::unexpected(place.error());
    }
    if (!hart.machine.ram.contains(place->physical, 2)) {
        return fault(Cause::InstructionAccess, address);
    }
    return static_cast<u16>(load_host(hart.machine.ram.host(place->physical), 2));
}

Accessed<CodePage*> fetch_page(Hart& hart, u64 address) {
    if (FetchEntry& entry = hart.own.fetch->fetch[TlbBank::fetch_index(address)];
        entry.page == ((address & ~page_offset_mask) | stale_mark)) [[unlikely]] {
        hart.own.fetch->note_change(entry);
        use_stale(hart, address, Access::Execute, entry.page, entry.physical);
        return entry.code;
    }
    const Accessed<Place> place = translate(hart, address, Access::Execute);
    if (!place) {
        return std::unexpected(place.error());
    }
    MachineContext& machine = hart.machine;
    if (!machine.ram.contains(place->physical, 2)) {
        return fault(Cause::InstructionAccess, address);
    }
    const u64 page = machine.ram.page_index(place->physical);
    CodePage* code = hart.code.find(page);
    if (code == nullptr) {
        // before its bytes are read: a store from now on makes it forgotten
        revoke_write(hart, page, PageAttributes::code);
        code = &hart.code.make(page, place->physical.page(), *machine.engine);
    }
    if (!machine.environment.evict_translation(hart.own.id)) {
        hart.own.fetch->put_fetch(address, place->physical.value, place->level, place->global,
                                  code);
    }
    return code;
}

}  // namespace stampede
