#include "harts/oracles/guest/trap_text.h"

#include <charconv>

#include "harts/oracles/findings/stable_title.h"
#include "harts/oracles/findings/trap_names.h"

namespace stampede {

std::optional<u64> number_behind(std::string_view line, std::string_view word, int base) {
    const std::size_t at = line.find(word);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view rest = line.substr(at + word.size());
    u64 number = 0;
    const auto [end, failure] =
        std::from_chars(rest.data(), rest.data() + rest.size(), number, base);
    return failure == std::errc{} ? std::optional(number) : std::nullopt;
}

std::optional<TrapText> read_trap(std::string_view text) {
    constexpr std::string_view cause_word = "scause 0x";
    const std::optional<u64> cause = number_behind(text, cause_word, 16);
    if (!cause || (*cause >> 63) != 0) {
        return std::nullopt;
    }
    return TrapText{stable_title(text.substr(0, text.find(cause_word))), exception_name(*cause)};
}

}  // namespace stampede
