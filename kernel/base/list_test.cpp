#include "kernel/base/list.h"

#include <gmock/gmock.h>

#include <vector>

namespace kernel {
namespace {

struct Item {
    int value;
    ListLink link{};
    ListLink other_link{};
};

using Items = List<Item, &Item::link>;
using OtherItems = List<Item, &Item::other_link>;

template <class Objects>
std::vector<int> values(Objects& list) {
    std::vector<int> found;
    for (Item* item = list.front(); item; item = list.next(*item)) {
        found.push_back(item->value);
    }
    return found;
}

class ListTest : public testing::Test {
protected:
    Item one{1}, two{2}, three{3};
    Items list;
};

TEST_F(ListTest, a_new_list_is_empty) {
    EXPECT_TRUE(list.empty());
    EXPECT_EQ(list.front(), nullptr);
    EXPECT_EQ(list.pop_front(), nullptr);
}

TEST_F(ListTest, objects_stay_in_the_order_they_were_pushed) {
    list.push_back(two);
    list.push_back(three);
    list.push_front(one);
    EXPECT_THAT(values(list), testing::ElementsAre(1, 2, 3));
    EXPECT_FALSE(list.empty());
}

TEST_F(ListTest, an_object_goes_before_the_place_named) {
    list.push_back(one);
    list.push_back(three);
    list.insert_before(three, two);
    EXPECT_THAT(values(list), testing::ElementsAre(1, 2, 3));
    Item zero{0};
    list.insert_before(one, zero);
    EXPECT_THAT(values(list), testing::ElementsAre(0, 1, 2, 3));
    list.remove(zero);
}

TEST_F(ListTest, objects_pop_in_order_until_none_is_left) {
    list.push_back(one);
    list.push_back(two);
    EXPECT_EQ(list.pop_front(), &one);
    EXPECT_EQ(list.pop_front(), &two);
    EXPECT_EQ(list.pop_front(), nullptr);
    EXPECT_TRUE(list.empty());
}

TEST_F(ListTest, an_object_is_removed_from_front_middle_and_end) {
    for (Item* item : {&one, &two, &three}) {
        list.push_back(*item);
    }
    Items::remove(two);
    EXPECT_THAT(values(list), testing::ElementsAre(1, 3));
    Items::remove(three);
    EXPECT_THAT(values(list), testing::ElementsAre(1));
    Items::remove(one);
    EXPECT_TRUE(list.empty());
}

TEST_F(ListTest, an_object_knows_whether_it_is_in_a_list) {
    EXPECT_FALSE(one.link.linked());
    list.push_back(one);
    EXPECT_TRUE(one.link.linked());  // even alone
    Items::remove(one);
    EXPECT_FALSE(one.link.linked());
}

TEST_F(ListTest, a_removed_object_can_be_added_again) {
    list.push_back(one);
    list.push_back(two);
    Items::remove(one);
    list.push_back(one);
    EXPECT_THAT(values(list), testing::ElementsAre(2, 1));
}

TEST_F(ListTest, an_object_may_be_in_two_lists_by_two_links) {
    OtherItems other;
    for (Item* item : {&one, &two}) {
        list.push_back(*item);
    }
    for (Item* item : {&three, &two, &one}) {
        other.push_back(*item);
    }
    Items::remove(one);
    EXPECT_THAT(values(list), testing::ElementsAre(2));
    EXPECT_THAT(values(other), testing::ElementsAre(3, 2, 1));
    EXPECT_TRUE(one.other_link.linked());
}

TEST(List, one_in_static_storage_works_without_a_constructor_call) {
    static constinit List<Item, &Item::link> list;
    Item item{4};
    EXPECT_TRUE(list.empty());
    list.push_front(item);
    EXPECT_EQ(list.front(), &item);
    EXPECT_EQ(list.next(item), nullptr);
    list.pop_front();
}

}  // namespace
}  // namespace kernel
