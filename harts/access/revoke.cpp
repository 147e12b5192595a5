#include "harts/access/revoke.h"

namespace stampede {

void sweep_write_tags(Hart& hart) {
    hart.tlb.for_each_bank([&](TlbBank& bank) {
        bank.drop_write_tags([&](PhysAddr page) {
            return hart.machine.attributes.of(hart.machine.ram.page_index(page)) != 0;
        });
    });
}

void revoke_write(Hart& hart, u64 page, u8 bit) {
    hart.own.reservation.release_line();  // others may wait for it, and we for them
    hart.machine.revocation.revoke_write(hart.shared.safe_point, page, bit,
                                         [&] { sweep_write_tags(hart); });
}

}  // namespace stampede
