#include "harts/oracles/guest/guest_symbols.h"

#include <gtest/gtest.h>

namespace stampede {
namespace {

TEST(WithoutPlaces, all_elements_of_an_array_have_one_name) {
    EXPECT_EQ(without_places("kernel::processes[30].lock.word_"), "kernel::processes[].lock.word_");
    EXPECT_EQ(without_places("a[1][22].b[3]"), "a[][].b[]");
    EXPECT_EQ(without_places("kernel::root+0x1c0"), "kernel::root");
    EXPECT_EQ(without_places("kernel::files[7]+0x8"), "kernel::files[]");
    EXPECT_EQ(without_places("kernel::ticks"), "kernel::ticks");
    EXPECT_EQ(without_places(""), "");
    EXPECT_EQ(without_places("a[1"), "a[");
}

}  // namespace
}  // namespace stampede
