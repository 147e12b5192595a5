#include "harts/access/may_begin.h"

#include <optional>

#include "harts/access/tlb_use.h"
#include "harts/access/translate.h"
#include "harts/core/machine_context.h"

namespace stampede {
namespace {

std::optional<PhysAddr> foresee(Hart& hart, u64 address, Access access) {
    if (const u8* at =
            access == Access::Read ? cached_read(hart, address) : cached_write(hart, address);
        at != nullptr) {
        return hart.machine.ram.address_of(at);
    }
    const Accessed<Place> place = look_up(hart, address, access);
    return place ? std::optional(place->physical) : std::nullopt;
}

}  // namespace

bool observer_lets_begin(Hart& hart, u64 address, unsigned size, Access access, Contact contact) {
    const std::optional<PhysAddr> at = foresee(hart, address, access);
    if (!at) {
        return true;
    }
    return hart.machine.observer->may_access(
        hart, *at, size, hart.machine.ram.contains(*at, size) ? contact : Contact::Device);
}

}  // namespace stampede
