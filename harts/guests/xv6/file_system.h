// A file system as xv6's mkfs makes it (xv6-riscv, kernel/fs.h; the same from 2019 on): read, and
// given more files.
//
//     boot │ superblock │ log │ inodes, 64 bytes each │ bitmap of free blocks │ data
//
// A file has 12 blocks of its own and one of the numbers of 256 more; where larger files are in the
// kernel's power (11, one such block, and one of those), a file of the image shows it.
#pragma once
#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harts/base/error.h"
#include "harts/base/types.h"

namespace stampede {

class Xv6FileSystem {
public:
    static constexpr u64 block_size = 1024;  // bytes
    static constexpr std::size_t longest_name = 14;

    // Error: names the file, what was found and what was expected; of a superblock that does not
    // fit the image, or a root directory that is none.
    [[nodiscard]] static Result<Xv6FileSystem> read(const std::filesystem::path& file);
    // The same of an image's bytes; `name` is for messages.
    [[nodiscard]] static Result<Xv6FileSystem> parse(std::vector<std::byte> image,
                                                     std::string name);

    // The names in the root directory, in its order, without `.` and `..`.
    [[nodiscard]] std::vector<std::string> files() const;
    // Of a file in the root directory. Error: there is none, or its blocks lie outside the image.
    [[nodiscard]] Result<std::vector<std::byte>> contents(std::string_view file) const;
    // Bytes that a file may have at most, as far as put() goes.
    [[nodiscard]] u64 most_bytes() const { return (direct_ + numbers_a_block) * block_size; }

    // A new file in the root directory. The image grows where it has no blocks left, as far as its
    // bitmap goes. Error: a name that is too long or taken, too many bytes, no inode or no block
    // left; nothing has changed then.
    [[nodiscard]] Result<void> put(std::string_view file, std::span<const std::byte> contents);

    [[nodiscard]] const std::vector<std::byte>& image() const { return image_; }

private:
    static constexpr u64 numbers_a_block = block_size / 4;
    static constexpr u64 bits_a_block = block_size * 8;
    static constexpr u64 numbers = 13;  // of blocks, in an inode

    struct Superblock {
        u32 magic, size, data_blocks, inodes, log_blocks, log_start, inode_start, bitmap_start;
    };
    struct Inode {
        u16 type, major, minor, links;
        u32 size;  // bytes
        std::array<u32, numbers> blocks;
    };
    struct Entry {
        u16 inode;
        std::array<char, longest_name> name;
        [[nodiscard]] std::string text() const;
    };
    static_assert(sizeof(Superblock) == 32 && sizeof(Inode) == 64 && sizeof(Entry) == 16);

    Xv6FileSystem(std::vector<std::byte> image, std::string name)
        : image_(std::move(image)), name_(std::move(name)) {}
    [[nodiscard]] std::optional<std::string> fault();  // what is wrong with it
    void find_direct();

    template <class T>
    [[nodiscard]] T load(u64 at) const;
    template <class T>
    void store(u64 at, const T& value);
    [[nodiscard]] u64 inode_at(u64 number) const;  // bytes into the image
    [[nodiscard]] Inode inode(u64 number) const { return load<Inode>(inode_at(number)); }
    // Of the block that holds bytes n · block_size and on; none where it lies outside the data.
    [[nodiscard]] std::optional<u64> block_of(const Inode& inode, u64 n) const;
    [[nodiscard]] std::vector<Entry> entries() const;
    [[nodiscard]] std::optional<u64> free_inode() const;
    [[nodiscard]] std::vector<u64> free_blocks(u64 most) const;
    void take(u64 block);
    void write_file(u64 number, std::span<const std::byte> contents, std::span<const u64> blocks);
    void add_entry(u64 place, u64 number, std::string_view file);

    std::vector<std::byte> image_;
    std::string name_;
    Superblock super_{};
    u64 data_start_ = 0;  // the first block behind the bitmap, as it was made
    u64 direct_ = 12;
};

}  // namespace stampede
