#include "harts/access/code_coherence.h"

#include <vector>

#include "harts/access/revoke.h"

namespace stampede {

void drop_code(Hart& hart, u64 page) {
    if (CodePage* code = hart.code.drop(page); code != nullptr) {
        hart.own.page = nullptr;
        hart.tlb.for_each_bank([&](TlbBank& bank) { bank.drop_fetch_of(code); });
    }
}

void drop_stale_code(Hart& hart) {
    std::vector<u64> stale;
    {
        const FutexGuard guard(hart.shared.stale_code_lock);
        stale.swap(hart.shared.stale_code);
    }
    for (const u64 page : stale) {
        drop_code(hart, page);
    }
}

void tell_code_stale(MachineContext& machine, u64 page, const Hart* storing) {
    if ((machine.attributes.of(page) & PageAttributes::code) == 0) {
        return;  // another store was first
    }
    for (Hart* other : machine.harts) {
        if (other == storing) {
            continue;
        }
        {
            const FutexGuard guard(other->shared.stale_code_lock);
            other->shared.stale_code.push_back(page);
        }
        other->alarm();
    }
    machine.attributes.clear(page, PageAttributes::code);
}

void forget_code(Hart& hart, u64 page) {
    exclusively(hart, [&] { tell_code_stale(hart.machine, page, &hart); });
    drop_code(hart, page);
}

}  // namespace stampede
