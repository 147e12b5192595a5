#include "harts/machine/stop_request.h"

#include <gtest/gtest.h>

#include <array>
#include <thread>

namespace stampede {
namespace {

constexpr std::array by_weight{MachineStop::Finished,      MachineStop::Quiescent,
                               MachineStop::SnapshotReady, MachineStop::Requested,
                               MachineStop::Deadline,      MachineStop::Idle};

// The time allowed may end between a guest's last instruction and the word about it: whichever
// comes first, the guest has ended.
TEST(StopRequest, of_two_reasons_the_weightier_stands_in_either_order) {
    for (std::size_t light = 0; light < by_weight.size(); ++light) {
        for (std::size_t heavy = 0; heavy <= light; ++heavy) {
            StopRequest stop;
            stop.set(by_weight[light], {});
            stop.set(by_weight[heavy], {});
            EXPECT_EQ(stop.reason(), by_weight[heavy]) << light << " then " << heavy;
            stop.clear({});
            EXPECT_FALSE(stop.is_set());
            stop.set(by_weight[heavy], {});
            stop.set(by_weight[light], {});
            EXPECT_EQ(stop.reason(), by_weight[heavy]) << heavy << " then " << light;
        }
    }
}

TEST(StopRequest, of_two_threads_reasons_the_weightier_stands) {
    for (unsigned round = 0; round < 200; ++round) {
        StopRequest stop;
        std::thread other([&] { stop.set(MachineStop::Finished, {}); });
        stop.set(MachineStop::Deadline, {});
        other.join();
        ASSERT_EQ(stop.reason(), MachineStop::Finished) << "round " << round;
    }
}

}  // namespace
}  // namespace stampede
