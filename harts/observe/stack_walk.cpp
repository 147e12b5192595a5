#include "harts/observe/stack_walk.h"

#include "harts/memory/walk.h"

namespace stampede {

std::optional<PhysAddr> translate(const Ram& ram, Translation translation, u64 address) {
    const auto in_ram = [&](PhysAddr at, u64 bytes) { return ram.contains(at, bytes); };
    if (translation.mode == Privilege::Machine || !translation.satp.paging()) {
        return in_ram({address}, 1) ? std::optional(PhysAddr{address}) : std::nullopt;
    }
    const auto read_pte = [&](PhysAddr at) {
        return in_ram(at, 8) ? std::optional(ram.load_u64(at)) : std::nullopt;
    };
    const auto leave_it = [](PhysAddr, u64, u64) { return true; };
    const auto walked =
        walk(translation.satp, address, Access::Read,
             {.privilege = translation.mode, .sum = true, .mxr = true}, read_pte, leave_it);
    return walked && in_ram(walked->address, 1) ? std::optional(walked->address) : std::nullopt;
}

std::optional<u64> peek(const Ram& ram, Translation translation, u64 address) {
    if (address % 8 != 0) {
        return std::nullopt;
    }
    const std::optional<PhysAddr> at = translate(ram, translation, address);
    return at && ram.contains(*at, 8) ? std::optional(ram.load_u64(*at)) : std::nullopt;
}

std::vector<u64> walk_stack(const Ram& ram, Translation translation, u64 pc, u64 fp,
                            std::size_t limit) {
    std::vector<u64> chain(limit);
    chain.resize(walk_stack(ram, translation, pc, fp, chain));
    return chain;
}

std::size_t walk_stack(const Ram& ram, Translation translation, u64 pc, u64 fp,
                       std::span<u64> chain) {
    std::size_t count = 0;
    chain[count++] = pc;
    while (count < chain.size() && fp % 16 == 0 && fp >= 16) {
        const std::optional<u64> return_address = peek(ram, translation, fp - 8);
        const std::optional<u64> caller = peek(ram, translation, fp - 16);
        if (!return_address || !caller || *return_address == 0) {
            break;
        }
        chain[count++] = *return_address;
        if (*caller <= fp) {
            break;
        }
        fp = *caller;
    }
    return count;
}

}  // namespace stampede
