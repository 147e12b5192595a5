#include "harts/guests/xv6/file_system.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <random>

namespace stampede {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr u64 block = Xv6FileSystem::block_size;
using Bytes = std::vector<std::byte>;

void put_number(Bytes& image, u64 at, u32 value) { std::memcpy(&image[at], &value, 4); }

// As `mkfs` leaves it, with nothing but the root directory: 30 blocks of log from block 2, inodes
// from 32, the bitmap behind them.
Bytes empty_image(u32 blocks = 1000, u32 inodes = 200) {
    const u32 bitmap = 32 + inodes / 16 + 1, data = bitmap + blocks / 8192 + 1;
    Bytes image(blocks * block);
    const u32 super[]{0x10203040, blocks, blocks - data, inodes, 30, 2, 32, bitmap};
    std::memcpy(&image[block], super, sizeof super);
    const u64 root = 32 * block + 64;
    put_number(image, root, 1);             // a directory
    put_number(image, root + 4, 1U << 16);  // one link
    put_number(image, root + 8, block);
    put_number(image, root + 12, data);
    for (u32 used = 0; used <= data; ++used) {
        image[bitmap * block + used / 8] |= std::byte{1} << used % 8;
    }
    put_number(image, data * block, 1 | '.' << 16);
    put_number(image, data * block + 16, 1 | '.' << 16 | '.' << 24);
    return image;
}

Bytes some_bytes(u64 size, unsigned seed) {
    std::mt19937 random(seed);
    Bytes bytes(size);
    std::ranges::generate(bytes, [&] { return static_cast<std::byte>(random()); });
    return bytes;
}

Xv6FileSystem parsed(Bytes image) {
    return Xv6FileSystem::parse(std::move(image), "fs.img").value();
}

TEST(Xv6FileSystemTest, what_is_put_in_is_there_when_the_image_is_read_again) {
    Xv6FileSystem files = parsed(empty_image());
    const Bytes one = some_bytes(1, 1), direct = some_bytes(12 * block, 2),
                indirect = some_bytes(12 * block + 1, 3), most = some_bytes(268 * block, 4);
    ASSERT_TRUE(files.put("one", one));
    ASSERT_TRUE(files.put("direct", direct));
    ASSERT_TRUE(files.put("indirect", indirect));
    ASSERT_TRUE(files.put("most", most));
    ASSERT_TRUE(files.put("nothing", {}));
    const Xv6FileSystem again = parsed(files.image());
    EXPECT_THAT(again.files(), ElementsAre("one", "direct", "indirect", "most", "nothing"));
    EXPECT_EQ(again.contents("one").value(), one);
    EXPECT_EQ(again.contents("direct").value(), direct);
    EXPECT_EQ(again.contents("indirect").value(), indirect);
    EXPECT_EQ(again.contents("most").value(), most);
    EXPECT_EQ(again.contents("nothing").value(), Bytes());
    EXPECT_EQ(again.image().size(), 1000 * block);
}

TEST(Xv6FileSystemTest, the_image_grows_where_no_blocks_are_left) {
    Xv6FileSystem files = parsed(empty_image(100));
    const Bytes large = some_bytes(200 * block, 5);
    ASSERT_TRUE(files.put("large", large));
    const Xv6FileSystem again = parsed(files.image());
    EXPECT_GT(again.image().size(), 200 * block);
    EXPECT_EQ(again.contents("large").value(), large);
}

TEST(Xv6FileSystemTest, the_root_directory_grows_by_a_block) {
    Xv6FileSystem files = parsed(empty_image());
    std::vector<std::string> names;
    for (int n = 0; n < 100; ++n) {
        names.push_back("file" + std::to_string(n));
        ASSERT_TRUE(files.put(names.back(), some_bytes(10, n)));
    }
    const Xv6FileSystem again = parsed(files.image());
    EXPECT_EQ(again.files(), names);
    EXPECT_EQ(again.contents("file99").value(), some_bytes(10, 99));
}

// One with 13 blocks, of which the twelfth number holds two.
TEST(Xv6FileSystemTest, a_kernel_for_large_files_has_eleven_blocks_of_its_own) {
    Bytes image = empty_image();
    const u64 inode = 32 * block + 2 * 64;
    put_number(image, inode, 2);
    put_number(image, inode + 8, 13 * block);
    for (u32 n = 0; n < 12; ++n) {
        put_number(image, inode + 12 + n * 4, 100 + n);
    }
    put_number(image, 111 * block, 200);
    put_number(image, 111 * block + 4, 201);
    image[201 * block] = std::byte{77};
    const u64 entry = 46 * block + 32;  // the root directory's third
    put_number(image, entry, 2 | 'f' << 16);
    Xv6FileSystem files = parsed(image);
    EXPECT_EQ(files.contents("f").value()[12 * block], std::byte{77});
    EXPECT_EQ(files.most_bytes(), 267 * block);
    const Bytes most = some_bytes(267 * block, 6);
    ASSERT_TRUE(files.put("most", most));
    EXPECT_EQ(parsed(files.image()).contents("most").value(), most);
}

TEST(Xv6FileSystemTest, what_does_not_fit_is_refused_and_changes_nothing) {
    Xv6FileSystem files = parsed(empty_image(1000, 5));
    const auto refusal = [&](std::string_view name, u64 size) {
        const Bytes before = files.image();
        const Result<void> put = files.put(name, Bytes(size));
        EXPECT_EQ(files.image(), before);
        return put ? "" : put.error().message;
    };
    EXPECT_THAT(refusal("a_name_of_15_b.", 1), HasSubstr("1 to 14 bytes"));
    EXPECT_THAT(refusal("", 1), HasSubstr("1 to 14 bytes"));
    EXPECT_THAT(refusal("a/b", 1), HasSubstr("without /"));
    EXPECT_THAT(refusal("f", 268 * block + 1), HasSubstr("a file may have 274432"));
    for (const char* name : {"a", "b", "c"}) {
        ASSERT_TRUE(files.put(name, Bytes(1)));
    }
    EXPECT_THAT(refusal("a", 1), HasSubstr("one already"));
    EXPECT_THAT(refusal("d", 1), HasSubstr("all 5 inodes"));
    EXPECT_THAT(files.contents("d").error().message, HasSubstr("fs.img: there is no file d"));
}

TEST(Xv6FileSystemTest, what_is_none_is_refused_with_what_was_found) {
    const auto refusal = [](Bytes image) {
        const auto made = Xv6FileSystem::parse(std::move(image), "fs.img");
        return made ? "" : made.error().message;
    };
    EXPECT_THAT(refusal(Bytes(100)), HasSubstr("fs.img: is no file system of xv6: 100 bytes"));
    EXPECT_THAT(refusal(Bytes(5000)), HasSubstr("0x00000000, expected 0x10203040"));
    Bytes image = empty_image();
    put_number(image, block + 4, 2000);
    EXPECT_THAT(refusal(image), HasSubstr("says 2000 blocks, but the image has 1000"));
    image = empty_image();
    put_number(image, block + 12, 100'000);
    EXPECT_THAT(refusal(image), HasSubstr("inodes from block 32, 100000 of them"));
    image = empty_image();
    put_number(image, 32 * block + 64, 2);
    EXPECT_THAT(refusal(image), HasSubstr("inode 1 is no directory"));
    image = empty_image();
    put_number(image, 32 * block + 64 + 12, 5'000'000);
    EXPECT_THAT(refusal(image), HasSubstr("block 0 of it lies outside"));
    EXPECT_THAT(Xv6FileSystem::read("/nonexistent/fs.img").error().message,
                HasSubstr("/nonexistent/fs.img: cannot be read: No such file"));
    EXPECT_THAT(Xv6FileSystem::read("/").error().message, HasSubstr("cannot be read"));
}

// Whatever stands in an image, it is refused or used; no access outside of it (the tree asan).
TEST(Xv6FileSystemTest, bytes_changed_by_chance_are_refused_or_used) {
    Xv6FileSystem right = parsed(empty_image(100));
    ASSERT_TRUE(right.put("first", some_bytes(20 * block, 7)));
    std::mt19937 random(8);
    int used = 0;
    for (int n = 0; n < 2000; ++n) {
        Bytes image = right.image();
        // the superblock, the inodes that are used, the bitmap, the root directory
        for (int change = random() % 4; change >= 0; --change) {
            const u64 places[]{block, 32 * block + 64, 45 * block, 46 * block, 47 * block};
            image[places[random() % 5] + random() % 128] = static_cast<std::byte>(random());
        }
        auto files = Xv6FileSystem::parse(std::move(image), "fs.img");
        if (!files) {
            continue;
        }
        ++used;
        for (const std::string& name : files->files()) {
            (void)files->contents(name);
        }
        (void)files->put("second", some_bytes(30 * block, 9));
        (void)files->contents("second");
    }
    EXPECT_GT(used, 100);
}

}  // namespace
}  // namespace stampede
