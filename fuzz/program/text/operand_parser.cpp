#include "fuzz/program/text/operand_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "fuzz/program/text/operand_text.h"

namespace stampede::fuzz {

namespace {

// All of `text` as a number; nothing where it is none.
std::optional<i64> number_in(std::string_view text, int base) {
    i64 value = 0;
    const auto [end, failure] =
        std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (text.empty() || failure != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

// `0x1f` within a range.
std::optional<u16> hex_in(std::string_view text, OffsetRange range) {
    if (!text.starts_with("0x")) {
        return std::nullopt;
    }
    const auto value = number_in(text.substr(2), 16);
    if (!value || *value < range.first || *value > range.last) {
        return std::nullopt;
    }
    return static_cast<u16>(*value);
}

// What stands behind `page`: `3` or `3+0x10`.
Result<Address> parse_page(Tokens& tokens) {
    const Token token = tokens.take();
    const u64 plus = token.text.find('+');
    const auto page = number_in(token.text.substr(0, plus), 10);
    const auto offset = plus == std::string_view::npos
                            ? std::optional<u16>(0)
                            : hex_in(token.text.substr(plus + 1), {0, page_size - 1});
    if (!page || *page < 0 || *page >= abi::program_region_pages || !offset) {
        return unexpected_token(token, "a page from 0 to 7, such as 3 or 3+0x10 (at most +0xfff)");
    }
    return Address{Address::Base::region,
                   static_cast<u16>(static_cast<u64>(*page) * page_size + *offset)};
}

Result<Address> parse_address(Tokens& tokens) {
    if (tokens.accept("page")) {
        return parse_page(tokens);
    }
    if (tokens.accept("null")) {
        return Address{};
    }
    const Token token = tokens.take();
    Address address{Address::Base::region, 0};
    std::string_view rest = token.text;
    for (const BaseWord& entry : base_words) {
        if (token.text.starts_with(entry.word)) {
            address.base = entry.base;
            rest.remove_prefix(entry.word.size());
        }
    }
    const OffsetRange range = offsets_of(address.base);
    const auto offset = hex_in(rest, range);
    if (!offset) {
        const std::string_view word = token.text.substr(0, token.text.size() - rest.size());
        return unexpected_token(
            token, word.empty() && !rest.starts_with("0x")
                       ? std::string("an address, such as 0x3, page 3, heap+0x0 or null")
                       : fmt::format("an offset from {}{:#x} to {}{:#x}", word, range.first, word,
                                     range.last));
    }
    address.offset = *offset;
    return address;
}

Result<Length> parse_length(Tokens& tokens) {
    for (u16 n = 0; n < std::size(length_words); ++n) {
        if (tokens.accept(length_words[n])) {
            return Length{static_cast<u16>(Length::huge + n)};
        }
    }
    const auto bytes =
        parse_number(tokens, 0, Length::last_plain, "huge, most, negative or a length");
    if (!bytes) {
        return std::unexpected(bytes.error());
    }
    return Length{static_cast<u16>(*bytes)};
}

Result<Descriptor> parse_descriptor(Tokens& tokens) {
    using namespace abi::program_descriptor;
    if (tokens.accept("fd")) {
        const auto number = parse_number(tokens, first_raw, last_raw, "a descriptor's number");
        if (!number) {
            return std::unexpected(number.error());
        }
        return Descriptor{static_cast<u8>(raw + (*number - first_raw))};
    }
    const Token token = tokens.take();
    for (u8 n = 0; n < raw; ++n) {
        Call call;
        call.descriptor = {n};
        if (operand_text(call, Operand::Descriptor) == token.text) {
            return Descriptor{n};
        }
    }
    return unexpected_token(token,
                            "a descriptor: p0.r to p3.w, q0.r to q1.w, f0 to f3, d0 to d3 or fd N");
}

Result<Pid> parse_pid(Tokens& tokens) {
    using namespace abi::program_pid;
    for (const auto& [word, first, last] :
         {std::tuple{"process", process, self - 1}, std::tuple{"pid", raw, count - 1}}) {
        if (tokens.accept(word)) {
            const auto number =
                parse_number(tokens, 0, last - first, fmt::format("the number of a {}", word));
            if (!number) {
                return std::unexpected(number.error());
            }
            return Pid{static_cast<u8>(first + *number)};
        }
    }
    const Token token = tokens.take();
    for (u8 n = 0; n <= self; ++n) {
        Call call;
        call.pid = {n};
        if (operand_text(call, Operand::Pid) == token.text) {
            return Pid{n};
        }
    }
    return unexpected_token(token, "a pid: r0 to r3, process N, self or pid N");
}

Result<Path> parse_path(Tokens& tokens) {
    const Token token = tokens.take();
    for (u8 n = 0; n < abi::program_path_limit; ++n) {
        if (token.is(path_text({n}))) {
            return Path{n};
        }
    }
    std::string all;
    for (u8 n = 0; n < abi::program_path_limit; ++n) {
        all += (n == 0 ? " " : ", ") + path_text({n});
    }
    return unexpected_token(token, "a path of" + all);
}

Result<i64> parse_flags(Tokens& tokens) {
    const Token token = tokens.take();
    for (i32 flags = 0; flags <= numbers_of(Operand::OpenFlags).last; ++flags) {
        Call call;
        call.number = flags;
        if (operand_text(call, Operand::OpenFlags) == token.text) {
            return flags;
        }
    }
    return unexpected_token(token, "read, write or both, then ,create and ,truncate");
}

Result<i64> parse_call_number(Tokens& tokens, Operand operand) {
    if (operand == Operand::OpenFlags) {
        return parse_flags(tokens);
    }
    if (operand == Operand::HeapBytes && tokens.accept(least_word)) {
        return least_heap_bytes;
    }
    const NumberRange range = numbers_of(operand);
    return parse_number(tokens, range.first, range.last,
                        operand == Operand::HeapBytes ? "least or a number of bytes" : "a number");
}

// Where `value` goes, if it is one.
template <class T, class To>
Result<void> set(const Result<T>& value, To& to) {
    if (!value) {
        return std::unexpected(value.error());
    }
    to = static_cast<To>(*value);
    return {};
}

}  // namespace

Result<i64> parse_number(Tokens& tokens, i64 first, i64 last, std::string_view expected) {
    const Token token = tokens.take();
    const auto value = number_in(token.text, 10);
    if (!value || *value < first || *value > last) {
        return unexpected_token(token, fmt::format("{} from {} to {}", expected, first, last));
    }
    return *value;
}

Result<u8> parse_slot(Tokens& tokens, char letter) {
    const Token token = tokens.take();
    const u8 slot = static_cast<u8>(
        token.text.size() == 2 && token.text[0] == letter ? token.text[1] - '0' : 0xff);
    if (slot >= abi::program_slots) {
        return unexpected_token(token,
                                fmt::format("{}0 to {}{}", letter, letter, abi::program_slots - 1));
    }
    return slot;
}

Result<void> parse_operand(Tokens& tokens, Operand operand, Call& call) {
    switch (operand) {
    case Operand::PipeSlot: return set(parse_slot(tokens, shape_of(call.kind).letter), call.slot);
    case Operand::Descriptor: return set(parse_descriptor(tokens), call.descriptor);
    case Operand::Pid: return set(parse_pid(tokens), call.pid);
    case Operand::Path: return set(parse_path(tokens), call.path);
    case Operand::SecondPath: return set(parse_path(tokens), call.second_path);
    case Operand::Address:
    case Operand::OptionalAddress: return set(parse_address(tokens), call.address);
    case Operand::Length: return set(parse_length(tokens), call.length);
    default: return set(parse_call_number(tokens, operand), call.number);
    }
}

}  // namespace stampede::fuzz
