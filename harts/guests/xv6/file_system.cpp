#include "harts/guests/xv6/file_system.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

namespace stampede {
namespace {

constexpr u32 magic = 0x10203040;
constexpr u64 root = 1;       // its inode
constexpr u16 directory = 1;  // types
constexpr u16 plain_file = 2;

}  // namespace

std::string Xv6FileSystem::Entry::text() const {
    return {name.begin(), std::ranges::find(name, '\0')};
}

template <class T>
T Xv6FileSystem::load(u64 at) const {
    T value;
    std::memcpy(&value, image_.data() + at, sizeof value);
    return value;
}

template <class T>
void Xv6FileSystem::store(u64 at, const T& value) {
    std::memcpy(image_.data() + at, &value, sizeof value);
}

Result<Xv6FileSystem> Xv6FileSystem::read(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in || std::filesystem::is_directory(file)) {
        return error(fmt::format("{}: cannot be read: {}", file.string(),
                                 std::strerror(in ? EISDIR : errno)));
    }
    const std::vector<char> bytes{std::istreambuf_iterator(in), {}};
    const auto* const begin = reinterpret_cast<const std::byte*>(bytes.data());
    return parse({begin, begin + bytes.size()}, file.string());
}

Result<Xv6FileSystem> Xv6FileSystem::parse(std::vector<std::byte> image, std::string name) {
    Xv6FileSystem made(std::move(image), std::move(name));
    if (const auto fault = made.fault()) {
        return error(fmt::format("{}: is no file system of xv6: {}", made.name_, *fault));
    }
    made.find_direct();
    return made;
}

std::optional<std::string> Xv6FileSystem::fault() {
    if (image_.size() < 2 * block_size) {
        return fmt::format("{} bytes, expected more than {}", image_.size(), 2 * block_size);
    }
    super_ = load<Superblock>(block_size);
    if (super_.magic != magic) {
        return fmt::format("the superblock begins with 0x{:08x}, expected 0x{:08x}", super_.magic,
                           magic);
    }
    if (u64{super_.size} * block_size > image_.size()) {
        return fmt::format("the superblock says {} blocks, but the image has {}", super_.size,
                           image_.size() / block_size);
    }
    data_start_ = u64{super_.bitmap_start} + super_.size / bits_a_block + 1;
    const u64 inode_end =
        u64{super_.inode_start} + u64{super_.inodes} * sizeof(Inode) / block_size + 1;
    if (super_.inode_start < 2 || inode_end > super_.bitmap_start || data_start_ > super_.size) {
        return fmt::format(
            "inodes from block {}, {} of them, bitmap from block {}: these do not "
            "stand behind each other in {} blocks",
            super_.inode_start, super_.inodes, super_.bitmap_start, super_.size);
    }
    if (super_.inodes <= root || inode(root).type != directory) {
        return "inode 1 is no directory";
    }
    const u64 blocks = (inode(root).size + block_size - 1) / block_size;
    for (u64 n = 0; n < blocks; ++n) {
        if (!block_of(inode(root), n)) {
            return fmt::format(
                "the root directory has {} bytes, and block {} of it lies outside "
                "the data",
                inode(root).size, n);
        }
    }
    return std::nullopt;
}

// A file with more than 12 blocks has a thirteenth number only where twelve are its own.
void Xv6FileSystem::find_direct() {
    for (u64 number = root; number < super_.inodes; ++number) {
        const Inode one = inode(number);
        if (one.type == plain_file && one.size > 12 * block_size &&
            one.size <= (12 + numbers_a_block) * block_size) {
            direct_ = one.blocks[12] != 0 ? 12 : 11;
            return;
        }
    }
}

u64 Xv6FileSystem::inode_at(u64 number) const {
    return super_.inode_start * block_size + number * sizeof(Inode);
}

std::optional<u64> Xv6FileSystem::block_of(const Inode& inode, u64 n) const {
    const auto in_data = [&](u64 block) { return block >= data_start_ && block < super_.size; };
    if (n >= direct_ + numbers_a_block) {
        return std::nullopt;
    }
    u64 block = inode.blocks[std::min(n, direct_)];
    if (n >= direct_ && in_data(block)) {
        block = load<u32>(block * block_size + (n - direct_) * 4);
    }
    return in_data(block) ? std::optional(block) : std::nullopt;
}

std::vector<Xv6FileSystem::Entry> Xv6FileSystem::entries() const {
    std::vector<Entry> all;
    const Inode of_root = inode(root);
    for (u64 at = 0; at + sizeof(Entry) <= of_root.size; at += sizeof(Entry)) {
        all.push_back(
            load<Entry>(*block_of(of_root, at / block_size) * block_size + at % block_size));
    }
    return all;
}

std::vector<std::string> Xv6FileSystem::files() const {
    std::vector<std::string> names;
    for (const Entry& entry : entries()) {
        if (entry.inode != 0 && entry.text() != "." && entry.text() != "..") {
            names.push_back(entry.text());
        }
    }
    return names;
}

Result<std::vector<std::byte>> Xv6FileSystem::contents(std::string_view file) const {
    const std::vector<Entry> all = entries();
    const auto entry = std::ranges::find_if(
        all, [&](const Entry& one) { return one.inode != 0 && one.text() == file; });
    if (entry == all.end() || entry->inode >= super_.inodes) {
        return error(fmt::format("{}: there is no file {} in it", name_, file));
    }
    const Inode one = inode(entry->inode);
    std::vector<std::byte> bytes;
    for (u64 at = 0; at < one.size; at += block_size) {
        const auto block = block_of(one, at / block_size);
        if (!block) {
            return error(fmt::format("{}: block {} of {}, {} bytes long, lies outside the data",
                                     name_, at / block_size, file, one.size));
        }
        const auto* const begin = image_.data() + *block * block_size;
        bytes.insert(bytes.end(), begin, begin + std::min(block_size, one.size - at));
    }
    return bytes;
}

std::optional<u64> Xv6FileSystem::free_inode() const {
    for (u64 number = root + 1; number < super_.inodes; ++number) {
        if (inode(number).type == 0) {
            return number;
        }
    }
    return std::nullopt;
}

// Those behind the end count as free as far as the bitmap goes.
std::vector<u64> Xv6FileSystem::free_blocks(u64 most) const {
    std::vector<u64> blocks;
    const u64 end = (data_start_ - super_.bitmap_start) * bits_a_block;
    for (u64 block = data_start_; block < end && blocks.size() < most; ++block) {
        const auto bits = load<u8>(super_.bitmap_start * block_size + block / 8);
        if ((bits >> block % 8 & 1) == 0) {
            blocks.push_back(block);
        }
    }
    return blocks;
}

void Xv6FileSystem::take(u64 block) {
    const u64 at = super_.bitmap_start * block_size + block / 8;
    store(at, static_cast<u8>(load<u8>(at) | 1U << block % 8));
}

void Xv6FileSystem::write_file(u64 number, std::span<const std::byte> contents,
                               std::span<const u64> blocks) {
    Inode made{.type = plain_file,
               .major = 0,
               .minor = 0,
               .links = 1,
               .size = static_cast<u32>(contents.size()),
               .blocks = {}};
    if (blocks.size() > direct_) {  // the last one holds numbers
        made.blocks[direct_] = static_cast<u32>(blocks.back());
        blocks = blocks.first(blocks.size() - 1);
    }
    for (u64 n = 0; n < blocks.size(); ++n) {
        if (n < direct_) {
            made.blocks[n] = static_cast<u32>(blocks[n]);
        } else {
            store(made.blocks[direct_] * block_size + (n - direct_) * 4,
                  static_cast<u32>(blocks[n]));
        }
        std::ranges::copy(contents.subspan(n * block_size)
                              .first(std::min<u64>(block_size, contents.size() - n * block_size)),
                          image_.begin() + static_cast<std::ptrdiff_t>(blocks[n] * block_size));
    }
    store(inode_at(number), made);
}

void Xv6FileSystem::add_entry(u64 place, u64 number, std::string_view file) {
    Inode of_root = inode(root);
    Entry made{.inode = static_cast<u16>(number), .name = {}};
    std::ranges::copy(file, made.name.begin());
    const u64 at = place * sizeof(Entry);
    of_root.size = std::max(of_root.size, static_cast<u32>(at + sizeof(Entry)));
    store(inode_at(root), of_root);
    store(*block_of(of_root, at / block_size) * block_size + at % block_size, made);
}

Result<void> Xv6FileSystem::put(std::string_view file, std::span<const std::byte> contents) {
    const auto refused = [&](std::string why) {
        return error(fmt::format("{}: {} cannot be put into it: {}", name_, file, why));
    };
    if (file.empty() || file.size() > longest_name || file.contains('/')) {
        return refused(fmt::format("expected a name of 1 to {} bytes without /", longest_name));
    }
    if (contents.size() > most_bytes()) {
        return refused(
            fmt::format("it has {} bytes, and a file may have {}", contents.size(), most_bytes()));
    }
    const std::vector<Entry> all = entries();
    if (std::ranges::any_of(
            all, [&](const Entry& one) { return one.inode != 0 && one.text() == file; })) {
        return refused("there is one already");
    }
    const std::optional<u64> number = free_inode();
    if (!number) {
        return refused(fmt::format("all {} inodes are taken", super_.inodes));
    }
    const auto hole = std::ranges::find(all, 0, &Entry::inode);
    const u64 place = static_cast<u64>(hole - all.begin());
    const bool directory_grows = place * sizeof(Entry) % block_size == 0 && hole == all.end();
    if (directory_grows && place * sizeof(Entry) / block_size >= direct_) {
        return refused(fmt::format("the root directory is full, {} names", all.size()));
    }
    const u64 data = (contents.size() + block_size - 1) / block_size;
    const u64 wanted = data + (data > direct_ ? 1 : 0) + (directory_grows ? 1 : 0);
    std::vector<u64> blocks = free_blocks(wanted);
    if (blocks.size() < wanted) {
        return refused(fmt::format("it takes {} blocks, and {} are left", wanted, blocks.size()));
    }
    // Behind here nothing is refused.
    if (!blocks.empty() && blocks.back() >= super_.size) {
        super_.data_blocks += static_cast<u32>(blocks.back() + 1 - super_.size);
        super_.size = static_cast<u32>(blocks.back() + 1);
        image_.resize(std::max<u64>(image_.size(), super_.size * block_size));
        store(block_size, super_);
    }
    for (const u64 block : blocks) {
        take(block);
        std::fill_n(image_.begin() + static_cast<std::ptrdiff_t>(block * block_size), block_size,
                    std::byte{0});
    }
    if (directory_grows) {
        Inode of_root = inode(root);
        of_root.blocks[place * sizeof(Entry) / block_size] = static_cast<u32>(blocks.back());
        store(inode_at(root), of_root);
        blocks.pop_back();
    }
    write_file(*number, contents, blocks);
    add_entry(place, *number, file);
    return {};
}

}  // namespace stampede
