#include "kernel/fs/archive.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace kernel {
namespace {

struct File {
    const char* name;
    std::uint64_t offset, size;
};

std::vector<std::byte> archive_of(std::vector<File> files, std::size_t bytes) {
    std::vector<std::byte> archive(bytes);
    const ArchiveHeader header{ArchiveHeader::expected_magic,
                               static_cast<std::uint32_t>(files.size()), 0};
    std::memcpy(archive.data(), &header, sizeof header);
    for (std::size_t i = 0; i < files.size(); ++i) {
        ArchiveEntry entry{{}, files[i].offset, files[i].size};
        std::strncpy(entry.name, files[i].name, sizeof entry.name);
        std::memcpy(archive.data() + sizeof header + i * sizeof entry, &entry, sizeof entry);
    }
    return archive;
}

TEST(Archive, entries_name_their_bytes) {
    auto archive = archive_of({{"one", 96, 3}, {"two", 112, 5}}, 117);
    std::memcpy(archive.data() + 96, "abc", 3);
    const auto entries = archive_entries(archive);
    ASSERT_TRUE(entries.has_value());
    ASSERT_EQ(entries->size(), 2u);
    const auto contents = archive_contents(archive, (*entries)[0]);
    EXPECT_EQ(std::memcmp(contents.data(), "abc", 3), 0);
    EXPECT_EQ(archive_contents(archive, (*entries)[1]).size(), 5u);
}

TEST(Archive, an_empty_archive_is_whole) {
    EXPECT_TRUE(archive_entries(archive_of({}, sizeof(ArchiveHeader))).has_value());
}

TEST(Archive, wrong_magic_is_refused) {
    auto archive = archive_of({}, 64);
    archive[0] ^= std::byte{1};
    EXPECT_FALSE(archive_entries(archive).has_value());
}

TEST(Archive, a_table_past_the_end_is_refused) {
    auto archive = archive_of({{"one", 64, 0}, {"two", 64, 0}}, 96);
    ASSERT_TRUE(archive_entries(archive).has_value());
    archive.resize(79);  // cut in the second entry
    EXPECT_FALSE(archive_entries(archive).has_value());
    EXPECT_FALSE(archive_entries(std::span(archive).first(8)).has_value());
}

TEST(Archive, contents_past_the_end_are_refused) {
    EXPECT_FALSE(archive_entries(archive_of({{"one", 64, 65}}, 128)).has_value());
    EXPECT_FALSE(archive_entries(archive_of({{"one", 144, 0}}, 128)).has_value());
    EXPECT_FALSE(archive_entries(archive_of({{"one", 64, ~std::uint64_t{0}}}, 128)).has_value());
    EXPECT_TRUE(archive_entries(archive_of({{"one", 64, 64}}, 128)).has_value());
}

TEST(Archive, misaligned_contents_are_refused) {
    EXPECT_FALSE(archive_entries(archive_of({{"one", 65, 1}}, 128)).has_value());
}

TEST(Archive, unusable_names_are_refused) {
    EXPECT_FALSE(archive_entries(archive_of({{"", 64, 1}}, 128)).has_value());
    EXPECT_TRUE(archive_entries(archive_of({{"fourteen-chars", 64, 1}}, 128)).has_value());
    EXPECT_FALSE(archive_entries(archive_of({{"fifteen-letters", 64, 1}}, 128)).has_value());
}

TEST(Archive, names_out_of_order_or_given_twice_are_refused) {
    EXPECT_FALSE(archive_entries(archive_of({{"two", 96, 1}, {"one", 96, 1}}, 128)).has_value());
    EXPECT_FALSE(archive_entries(archive_of({{"one", 96, 1}, {"one", 96, 1}}, 128)).has_value());
}

}  // namespace
}  // namespace kernel
