#include "harts/oracles/findings/address_text.h"

#include <fmt/format.h>

#include "harts/observe/audit/audit.h"
#include "harts/observe/audit/view.h"
#include "harts/observe/frame_owner.h"

namespace stampede {

std::string address_text(const Ram& ram, const GuestEvents& events, const GuestSymbols& symbols, PhysAddr at) {
    const std::optional<PhysAddr> address = events.audit_table();
    const auto table = address ? load_audit_table(ram, *address) : std::nullopt;
    if (table && !symbols.in_image(at)) {
        if (const auto view = AuditView::create(ram, *table); view && view->frame_of(at)) {
            const u64 frame = *view->frame_of(at);
            return fmt::format("frame {} ({})+{:#x}", frame, owner_name(view->owner(frame)), at.offset());
        }
    }
    return symbols.describe_physical(at);
}

}  // namespace stampede
