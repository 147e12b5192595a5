#include "fuzz/program/view.h"

#include <algorithm>
#include <cassert>

#include "kernel/abi/system_calls.h"

namespace stampede::fuzz {

namespace {

constexpr i64 region_size = abi::program_region_size;

class Watcher {
public:
    void watch(const Calls& calls) {
        for (const Call& call : calls) {
            const auto place = region_place(call.address);
            if (place && *place >= 0) {
                see(call, static_cast<u16>(*place));
            }
            watch(call.body);
        }
    }

    WatchedBytes take() {
        std::ranges::sort(bytes_.offsets);
        const auto repeated = std::ranges::unique(bytes_.offsets);
        bytes_.offsets.erase(repeated.begin(), repeated.end());
        std::ranges::sort(bytes_.checked);
        return std::move(bytes_);
    }

private:
    void see(const Call& call, u16 offset) {
        const bool written = call.kind == CallKind::store || bytes_written(call) != 0;
        if (written || call.kind == CallKind::load) {
            bytes_.offsets.push_back(offset);
        }
        if (written && bytes_.checked.size() < WatchedBytes::most_checked &&
            std::ranges::find(bytes_.checked, offset) == bytes_.checked.end()) {
            bytes_.checked.push_back(offset);
        }
    }

    WatchedBytes bytes_;
};

}  // namespace

u64 bytes_written(const Call& call) {
    switch (call.kind) {
    case CallKind::read: return call.length.plain() ? call.length.code : u64{INT32_MAX};
    case CallKind::fstat: return sizeof(abi::Stat);
    case CallKind::pipe: return 2 * sizeof(i32);
    case CallKind::wait: return sizeof(i32);
    default: return 0;
    }
}

std::optional<i64> region_place(Address address) {
    switch (address.base) {
    case Address::Base::region: return address.offset;
    case Address::Base::stack: return -i64{address.offset};
    default: return std::nullopt;
    }
}

WatchedBytes watched_bytes(const Program& program) {
    Watcher watcher;
    for (const Process& process : program.processes) {
        watcher.watch(process.calls);
    }
    return watcher.take();
}

View::View(std::span<const u16> offsets) : offsets_(offsets) {
    for (const u16 offset : offsets) {
        bytes_.push_back(abi::program_initial_byte(offset));
    }
}

u64 View::index_of(u16 offset) const {
    const auto found = std::ranges::lower_bound(offsets_, offset);
    assert(found != offsets_.end() && *found == offset);
    return static_cast<u64>(found - offsets_.begin());
}

std::optional<u8> View::at(u16 offset) const {
    const i16 byte = bytes_[index_of(offset)];
    return byte == unknown ? std::nullopt : std::optional(static_cast<u8>(byte));
}

void View::store(u16 offset, u8 byte) { bytes_[index_of(offset)] = byte; }

void View::may_write(Address address, u64 bytes) {
    const auto place = region_place(address);
    if (!place) {
        return;
    }
    const i64 end = *place + static_cast<i64>(bytes);
    for (u64 n = 0; n < offsets_.size(); ++n) {
        if (offsets_[n] >= *place && offsets_[n] < end) {
            bytes_[n] = unknown;
        }
    }
}

bool View::certainly_bad(Address address, u64 bytes, Access access) const {
    switch (address.base) {
    case Address::Base::hole:
    case Address::Base::below_max:
    case Address::Base::above_max:
    case Address::Base::kernel: return true;
    case Address::Base::heap: return heap_ == Heap::AtBeginning;
    case Address::Base::text: return access == Access::Write;
    case Address::Base::null: return false;
    case Address::Base::stack: return address.offset > page_size;
    case Address::Base::region:
        return heap_ == Heap::AtBeginning && address.offset + static_cast<i64>(bytes) > region_size;
    }
    return false;
}

}  // namespace stampede::fuzz
