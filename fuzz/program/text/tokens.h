// The text of a program as words, with where they stand.
#pragma once
#include <string>
#include <string_view>

#include "harts/base/error.h"
#include "harts/base/types.h"

namespace stampede::fuzz {

struct Token {
    enum class Kind : u8 { Word, Mark, NewLine, End };  // Mark: one of { } ; =
    Kind kind = Kind::End;
    std::string_view text;
    u32 line = 1;    // both from 1 on
    u32 column = 1;  // bytes

    [[nodiscard]] bool is(std::string_view wanted) const {
        return text == wanted && kind <= Kind::Mark;
    }
};

class Tokens {
public:
    // `text` must outlive this.
    explicit Tokens(std::string_view text) : text_(text) { advance(); }

    [[nodiscard]] const Token& peek() const { return token_; }
    Token take() {
        const Token taken = token_;
        advance();
        return taken;
    }
    // Takes the next word if it is `wanted`.
    bool accept(std::string_view wanted) {
        const bool found = token_.is(wanted);
        if (found) {
            advance();
        }
        return found;
    }
    void skip_lines() {
        while (token_.kind == Token::Kind::NewLine) {
            advance();
        }
    }

private:
    void advance();
    void skip_blanks();

    std::string_view text_;
    u64 at_ = 0;
    u64 line_begin_ = 0;
    u32 line_ = 1;
    Token token_;
};

// `line 3, column 5: found foo, expected a call`
[[nodiscard]] std::unexpected<Error> unexpected_token(const Token& found,
                                                      std::string_view expected);

}  // namespace stampede::fuzz
