#include "kernel/tests/user_cpu.h"

#include <fmt/format.h>

#include <stdexcept>

namespace kernel::test {

namespace {

bool allows(Pte entry, Access kind) {
    switch (kind) {
    case Access::read: return entry.has(Pte::valid | Pte::user | Pte::read);
    case Access::write: return entry.has(Pte::valid | Pte::user | Pte::write);
    case Access::execute: return entry.has(Pte::valid | Pte::user | Pte::execute);
    }
    return false;
}

// The leaf entry; an invalid one where a table is missing. Privileged specification, "Virtual
// Address Translation Process".
Pte walk(PhysAddr root, VirtAddr address) {
    if (address.value >= user_end) {
        return {};
    }
    PhysAddr table = root;
    for (unsigned level = 3; level-- > 0;) {
        std::uint64_t index = address.value >> (12 + 9 * level) & 511;
        Pte entry = reinterpret_cast<const Pte*>(arch::direct_map(table))[index];
        if (level == 0 || !entry.has(Pte::valid)) {
            return entry;
        }
        table = entry.frame();
    }
    return {};
}

}  // namespace

void UserCpu::run(AddressSpace& space) {
    space.activate();
    running_ = &space;
}

Pte UserCpu::translation(VirtAddr page) {
    auto [place, absent] = translations_.try_emplace({asid_, page});
    if (absent) {
        place->second = walk(root_, page);
    }
    return place->second;
}

Result<std::byte*> UserCpu::access(VirtAddr address, Access kind) {
    for (int tries = 0; tries < 3; ++tries) {
        Pte entry = translation(address.page_down());
        if (allows(entry, kind)) {
            return arch::direct_map(entry.frame()) + address.page_offset();
        }
        Result<void> handled = running_->handle_fault(address, kind);
        if (!handled) {
            return failure(handled.error());
        }
    }
    throw std::runtime_error(fmt::format("the access at 0x{:x} faults for ever", address.value));
}

Result<std::byte> UserCpu::load(VirtAddr address) {
    Result<std::byte*> place = access(address, Access::read);
    if (!place) {
        return failure(place.error());
    }
    return **place;
}

Result<void> UserCpu::store(VirtAddr address, std::byte value) {
    Result<std::byte*> place = access(address, Access::write);
    if (!place) {
        return failure(place.error());
    }
    **place = value;
    return {};
}

Result<void> UserCpu::fetch(VirtAddr address) {
    Result<std::byte*> place = access(address, Access::execute);
    if (!place) {
        return failure(place.error());
    }
    return {};
}

void UserCpu::hear(const host::TranslationEvent& event) {
    using Kind = host::TranslationEvent::Kind;
    if (arch::cpu_id() != cpu_) {
        return;
    }
    switch (event.kind) {
    case Kind::flush_page: translations_.erase({event.asid, event.page}); break;
    case Kind::flush_space:
        std::erase_if(translations_, [&](auto& t) { return t.first.first == event.asid; });
        break;
    case Kind::flush_all: translations_.clear(); break;
    case Kind::use_page_table:
        root_ = event.root;
        asid_ = event.asid;
        break;
    }
}

}  // namespace kernel::test
