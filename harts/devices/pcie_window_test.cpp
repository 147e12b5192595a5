#include "harts/devices/pcie_window.h"

#include <gmock/gmock.h>

namespace stampede {
namespace {

using Kind = PcieWindow::Kind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class PcieWindowTest : public testing::Test {
protected:
    PcieWindow window(Kind kind) {
        return {kind, [this](HartId by, std::string_view misuse) {
                    EXPECT_EQ(by, HartId{2});
                    misuses.emplace_back(misuse);
                }};
    }
    std::vector<std::string> misuses;
};

TEST_F(PcieWindowTest, who_looks_for_functions_finds_none) {
    PcieWindow space = window(Kind::Configuration);
    EXPECT_EQ(space.load({2}, 0, 1), 0xffu);
    EXPECT_EQ(space.load({2}, 2, 2), 0xffffu);
    EXPECT_EQ(space.load({2}, 0x800, 4), 0xffff'ffffu);
    EXPECT_EQ(space.load({2}, 8, 8), ~u64{0});
    EXPECT_TRUE(space.store({2}, 4, 4, 7));
    EXPECT_THAT(misuses, IsEmpty());
}

TEST_F(PcieWindowTest, who_comes_to_its_memory_has_a_wrong_pointer) {
    PcieWindow memory = window(Kind::Memory);
    EXPECT_EQ(memory.load({2}, 0x3fe4'8c40, 4), 0xffff'ffffu);
    EXPECT_TRUE(memory.store({2}, 0, 8, 1));
    EXPECT_EQ(memory.load({2}, 0, 8), ~u64{0});
    EXPECT_THAT(misuses, ElementsAre(HasSubstr("a load from"), HasSubstr("a store to"),
                                     HasSubstr("a load")));
}

}  // namespace
}  // namespace stampede
