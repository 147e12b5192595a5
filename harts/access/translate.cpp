#include "harts/access/translate.h"

#include <optional>

#include "harts/access/guest_store.h"
#include "harts/core/frame_watch.h"
#include "harts/core/machine_context.h"

namespace stampede {
namespace {

Cause page_fault(Access access) {
    return access == Access::Read    ? Cause::LoadPage
           : access == Access::Write ? Cause::StorePage
                                     : Cause::InstructionPage;
}

Privilege data_privilege(const HartState& own) {
    if (own.mode == Privilege::Machine && (own.csr.mstatus & csr::status_mprv) != 0) {
        return static_cast<Privilege>((own.csr.mstatus & csr::status_mpp) >> csr::status_mpp_shift);
    }
    return own.mode;
}

bool update_pte(Hart& hart, PhysAddr at, u64 from, u64 to) {
    bool swapped = false;
    change_ram(hart, at, [&](u8* host) {
        // seq_cst: orders the new A and D before the access they stand for.
        swapped = __atomic_compare_exchange_n(reinterpret_cast<u64*>(host), &from, to, false,
                                              __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
    });
    return swapped;
}

// Whoever watches frames hears of what a translation leads to.
void watch_frame(Hart& hart, PhysAddr at, Access access, Privilege privilege) {
    FrameWatch* const frames = hart.machine.frames;
    if (frames != nullptr && hart.machine.ram.contains(at, 1) &&
        frames->wants(hart.machine.ram.page_index(at), access, privilege)) [[unlikely]] {
        frames->on_access(hart, at, access, privilege);
    }
}

void watch_walk(Hart& hart, PhysAddr pte) {
    FrameWatch* const frames = hart.machine.frames;
    if (frames != nullptr && frames->is_free(hart.machine.ram.page_index(pte))) [[unlikely]] {
        frames->on_walk(hart, pte);
    }
}

// `update`: as of walk(). `seen` hears where each PTE is read.
template <class Update, class Seen>
Accessed<Place> translate_with(Hart& hart, u64 address, Access access, Update&& update,
                               Seen&& seen) {
    const HartState& own = hart.own;
    const WalkRights rights = rights_of(own, access);
    const Satp satp{own.csr.satp};
    if (rights.privilege == Privilege::Machine || !satp.paging()) {
        return Place{{address}, 0, false, true};
    }
    const Ram& ram = hart.machine.ram;
    const auto walked = walk(
        satp, address, access, rights,
        [&](PhysAddr at) -> std::optional<u64> {
            if (!ram.contains(at, 8)) {
                return std::nullopt;
            }
            seen(at);
            // acquire: what was written before the PTE was is seen behind it.
            return __atomic_load_n(reinterpret_cast<const u64*>(ram.host(at)), __ATOMIC_ACQUIRE);
        },
        update);
    if (!walked) {
        return fault(walked.error() == WalkFault::Page ? page_fault(access) : access_fault(access),
                     address);
    }
    return Place{walked->address, walked->level, walked->global,
                 leaf_permits(walked->pte, Access::Read, rights)};
}

}  // namespace

WalkRights rights_of(const HartState& own, Access access) {
    return {access == Access::Execute ? own.mode : data_privilege(own),
            (own.csr.mstatus & csr::status_sum) != 0, (own.csr.mstatus & csr::status_mxr) != 0};
}

Accessed<Place> translate(Hart& hart, u64 address, Access access) {
    const Accessed<Place> place = translate_with(
        hart, address, access,
        [&](PhysAddr at, u64 from, u64 to) { return update_pte(hart, at, from, to); },
        [&](PhysAddr at) { watch_walk(hart, at); });
    if (place && rights_of(hart.own, access).privilege != Privilege::Machine &&
        Satp{hart.own.csr.satp}.paging()) {
        watch_frame(hart, place->physical, access, rights_of(hart.own, access).privilege);
    }
    return place;
}

Accessed<Place> look_up(Hart& hart, u64 address, Access access) {
    return translate_with(
        hart, address, access, [](PhysAddr, u64, u64) { return true; }, [](PhysAddr) {});
}

}  // namespace stampede
