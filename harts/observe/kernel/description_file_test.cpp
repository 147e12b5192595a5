#include "harts/observe/kernel/description_file.h"

#include <gmock/gmock.h>

namespace stampede {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string complaint(const std::string& text) {
    const auto said = DescriptionFile::parse(text, "kernel.txt");
    return said ? "" : said.error().message;
}

TEST(DescriptionFile, a_line_says_one_thing_of_a_kernel) {
    const auto said = DescriptionFile::parse(
        "# how it counts\n"
        "counts refs.counts  index (pa-KERNBASE)/4096  # a frame each\n"
        "\n"
        "allocate page_alloc\nfree page_free\nprocesses table.proc\n"
        "free-list pool[0].head\nfree-list pool[1].head\nend 0x88000000\nmarker 9\n",
        "kernel.txt");
    ASSERT_TRUE(said) << said.error().message;
    EXPECT_EQ(said->counts->name, "refs.counts");
    EXPECT_EQ(said->counts->origin, "KERNBASE");
    EXPECT_EQ(said->counts->where, "kernel.txt:2");
    EXPECT_EQ(said->allocate->name, "page_alloc");
    EXPECT_EQ(said->free->name, "page_free");
    EXPECT_EQ(said->processes->name, "table.proc");
    ASSERT_EQ(said->free_lists.size(), 2u);
    EXPECT_EQ(said->free_lists[1].name, "pool[1].head");
    EXPECT_EQ(said->end->value, 0x8800'0000u);
    EXPECT_EQ(said->marker->value, 9u);
    EXPECT_EQ(said->marker->where, "kernel.txt:10");
}

TEST(DescriptionFile, an_index_is_from_an_origin_from_nought_or_left_to_be_inferred) {
    const auto origin = [](const std::string& rest) {
        return DescriptionFile::parse("counts refs" + rest, "k").value().counts->origin;
    };
    EXPECT_EQ(origin(""), "");
    EXPECT_EQ(origin(" index pa/4096"), "0");
    EXPECT_EQ(origin(" index (pa - PGROUNDUP(end)) / 4096"), "PGROUNDUP(end)");
    EXPECT_EQ(DescriptionFile::parse("counts none", "k").value().counts->name, "none");
}

TEST(DescriptionFile, a_line_that_says_nothing_is_named_with_what_was_expected) {
    EXPECT_THAT(complaint("allocate kalloc\ncount refs\n"),
                AllOf(HasSubstr("kernel.txt:2: `count refs`, expected counts, allocate, free")));
    EXPECT_THAT(complaint("counts refs index pa/8192"),
                HasSubstr("kernel.txt:1: `counts refs index pa/8192`, expected counts "
                          "NAME[.member] index (pa-ORIGIN)/4096"));
    EXPECT_THAT(complaint("counts refs index (pa-)/4096"), HasSubstr("expected counts"));
    EXPECT_THAT(complaint("counts"), HasSubstr("expected counts"));
    EXPECT_THAT(complaint("allocate"), HasSubstr("`allocate`, expected allocate and one name"));
    EXPECT_THAT(complaint("end high"), HasSubstr("`end high`, expected end and an address"));
    EXPECT_THAT(complaint("marker 3"), HasSubstr("expected marker and a bit of a PTE, 5, 8 or 9"));
    EXPECT_THAT(complaint("end 0x1ffffffffffffffff"), HasSubstr("expected end and an address"));
}

TEST(DescriptionFile, what_is_said_twice_names_both_lines) {
    for (const std::string line : {"allocate a", "counts a", "marker 8", "end 4096"}) {
        EXPECT_THAT(complaint(line + "\n\n" + line),
                    AllOf(HasSubstr("kernel.txt:3: "), HasSubstr("kernel.txt:1 says it already")));
    }
}

TEST(DescriptionFile, one_that_is_not_there_is_named) {
    EXPECT_THAT(DescriptionFile::read("/nonexistent/kernel.txt").error().message,
                HasSubstr("/nonexistent/kernel.txt: cannot be read"));
    EXPECT_THAT(DescriptionFile::read("/").error().message, HasSubstr("/: cannot be read"));
}

}  // namespace
}  // namespace stampede
