#include "harts/oracles/findings/stable_title.h"

#include <cstddef>

namespace stampede {
namespace {

constexpr std::size_t longest_title = 160;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_word(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// Length of the number that `text` begins with; 0: it is none, or the beginning of a word.
std::size_t number_length(std::string_view text) {
    std::size_t length = 0;
    if (text.size() > 2 && text[0] == '0' && (text[1] | 0x20) == 'x' && is_hex(text[2])) {
        length = 2;
        while (length < text.size() && is_hex(text[length])) {
            ++length;
        }
    } else {
        while (length < text.size() && is_digit(text[length])) {
            ++length;
        }
    }
    return length < text.size() && is_word(text[length]) ? 0 : length;
}

}  // namespace

std::string stable_title(std::string_view text) {
    std::string title;
    bool in_word = false;
    for (std::size_t at = 0; at < text.size() && title.size() < longest_title;) {
        const char c = text[at];
        if (const std::size_t length = in_word ? 0 : number_length(text.substr(at)); length != 0) {
            title += 'N';
            at += length;
            continue;
        }
        in_word = is_word(c);
        if (c > ' ' && c < 0x7f) {
            title += c;
        } else if (!title.empty() && title.back() != ' ') {
            title += ' ';
        }
        ++at;
    }
    while (title.ends_with(' ')) {
        title.pop_back();
    }
    return title;
}

}  // namespace stampede
