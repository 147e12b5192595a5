// make_archive OUTPUT NAME=FILE...: the archive of kernel/fs/archive.h. The output depends on names
// and contents alone.
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "kernel/fs/archive.h"

using namespace kernel;

namespace {

constexpr int usage_status = 1;

int complain(const std::string& message) {
    std::fprintf(stderr, "make_archive: %s\n", message.c_str());
    return usage_status;
}

void append(std::vector<char>& bytes, const void* from, std::size_t size) {
    const auto* begin = static_cast<const char*>(from);
    bytes.insert(bytes.end(), begin, begin + size);
}

std::uint64_t aligned(std::uint64_t offset) {
    return (offset + archive_alignment - 1) / archive_alignment * archive_alignment;
}

std::vector<char> make_archive(const std::map<std::string, std::vector<char>>& files) {
    std::vector<char> bytes;
    const ArchiveHeader header{ArchiveHeader::expected_magic,
                               static_cast<std::uint32_t>(files.size()), 0};
    append(bytes, &header, sizeof header);
    std::uint64_t offset = aligned(sizeof header + files.size() * sizeof(ArchiveEntry));
    for (const auto& [name, contents] : files) {
        ArchiveEntry entry{{}, offset, contents.size()};
        std::memcpy(entry.name, name.data(), name.size());
        append(bytes, &entry, sizeof entry);
        offset = aligned(offset + contents.size());
    }
    for (const auto& [name, contents] : files) {
        bytes.resize(aligned(bytes.size()));
        append(bytes, contents.data(), contents.size());
    }
    return bytes;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        return complain("usage: make_archive OUTPUT NAME=FILE...");
    }
    std::map<std::string, std::vector<char>> files;
    for (int i = 2; i < argc; ++i) {
        const std::string word = argv[i];
        const std::size_t sign = word.find('=');
        if (sign == std::string::npos || sign == 0 || sign > stampede::abi::directory_name_size) {
            return complain("`" + word + "` is not NAME=FILE with a name of 1 to 14 characters");
        }
        std::ifstream in(word.substr(sign + 1), std::ios::binary);
        if (!in) {
            return complain("cannot read " + word.substr(sign + 1));
        }
        std::vector<char> contents{std::istreambuf_iterator<char>(in), {}};
        if (!files.emplace(word.substr(0, sign), std::move(contents)).second) {
            return complain("the name " + word.substr(0, sign) + " is given twice");
        }
    }
    const std::vector<char> bytes = make_archive(files);
    std::ofstream out(argv[1], std::ios::binary | std::ios::trunc);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return out.flush() ? 0 : complain(std::string("cannot write ") + argv[1]);
}
