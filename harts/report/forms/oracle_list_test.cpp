#include "harts/report/forms/oracle_list.h"

#include <gmock/gmock.h>

namespace stampede {
namespace {

TEST(OracleList, names_who_watched_and_who_did_not_and_why) {
    EXPECT_EQ(
        oracle_list_text({{"console", ""}, {"races", "no --race"}, {"audit", ""}, {"x", "a, b"}}),
        "console, audit; off: races (no --race), x (a, b)");
    EXPECT_EQ(oracle_list_text({{"races", "no --race"}}), "off: races (no --race)");
    EXPECT_EQ(oracle_list_text({}), "");
}

TEST(OracleList, is_read_back_those_that_watched_first) {
    for (const std::vector<OracleReport>& oracles :
         {std::vector<OracleReport>{
              {"console", ""}, {"lost wake-ups", ""}, {"races", "no --race"}, {"x", "a, b; off"}},
          {{"console", ""}},
          {{"races", "no --race"}},
          {}}) {
        EXPECT_EQ(parse_oracle_list(oracle_list_text(oracles)), oracles);
    }
}

TEST(OracleList, other_text_is_none) {
    for (const char* text : {"console; and more", "console; off: races", "off: races ()",
                             "off: (no)", "off: a (b) c"}) {
        EXPECT_EQ(parse_oracle_list(text), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace stampede
