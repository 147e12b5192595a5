// Where a kernel keeps how often a frame is shared: found by holding every array of integers that
// is long enough, by every index that is usual, against its page tables.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "harts/observe/kernel/description_file.h"
#include "harts/observe/kernel/inferred.h"
#include "harts/observe/kernel/kernel_data.h"

namespace stampede {

struct FrameRange {
    u64 first = 0;  // address of the first frame
    u64 end = 0;    // behind the last
    [[nodiscard]] u64 count() const { return (end - first) / page_size; }
    [[nodiscard]] bool contains(u64 address) const { return address >= first && address < end; }
};

// The count of the frame at `pa` is the integer at address + (pa - frames.first) / 4096 * stride.
struct CountFormula {
    std::string text{};  // "refs.counts[pa/4096]"
    u64 address = 0;
    u64 stride = 0;  // bytes
    u64 width = 0;   // bytes: 1, 2, 4 or 8
    bool is_signed = false;
    // Of the array as a whole, which may lie in frames.
    u64 array_begin = 0, array_end = 0;
};

// What page tables say of a frame.
struct MappedFrame {
    u64 address = 0;
    u64 mappings = 0;
};

struct CountQuestion {
    const DataTypes& types;
    const Ram& ram;
    FrameRange frames;
    u64 kernel_end = 0;  // KernelDescription::image_end
    std::span<const MappedFrame> mapped;
    const DescriptionFile& said;
    // An address or what a variable holds, by name; for origins that are said.
    std::function<std::optional<u64>(const std::string&)> value_of;
};

// The one formula that agrees with nine tenths of the shared frames and of all that are mapped, of
// which there must be some: counts of other frames mean nothing. Not found: says why, and whether
// several different formulas agree. All processes asleep.
[[nodiscard]] Inferred<CountFormula> find_counts(const CountQuestion& question);

// By such a formula; no value outside RAM.
[[nodiscard]] std::optional<i64> count_at(const CountFormula& formula, const Ram& ram,
                                          const FrameRange& frames, u64 frame);

}  // namespace stampede
