// What somebody says of a kernel where it cannot be inferred, a line each:
//
//     # a comment
//     counts NAME[.member] [index (pa-ORIGIN)/4096]   ORIGIN: a number, KERNBASE, PGROUNDUP(end),
//                                                     PGROUNDDOWN(end), a symbol's address, or what
//                                                     a variable holds; `index pa/4096`
//     counts none
//     allocate FUNCTION          gives a frame
//     free FUNCTION              takes one back
//     free-list NAME[.member]    the head of one; once for each
//     processes NAME             the process table
//     end ADDRESS                behind the last frame
//     marker BIT                 of a leaf PTE that is copied on write
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harts/base/error.h"
#include "harts/base/types.h"

namespace stampede {

struct Said {
    std::string name;
    std::string where;  // "FILE:LINE"
};
struct SaidNumber {
    u64 value = 0;
    std::string where;
};
struct SaidCounts {
    std::string name;    // "none": the kernel has none
    std::string origin;  // "": to be inferred; "0": index pa/4096
    std::string where;
};

struct DescriptionFile {
    std::optional<SaidCounts> counts;
    std::optional<Said> allocate, free, processes;
    std::vector<Said> free_lists;
    std::optional<SaidNumber> end, marker;

    // Error: the file cannot be read; else as parse().
    [[nodiscard]] static Result<DescriptionFile> read(const std::filesystem::path& file);
    // Error: names file and line, what stands there and what was expected. Whether the kernel has
    // what is named shows when it is described.
    [[nodiscard]] static Result<DescriptionFile> parse(std::string_view text,
                                                       const std::string& file);
};

// Decimal, or hexadecimal behind 0x.
[[nodiscard]] std::optional<u64> number_in(std::string_view text);

}  // namespace stampede
