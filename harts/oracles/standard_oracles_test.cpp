#include "harts/oracles/standard_oracles.h"

#include <gmock/gmock.h>

#include <set>
#include <string>

namespace stampede {
namespace {

MATCHER_P(HasNoneOf, characters, "") {
    return arg.find_first_of(characters) == std::string_view::npos;
}

TEST(StandardOracles, have_names_and_reasons_that_a_list_of_them_can_hold) {
    std::set<std::string_view> names;
    for (const OracleKind& oracle : oracle_kinds()) {
        EXPECT_TRUE(names.insert(oracle.name).second) << oracle.name;
        EXPECT_THAT(oracle.name, HasNoneOf(",;()"));
        EXPECT_NE(oracle.make, nullptr) << oracle.name;
        for (const Drive drive : {Drive::ThreadAHart, Drive::OneThread}) {
            for (const RunKind kind : {RunKind::FromBoot, RunKind::FromSnapshot}) {
                if (oracle.why_off != nullptr) {
                    EXPECT_THAT(oracle.why_off({.drive = drive, .kind = kind}), HasNoneOf("()"));
                }
            }
        }
    }
    for (const std::string_view words : words_without) {
        EXPECT_THAT(words, HasNoneOf("()"));
    }
}

TEST(Feeds, the_first_that_is_missing_is_named) {
    constexpr Feeds some{Feed::FrameCalls, Feed::AuditTable};
    EXPECT_EQ(some.missing_of({}), std::nullopt);
    EXPECT_EQ(some.missing_of({Feed::FrameCalls, Feed::AuditTable}), std::nullopt);
    EXPECT_EQ(some.missing_of({Feed::GuestCalls, Feed::QuiescentPoint}), Feed::QuiescentPoint);
    EXPECT_EQ(Feeds::all().missing_of(Feeds::all()), std::nullopt);
}

}  // namespace
}  // namespace stampede
