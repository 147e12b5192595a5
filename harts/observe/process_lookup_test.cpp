#include "harts/observe/process_lookup.h"

#include <gtest/gtest.h>

#include "harts/observe/audit/synthetic_guest.h"

namespace stampede {
namespace {

TEST(ProcessLookup, a_page_table_leads_to_its_process_also_after_the_slot_was_used_again) {
    SyntheticGuest guest;
    const unsigned first = guest.add_process(5), second = guest.add_process(9);
    guest.finish();
    const ProcessLookup lookup(AuditView::create(guest.ram(), guest.table()).value());
    const auto satp_of = [&](unsigned slot) {
        return Satp{Satp::mode_sv39 << 60 |
                    SyntheticGuest::address_of(guest.root_of(slot)).value / page_size};
    };
    EXPECT_EQ(lookup.pid_of(satp_of(first)), 5u);
    EXPECT_EQ(lookup.pid_of(satp_of(second)), 9u);
    EXPECT_EQ(lookup.pid_of(satp_of(second)), 9u);
    EXPECT_EQ(lookup.pid_of({Satp::mode_sv39 << 60 | 0x80123}), std::nullopt);
    EXPECT_EQ(lookup.pid_of({0}), std::nullopt);

    const Satp of_second = satp_of(second);
    // unused
    guest.ram().store_u64({guest.table().process_base + second * guest.table().process_stride}, 0);
    EXPECT_EQ(lookup.pid_of(of_second), std::nullopt);
}

}  // namespace
}  // namespace stampede
