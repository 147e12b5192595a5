#include "harts/oracles/findings/address_text.h"

#include <fmt/format.h>

#include "harts/observe/audit/view.h"
#include "harts/observe/frame_owner.h"

namespace stampede {

std::string address_text(const GuestEvents& events, const GuestSymbols& symbols, PhysAddr at) {
    const auto view = symbols.in_image(at) ? std::nullopt : events.audit_view();
    if (view && view->frame_of(at)) {
        const u64 frame = *view->frame_of(at);
        return fmt::format("frame {} ({})+{:#x}", frame, owner_name(view->owner(frame)),
                           at.offset());
    }
    return symbols.describe_physical(at);
}

}  // namespace stampede
