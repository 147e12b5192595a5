#include "harts/report/finding.h"

#include <gtest/gtest.h>

#include <set>

#include "harts/report/finding_kind.h"

namespace stampede {
namespace {

Finding titled(std::string title) {
    Finding finding;
    finding.title = std::move(title);
    return finding;
}

TEST(Finding, its_key_is_the_xxhash64_of_its_title) {
    // xxHash's own vectors for seed 0.
    EXPECT_EQ(titled("").key(), "ef46db3751d8e999");
    EXPECT_EQ(titled("a").key(), "d24ec4f1a98c6e5b");
    EXPECT_EQ(titled("abc").key(), "44bc2cf5ad770999");
}

TEST(Finding, its_key_depends_on_the_title_alone) {
    Finding one = titled("abc");
    one.kind = FindingKind::panic;
    one.detail = "elsewhere";
    one.count = 9;
    EXPECT_EQ(one.key(), titled("abc").key());
}

TEST(FindingKind, every_kind_has_a_name_of_its_own_that_leads_back_to_it) {
    std::set<std::string_view> names;
    for (int value = 0; value <= static_cast<int>(FindingKind::harness_fault); ++value) {
        const auto kind = static_cast<FindingKind>(value);
        EXPECT_TRUE(names.insert(name_of(kind)).second);
        EXPECT_EQ(finding_kind_named(name_of(kind)), kind);
    }
    EXPECT_EQ(names.size(), 16u);
    EXPECT_EQ(name_of(FindingKind::stale_translation), "stale_translation");
    EXPECT_EQ(finding_kind_named("Race"), std::nullopt);
}

}  // namespace
}  // namespace stampede
