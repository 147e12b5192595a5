// mkfs IMAGE FILE...: a file system that holds the files in its root, each by the last part of its
// path without a leading `_`.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fs.h"
#include "param.h"
#include "stat.h"

namespace {

constexpr uint inodes = 200;
constexpr uint inode_blocks = inodes / IPB + 1;
constexpr uint bitmap_blocks = FSSIZE / BPB + 1;
constexpr uint first_data = 2 + LOGBLOCKS + inode_blocks + bitmap_blocks;
constexpr superblock sb{
    .magic = FSMAGIC,
    .size = FSSIZE,
    .nblocks = FSSIZE - first_data,
    .ninodes = inodes,
    .nlog = LOGBLOCKS,
    .logstart = 2,
    .inodestart = 2 + LOGBLOCKS,
    .bmapstart = 2 + LOGBLOCKS + inode_blocks,
};

[[noreturn]] void fail(const std::string& what) {
    std::fprintf(stderr, "mkfs: %s\n", what.c_str());
    std::exit(1);
}

class Image {
public:
    Image() { std::memcpy(block(1), &sb, sizeof(sb)); }

    uint add_inode(short type) {
        const uint inum = next_inode_++;
        if (inum >= inodes) {
            fail("no inode is left");
        }
        inode(inum) = {.type = type, .major = 0, .minor = 0, .nlink = 1, .size = 0, .addrs = {}};
        return inum;
    }

    void append(uint inum, const std::string& bytes) {
        dinode& file = inode(inum);
        for (size_t done = 0, n = 0; done < bytes.size(); done += n, file.size += n) {
            const uint at = file.size % BSIZE;
            n = std::min<size_t>(BSIZE - at, bytes.size() - done);
            std::memcpy(block(block_of(file, file.size / BSIZE)) + at, &bytes[done], n);
        }
    }

    void enter(uint directory, const std::string& name, uint inum) {
        dirent entry{.inum = static_cast<ushort>(inum), .name = {}};
        if (name.size() > DIRSIZ) {
            fail(name + ": a name has at most 14 characters");
        }
        std::memcpy(entry.name, name.data(), name.size());
        append(directory, std::string(reinterpret_cast<const char*>(&entry), sizeof(entry)));
    }

    void write(const char* path) {
        for (uint b = 0; b < next_block_; b++) {
            block(BBLOCK(b, sb))[b % BPB / 8] |= 1 << b % 8;
        }
        std::ofstream out(path, std::ios::binary);
        out.write(bytes_.data(), bytes_.size());
        if (!out.flush()) {
            fail(std::string(path) + " cannot be written");
        }
    }

private:
    char* block(uint number) { return &bytes_[size_t{number} * BSIZE]; }
    dinode& inode(uint inum) {
        return reinterpret_cast<dinode*>(block(IBLOCK(inum, sb)))[inum % IPB];
    }
    uint present(uint& number) {
        if (number == 0 && (number = next_block_++) >= FSSIZE) {
            fail("no block is left");
        }
        return number;
    }
    uint block_of(dinode& file, uint index) {
        if (index < NDIRECT) {
            return present(file.addrs[index]);
        }
        if (index >= MAXFILE) {
            fail("a file is longer than 268 blocks");
        }
        auto* list = reinterpret_cast<uint*>(block(present(file.addrs[NDIRECT])));
        return present(list[index - NDIRECT]);
    }

    std::vector<char> bytes_ = std::vector<char>(FSSIZE * BSIZE);
    uint next_inode_ = ROOTINO;
    uint next_block_ = first_data;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        fail("usage: mkfs IMAGE FILE...");
    }
    Image image;
    const uint root = image.add_inode(T_DIR);
    image.enter(root, ".", root);
    image.enter(root, "..", root);
    for (int i = 2; i < argc; i++) {
        std::ifstream in(argv[i], std::ios::binary);
        if (!in) {
            fail(std::string(argv[i]) + " cannot be read");
        }
        std::string name(argv[i]);
        name.erase(0, name.rfind('/') + 1);
        const uint file = image.add_inode(T_FILE);
        image.append(file, {std::istreambuf_iterator<char>(in), {}});
        image.enter(root, name.substr(name[0] == '_'), file);
    }
    image.write(argv[1]);
}
