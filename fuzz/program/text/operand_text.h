// The words of a single operand.
#pragma once
#include <string>

#include "fuzz/program/program.h"

namespace stampede::fuzz {

// Of an address, a descriptor and so on; what `call` has for `operand`, which is neither Result nor
// Body.
[[nodiscard]] std::string operand_text(const Call& call, Operand operand);
[[nodiscard]] std::string path_text(Path path);

// How each base but the region is written, sign included.
struct BaseWord {
    Address::Base base;
    std::string_view word;
};
inline constexpr BaseWord base_words[] = {
    {Address::Base::heap, "heap+"},       {Address::Base::text, "text+"},
    {Address::Base::stack, "stack-"},     {Address::Base::hole, "hole+"},
    {Address::Base::below_max, "maxva-"}, {Address::Base::above_max, "maxva+"},
    {Address::Base::kernel, "kernel+"},
};

inline constexpr std::string_view mode_words[] = {"read", "write", "both"};
inline constexpr std::string_view create_word = ",create", truncate_word = ",truncate";
inline constexpr std::string_view least_word = "least";
inline constexpr std::string_view length_words[] = {"huge", "most",
                                                    "negative"};  // from Length::huge on
inline constexpr std::string_view path_words[] = {"empty", "too-long", "unmapped",
                                                  "in-kernel"};  // from program_path_empty on

}  // namespace stampede::fuzz
