#include "harts/observe/kernel/marker.h"

#include <fmt/format.h>

#include <array>

#include "harts/observe/kernel/inferred_view.h"

namespace stampede {

Inferred<u64> find_marker(const Ram& ram, const KernelDescription& kernel,
                          const DescriptionFile& said) {
    if (said.marker) {
        return {u64{1} << said.marker->value,
                fmt::format("bit {}, said by {}", said.marker->value, said.marker->where)};
    }
    constexpr std::array<u64, 3> usable{8, 9, 5};  // RSW, and G, which an Sv39 kernel may not miss
    const auto mappings = inferred_mappings(ram, kernel);
    u64 shared = 0, writable = 0;  // bits that such leaves have
    std::array<u64, 64> number{};
    for (u64 frame = 0; mappings && frame < kernel.frames->count(); ++frame) {
        for (const Mapping& mapping : mappings->of(frame)) {
            const u64 bits = mapping.pte.bits;
            writable |= mapping.pte.has(Pte::w) ? bits : 0;
            if (mappings->of(frame).size() > 1) {
                shared |= bits;
                for (const u64 bit : usable) {
                    number[bit] += bits >> bit & 1;
                }
            }
        }
    }
    u64 marker = 0;
    std::string text;
    for (const u64 bit : usable) {
        if ((shared >> bit & 1) != 0 && (writable >> bit & 1) == 0) {
            marker |= u64{1} << bit;
            text +=
                fmt::format("{}bit {}{}", text.empty() ? "" : ", ", bit, bit == 5 ? " (G)" : "");
            text += fmt::format(" in {} leaves of shared frames", number[bit]);
        }
    }
    return marker == 0 ? Inferred<u64>{std::nullopt,
                                       "no bit stands in leaves of shared frames and in "
                                       "none that is writable"}
                       : Inferred<u64>{marker, text + ", in none that is writable"};
}

}  // namespace stampede
