#include <fmt/format.h>

#include <algorithm>

#include "fuzz/program/binary.h"
#include "fuzz/program/text/operand_parser.h"
#include "fuzz/program/text/text.h"

namespace stampede::fuzz {

namespace {

constexpr std::string_view a_call = "a call, such as store 0x3 17 or r0 = fork { }";

// Recursive descent; limits are held while reading, so that the text's nesting bounds nothing but
// itself.
class Parser {
public:
    explicit Parser(std::string_view text) : tokens_(text) {}

    Result<Program> program() {
        if (auto head = header(); !head) {
            return std::unexpected(head.error());
        }
        while (tokens_.peek().kind != Token::Kind::End) {
            if (auto one = process(); !one) {
                return std::unexpected(one.error());
            }
        }
        if (program_.processes.empty()) {
            return unexpected_token(tokens_.peek(), "process 0:");
        }
        return std::move(program_);
    }

private:
    Result<void> expect(std::string_view word) {
        if (!tokens_.accept(word)) {
            return unexpected_token(tokens_.peek(), word);
        }
        return {};
    }

    Result<void> end_line() {
        if (tokens_.peek().kind != Token::Kind::NewLine &&
            tokens_.peek().kind != Token::Kind::End) {
            return unexpected_token(tokens_.peek(), "the end of the line");
        }
        tokens_.skip_lines();
        return {};
    }

    Result<void> header() {
        tokens_.skip_lines();
        if (auto word = expect("stampede-program"); !word) {
            return word;
        }
        if (auto version = parse_number(tokens_, 1, 1, "a version"); !version) {
            return std::unexpected(version.error());
        }
        if (auto end = end_line(); !end) {
            return end;
        }
        return tokens_.accept("schedule") ? schedule() : Result<void>{};
    }

    Result<void> schedule() {
        const Token token = tokens_.take();
        if (auto choice = schedule_in(token.text)) {
            program_.schedule = *choice;
        } else {
            return unexpected_token(
                token,
                fmt::format("round-robin:N or random:N, N from {} to {}, or pct:D, D from 1 to {}",
                            ScheduleChoice::shortest_turn, ScheduleChoice::longest_turn,
                            ScheduleChoice::deepest));
        }
        if (auto word = expect("seed"); !word) {
            return word;
        }
        const auto seed = parse_number(tokens_, 0, UINT32_MAX, "a seed");
        if (!seed) {
            return std::unexpected(seed.error());
        }
        program_.schedule.seed = static_cast<u32>(*seed);
        return end_line();
    }

    static std::optional<ScheduleChoice> schedule_in(std::string_view words) {
        for (unsigned n = 0; n < schedule_kind_count; ++n) {
            const auto kind = static_cast<ScheduleChoice::Kind>(n);
            const std::string_view name = name_of(kind);
            if (words.size() > name.size() && words.starts_with(name) &&
                words[name.size()] == ':') {
                Tokens parameter(words.substr(name.size() + 1));
                const auto value = parse_number(parameter, ScheduleChoice::first_parameter(kind),
                                                ScheduleChoice::last_parameter(kind), "");
                if (value) {
                    return ScheduleChoice{kind, static_cast<u16>(*value)};
                }
            }
        }
        return std::nullopt;
    }

    Result<void> process() {
        const u64 number = program_.processes.size();
        const std::string expected = fmt::format("process {}:", number);
        if (number == Program::most_processes) {
            return unexpected_token(tokens_.peek(),
                                    fmt::format("the end, after {} processes", number));
        }
        if (auto word = expect("process"); !word) {
            return unexpected_token(tokens_.peek(),
                                    number == 0 ? expected : "a call or " + expected);
        }
        if (auto word = expect(expected.substr(sizeof "process")); !word) {
            return word;
        }
        if (auto end = end_line(); !end) {
            return end;
        }
        auto list = calls(0);
        if (!list) {
            return std::unexpected(list.error());
        }
        program_.processes.push_back({std::move(*list)});
        return {};
    }

    // Up to a `}`, a line that is no call, or the end.
    Result<Calls> calls(unsigned depth) {
        Calls list;
        for (;;) {
            while (tokens_.peek().kind == Token::Kind::NewLine || tokens_.peek().is(";")) {
                tokens_.take();
            }
            const Token& next = tokens_.peek();
            if (next.kind == Token::Kind::End || next.is("}") ||
                (depth == 0 && next.is("process"))) {
                return list;
            }
            auto one = call(depth);
            if (!one) {
                return std::unexpected(one.error());
            }
            list.push_back(std::move(*one));
            const Token& behind = tokens_.peek();
            if (behind.kind != Token::Kind::NewLine && behind.kind != Token::Kind::End &&
                !behind.is(";") && !(depth > 0 && behind.is("}"))) {
                return unexpected_token(behind, "the end of the call");
            }
        }
    }

    Result<Call> call(unsigned depth) {
        Call made;
        const Token first = tokens_.take();
        Token name = first;
        const bool has_result = tokens_.accept("=");
        if (has_result) {
            name = tokens_.take();
        }
        const auto* shape = std::ranges::find_if(
            call_shapes, [&](const CallShape& each) { return name.is(each.name); });
        if (shape == std::end(call_shapes)) {
            return unexpected_token(name, a_call);
        }
        made.kind = shape->kind;
        if (++calls_ > Program::most_calls) {
            return unexpected_token(name, fmt::format("at most {} calls", Program::most_calls));
        }
        for (const Operand operand : operands_of(made.kind)) {
            Result<void> done;
            if (operand == Operand::Result) {
                done = result(first, has_result, *shape, made);
            } else if (operand == Operand::Body) {
                done = body(name, depth, made);
            } else if (operand != Operand::OptionalAddress ||
                       tokens_.peek().kind == Token::Kind::Word) {
                done = parse_operand(tokens_, operand, made);
            }
            if (!done) {
                return std::unexpected(done.error());
            }
        }
        if (has_result && operands_of(made.kind).front() != Operand::Result) {
            return unexpected_token(first, fmt::format("{} without a result", shape->name));
        }
        return made;
    }

    static Result<void> result(const Token& first, bool has_result, const CallShape& shape,
                               Call& made) {
        Tokens slot_only(first.text);
        const auto slot = parse_slot(slot_only, shape.letter);
        if (!has_result || !slot) {
            return unexpected_token(
                first, fmt::format("{}0 to {}{}, then = {}", shape.letter, shape.letter,
                                   abi::program_slots - 1, shape.name));
        }
        made.slot = *slot;
        return {};
    }

    Result<void> body(const Token& name, unsigned depth, Call& made) {
        if (depth == Program::deepest_fork) {
            return unexpected_token(name,
                                    fmt::format("forks at most {} deep", Program::deepest_fork));
        }
        if (++forks_ > Program::most_forks) {
            return unexpected_token(name, fmt::format("at most {} forks", Program::most_forks));
        }
        if (auto open = expect("{"); !open) {
            return open;
        }
        auto inside = calls(depth + 1);
        if (!inside) {
            return std::unexpected(inside.error());
        }
        made.body = std::move(*inside);
        return expect("}");
    }

    Tokens tokens_;
    Program program_;
    unsigned calls_ = 0;
    unsigned forks_ = 0;
};

}  // namespace

Result<Program> parse(std::string_view text) { return Parser(text).program(); }

Program input_program(std::string_view input) {
    if (input.starts_with("stampede-program ")) {
        if (Result<Program> program = parse(input)) {
            return *std::move(program);
        }
    }
    return decode(input);
}

}  // namespace stampede::fuzz
