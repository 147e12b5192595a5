// Which hart ran for how many instructions, and its text: `0×1000 (1×500 2×500)*57`.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harts/base/error.h"
#include "harts/base/types.h"

namespace stampede {

// A turn of one hart.
struct HartRun {
    u32 hart = 0;
    u64 instructions = 0;
    friend bool operator==(const HartRun&, const HartRun&) = default;
};

// what a text may stand for: 16 MB of them
inline constexpr std::size_t most_hart_runs = std::size_t{1} << 20;

// The words of the text, none longer than it has to be: turns that repeat stand once, in brackets
// with their number. A word is a turn, with a bracket before or behind it where a group begins or
// ends. Linear in the number of runs.
[[nodiscard]] std::vector<std::string> hart_run_words(std::span<const HartRun> runs);

// Reads such words, one by one; a letter x is as good as ×. Groups do not nest.
class HartRunReader {
public:
    // Of a machine with so many harts.
    explicit HartRunReader(unsigned harts) : harts_(harts) {}

    // Error: what was found and what was expected; nothing may be read after one.
    [[nodiscard]] Result<void> read(std::string_view word);
    // All of it. Error: a group is still open.
    [[nodiscard]] Result<std::vector<HartRun>> finish();

private:
    [[nodiscard]] Result<void> repeat(std::string_view times);

    unsigned harts_;
    std::vector<HartRun> runs_;
    std::size_t group_ = none;  // where the open group begins
    static constexpr std::size_t none = ~std::size_t{0};
};

}  // namespace stampede
