#include "harts/devices/virtio/virtio_blk.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace stampede {
namespace {

constexpr u64 read_only_feature = u64{1} << 5, flush_feature = u64{1} << 9;      // 5.2.3
enum Type : u32 { type_in = 0, type_out = 1, type_flush = 4, type_get_id = 8 };  // 5.2.6
enum Status : u8 { status_ok = 0, status_io_error = 1, status_unsupported = 2 };

struct Header {
    u32 type, reserved;
    u64 sector;
};

}  // namespace

// A request: its header, data for the device to read behind it, data for it to write, its status.
struct VirtioBlk::Request {
    HartId by;
    DeviceMemory& memory;
    const DescriptorChain& chain;
    Header header;
    u64 readable, writable;  // bytes of data
};

VirtioBlk::VirtioBlk(const DiskConfig& config, std::string_view name)
    : disk_(config.image),
      access_(config.access),
      capacity_(std::bit_cast<std::array<u8, sizeof(u64)>>(disk_.sectors())) {
    std::ranges::copy(name.substr(0, name_size), name_.begin());
}

u64 VirtioBlk::features() const {
    return flush_feature | (access_ == DiskConfig::Access::ReadOnly ? read_only_feature : 0);
}

Result<VirtioDevice::Served> VirtioBlk::serve(HartId by, DeviceMemory& memory,
                                              const DescriptorChain& chain) {
    const u64 readable = size_of(chain.readable), writable = size_of(chain.writable);
    if (readable < sizeof(Header)) {
        return error(
            fmt::format("a request has {} bytes for the disk to read: the {} of its "
                        "header at least are expected",
                        readable, sizeof(Header)));
    }
    if (writable == 0) {
        return error(
            "a request has no byte for the disk to write: the one of its status at least "
            "is expected");
    }
    std::array<u8, sizeof(Header)> header{};
    load_from(memory, chain.readable, 0, header);
    Answer answered = answer({by, memory, chain, std::bit_cast<Header>(header),
                              readable - sizeof(Header), writable - 1});
    store_to(by, memory, chain.writable, writable - 1, std::span(&answered.status, 1));
    // what counts as written is written from the first byte on (2.7.8.2)
    const u64 written = answered.written + (answered.written == writable - 1 ? 1 : 0);
    return Served{static_cast<u32>(written), std::move(answered.misuse)};
}

VirtioBlk::Answer VirtioBlk::answer(const Request& request) {
    switch (request.header.type) {
    case type_in: return read(request);
    case type_out: return write(request);
    case type_flush: return {status_ok};
    case type_get_id: return tell_name(request);
    default: return {status_unsupported};
    }
}

// Of `data` bytes that are to go one way, and `other` that the request has for the other one.
std::string VirtioBlk::why_not(const Request& request, std::string_view verb, u64 data,
                               u64 other) const {
    if (other != 0 || data == 0 || data % Disk::sector_size != 0) {
        return fmt::format(
            "a request to {} has {} bytes of data that go this way and {} that go the "
            "other: sectors of {} and 0 are expected",
            verb, data, other, Disk::sector_size);
    }
    const u64 sectors = data / Disk::sector_size, sector = request.header.sector;
    if (sector > disk_.sectors() || sectors > disk_.sectors() - sector) {
        return fmt::format(
            "a request is to {} {} sectors from {} on: some of the disk's {} are "
            "expected",
            verb, sectors, sector, disk_.sectors());
    }
    return {};
}

VirtioBlk::Answer VirtioBlk::read(const Request& request) {
    if (std::string misuse = why_not(request, "read", request.writable, request.readable);
        !misuse.empty()) {
        return {status_io_error, 0, std::move(misuse)};
    }
    std::vector<u8> data(request.writable);
    disk_.read(request.header.sector, data);
    store_to(request.by, request.memory, request.chain.writable, 0, data);
    return {status_ok, data.size()};
}

VirtioBlk::Answer VirtioBlk::write(const Request& request) {
    if (access_ == DiskConfig::Access::ReadOnly) {
        return {status_io_error};
    }
    if (std::string misuse = why_not(request, "write", request.readable, request.writable);
        !misuse.empty()) {
        return {status_io_error, 0, std::move(misuse)};
    }
    std::vector<u8> data(request.readable);
    load_from(request.memory, request.chain.readable, sizeof(Header), data);
    disk_.write(request.header.sector, data);
    return {status_ok};
}

VirtioBlk::Answer VirtioBlk::tell_name(const Request& request) const {
    const std::size_t size = std::min<u64>(request.writable, name_size);
    store_to(request.by, request.memory, request.chain.writable, 0, std::span(name_).first(size));
    return {status_ok, size};
}

}  // namespace stampede
