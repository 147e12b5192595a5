#include "fuzz/program/text/tokens.h"

#include <fmt/format.h>

#include <algorithm>

namespace stampede::fuzz {

namespace {

constexpr std::string_view marks = "{};=";
constexpr std::string_view blanks = " \t\r";
constexpr u64 longest_shown = 40;  // bytes of a word in a message

std::string shown(const Token& token) {
    switch (token.kind) {
    case Token::Kind::NewLine: return "the end of the line";
    case Token::Kind::End: return "the end";
    default: break;
    }
    std::string text;
    for (const char c : token.text.substr(0, longest_shown)) {
        text += c >= ' ' && c <= '~' ? c : '?';
    }
    return token.text.size() > longest_shown ? text + "..." : text;
}

}  // namespace

void Tokens::skip_blanks() {
    while (at_ < text_.size() && blanks.contains(text_[at_])) {
        ++at_;
    }
    if (at_ < text_.size() && text_[at_] == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
    }
}

void Tokens::advance() {
    skip_blanks();
    token_ = {Token::Kind::End, {}, line_, static_cast<u32>(at_ - line_begin_ + 1)};
    if (at_ == text_.size()) {
        return;
    }
    const u64 begin = at_++;
    if (text_[begin] == '\n') {
        token_.kind = Token::Kind::NewLine;
        ++line_;
        line_begin_ = at_;
    } else if (marks.contains(text_[begin])) {
        token_.kind = Token::Kind::Mark;
    } else {
        token_.kind = Token::Kind::Word;
        at_ = std::min(text_.find_first_of("{};=# \t\r\n", at_), text_.size());
    }
    token_.text = text_.substr(begin, at_ - begin);
}

std::unexpected<Error> unexpected_token(const Token& found, std::string_view expected) {
    return error(fmt::format("line {}, column {}: found {}, expected {}", found.line, found.column,
                             shown(found), expected));
}

}  // namespace stampede::fuzz
