// What the value of an option looks like: its type, how it is read, and a text that reads as the
// same again.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "harts/machine/machine.h"
#include "harts/schedule/schedule_spec.h"
#include "stress/options/quantity.h"

namespace stampede::forms {

inline constexpr u64 any = ~u64{0};
inline constexpr std::string_view replay_schedule = "replay:";  // in the place of a schedule

template <u64 least, u64 most, class Type = u64>
struct Number {
    using Value = Type;
    static Result<Type> read(const std::string& text) {
        const Result<u64> number = parse_number(text, least, most);
        return number ? Result<Type>(static_cast<Type>(*number)) : std::unexpected(number.error());
    }
    static std::string write(Type value) { return std::to_string(value); }
};
using Harts = Number<1, max_harts, unsigned>;
using Count = Number<1, any>;
using Seed = Number<0, any>;
using Some = Number<1, 1'000'000>;
using Allocation = Number<1, 0x7fff'ffff>;  // what the guest's system call takes

struct Memory {
    using Value = u64;  // bytes
    static Result<u64> read(const std::string& text);
    static std::string write(u64 bytes) { return size_text(bytes); }
};

struct Time {
    using Value = std::chrono::seconds;
    static Result<std::chrono::seconds> read(const std::string& text);
    static std::string write(std::chrono::seconds time);
};

struct Clock {
    using Value = TimeMode;  // Host or Warp
    static Result<TimeMode> read(const std::string& text);
    static std::string write(TimeMode mode) { return mode == TimeMode::Host ? "host" : "warp"; }
};

// Where somebody's own kernel is when its run begins.
enum class StartFrom : u8 { Prompt, Reset };
struct WorkBegins {
    using Value = StartFrom;
    static Result<StartFrom> read(const std::string& text);
    static std::string write(StartFrom from) {
        return from == StartFrom::Prompt ? "prompt" : "reset";
    }
};

// `replay:PATH` reads as no schedule: the file has one.
struct ScheduleWords {
    using Value = ScheduleSpec;
    static Result<ScheduleSpec> read(const std::string& text);
    static std::string write(const ScheduleSpec& schedule) { return schedule.text(); }
};

struct Text {
    using Value = std::string;
    static Result<std::string> read(const std::string& text) { return text; }
    static std::string write(const std::string& text) { return text; }
};

// A regular expression (ECMAScript's), as text.
struct Pattern {
    using Value = std::string;
    static Result<std::string> read(const std::string& text);
    static std::string write(const std::string& text) { return text; }
};

// It takes no text; given, it is there.
struct Flag {
    using Value = bool;
    static Result<bool> read(const std::string&) { return true; }
    static std::string write(bool flag) { return flag ? "yes" : "no"; }
};

// Without a value until it is given.
template <class Form>
struct Maybe {
    using Value = std::optional<typename Form::Value>;
    static Result<Value> read(const std::string& text) {
        auto value = Form::read(text);
        return value ? Result<Value>(std::move(*value)) : std::unexpected(value.error());
    }
    static std::optional<std::string> write(const Value& value) {
        return value ? std::optional<std::string>(Form::write(*value)) : std::nullopt;
    }
};

}  // namespace stampede::forms
