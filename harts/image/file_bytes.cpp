#include "harts/image/file_bytes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>

namespace stampede {

Result<FileBytes> FileBytes::read(const std::filesystem::path& path, std::string_view expected) {
    std::error_code failure;
    const auto status = std::filesystem::status(path, failure);
    if (!std::filesystem::exists(status)) {
        return error(fmt::format(
            "{}: cannot be read: {}, expected {}", path.string(),
            std::generic_category().message(failure ? failure.value() : ENOENT), expected));
    }
    if (!std::filesystem::is_regular_file(status)) {
        return error(fmt::format(
            "{}: is {}, expected {}", path.string(),
            std::filesystem::is_directory(status) ? "a directory" : "no regular file", expected));
    }
    const u64 size = std::filesystem::file_size(path, failure);
    std::ifstream stream(path, std::ios::binary);
    if (failure || !stream) {
        return error(fmt::format("{}: cannot be read: {}, expected {}", path.string(),
                                 std::generic_category().message(failure ? failure.value() : errno),
                                 expected));
    }
    if (size > longest_guest_file) {
        return error(fmt::format("{}: has {} bytes, expected at most {}", path.string(), size,
                                 longest_guest_file));
    }
    auto data = std::make_shared_for_overwrite<std::byte[]>(size);
    if (!stream.read(reinterpret_cast<char*>(data.get()), static_cast<std::streamsize>(size))) {
        return error(fmt::format("{}: gave {} bytes, expected the {} of its size", path.string(),
                                 stream.gcount(), size));
    }
    return FileBytes(std::move(data), size);
}

FileBytes FileBytes::copy_of(std::span<const std::byte> bytes) {
    auto data = std::make_shared_for_overwrite<std::byte[]>(bytes.size());
    std::ranges::copy(bytes, data.get());
    return {std::move(data), bytes.size()};
}

}  // namespace stampede
