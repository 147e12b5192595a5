// A guest's file in memory, for as long as anybody looks at it.
#pragma once
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

#include "harts/base/error.h"
#include "harts/base/types.h"

namespace stampede {

// bytes; a sparse file can claim to have any number
inline constexpr u64 longest_guest_file = u64{1} << 30;

// Never changes; copies share the bytes. Not a mapping: one of a file that somebody cuts short
// meanwhile would end the process.
class FileBytes {
public:
    // Error: names the file and why it cannot be read, or what it is that is no file, and
    // `expected`.
    [[nodiscard]] static Result<FileBytes> read(const std::filesystem::path& file,
                                                std::string_view expected = "an ELF file");
    [[nodiscard]] static FileBytes copy_of(std::span<const std::byte> bytes);

    [[nodiscard]] std::span<const std::byte> span() const { return {data_.get(), size_}; }

private:
    FileBytes(std::shared_ptr<const std::byte[]> data, std::size_t size)
        : data_(std::move(data)), size_(size) {}

    std::shared_ptr<const std::byte[]> data_;
    std::size_t size_;
};

}  // namespace stampede
