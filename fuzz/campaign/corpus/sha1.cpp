#include "fuzz/campaign/corpus/sha1.h"

#include <fmt/format.h>

#include <array>
#include <bit>

#include "harts/base/types.h"

namespace stampede::campaign {
namespace {

constexpr std::size_t block_size = 64, length_size = 8;

using Hash = std::array<u32, 5>;

u32 big_endian(std::string_view bytes, std::size_t at) {
    u32 word = 0;
    for (std::size_t n = 0; n < sizeof word; ++n) {
        word = word << 8 | static_cast<u8>(bytes[at + n]);
    }
    return word;
}

// Section 6.1.2.
void add_block(Hash& hash, std::string_view block) {
    std::array<u32, 80> words;
    for (std::size_t t = 0; t < words.size(); ++t) {
        words[t] = t < 16 ? big_endian(block, 4 * t) : std::rotl(words[t - 3] ^ words[t - 8] ^ words[t - 14] ^ words[t - 16], 1);
    }
    auto [a, b, c, d, e] = hash;
    for (std::size_t t = 0; t < words.size(); ++t) {
        const u32 mixed = t < 20   ? ((b & c) ^ (~b & d)) + 0x5a827999
                          : t < 40 ? (b ^ c ^ d) + 0x6ed9eba1
                          : t < 60 ? ((b & c) ^ (b & d) ^ (c & d)) + 0x8f1bbcdc
                                   : (b ^ c ^ d) + 0xca62c1d6;
        const u32 next = std::rotl(a, 5) + mixed + e + words[t];
        e = d;
        d = c;
        c = std::rotl(b, 30);
        b = a;
        a = next;
    }
    hash = {hash[0] + a, hash[1] + b, hash[2] + c, hash[3] + d, hash[4] + e};
}

// A one, zeros, and the length in bits (section 5.1.1).
std::string padded(std::string_view bytes) {
    std::string text(bytes);
    text += '\x80';
    while ((text.size() + length_size) % block_size != 0) {
        text += '\0';
    }
    const u64 bits = u64{bytes.size()} * 8;
    for (std::size_t n = length_size; n-- != 0;) {
        text += static_cast<char>(bits >> (8 * n));
    }
    return text;
}

}  // namespace

std::string sha1(std::string_view bytes) {
    Hash hash{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    const std::string text = padded(bytes);
    for (std::size_t at = 0; at < text.size(); at += block_size) {
        add_block(hash, std::string_view(text).substr(at, block_size));
    }
    std::string digits;
    for (const u32 word : hash) {
        digits += fmt::format("{:08x}", word);
    }
    return digits;
}

}  // namespace stampede::campaign
