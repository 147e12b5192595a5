#include "harts/observe/audit/free_lists.h"

#include <fmt/format.h>

#include <algorithm>

namespace stampede {

FreeLists FreeLists::collect(const AuditView& view, Violations& violations) {
    FreeLists lists;
    lists.list_of_.resize(view.frame_count());
    for (unsigned list = 0; list < view.free_lists(); ++list) {
        PhysAddr before{0};
        for (PhysAddr at = view.first_free(list); at.value != 0;) {
            const auto where = [&] {
                return fmt::format("free list {}: {:#x}, {} {:#x}", list, at.value,
                                   before.value == 0 ? "its head; frames from" : "behind",
                                   before.value == 0 ? view.address_of(0).value : before.value);
            };
            const std::optional<u64> frame = view.frame_of(at);
            if (!frame || at.offset() != 0) {
                violations.add(
                    frame ? Invariant::FreeListMisaligned : Invariant::FreeListLeavesFrames, where);
                lists.complete_ = false;
                break;
            }
            u8& list_of = lists.list_of_[*frame];
            if (list_of != 0) {
                violations.add(Invariant::FrameOnFreeListTwice, [&] {
                    return fmt::format("frame {}: {}; it stands on list {} already", *frame,
                                       where(), list_of - 1);
                });
                lists.complete_ = false;
                break;
            }
            list_of = static_cast<u8>(list + 1);
            lists.end_ = std::max(lists.end_, *frame + 1);
            before = at;
            at = view.next_free(*frame);
        }
    }
    return lists;
}

}  // namespace stampede
