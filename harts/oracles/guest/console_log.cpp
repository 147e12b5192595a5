#include "harts/oracles/guest/console_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>
#include <system_error>

#include "harts/base/patient_write.h"

namespace stampede {
namespace {

constexpr std::size_t head_limit = 128 << 10, tail_limit = 256 << 10;  // bytes
constexpr std::size_t line_limit = 4096, waiting_limit = 4096;
constexpr std::size_t most_alarming_lines = 64;
constexpr std::size_t lines_behind_a_panic = 24, lines_behind_a_trap = 1;

std::optional<AlarmingLine::Kind> kind_of(std::string_view line) {
    using enum AlarmingLine::Kind;
    // A kernel's messages may stand behind what a program left on the line.
    if (panic_at(line)) {
        return Panic;
    }
    if (line.find("usertrap(): unexpected") != std::string_view::npos) {
        return UserTrap;
    }
    return line.find("kerneltrap") != std::string_view::npos ? std::optional(KernelTrap)
                                                             : std::nullopt;
}

std::size_t lines_behind(AlarmingLine::Kind kind) {
    return kind == AlarmingLine::Kind::Panic ? lines_behind_a_panic : lines_behind_a_trap;
}

}  // namespace

std::optional<std::size_t> panic_at(std::string_view line) {
    for (const std::string_view word : {"panic: ", "PANIC: "}) {
        if (const std::size_t at = line.find(word); at != std::string_view::npos) {
            return at + word.size();
        }
    }
    return std::nullopt;
}

ConsoleLog::ConsoleLog(int copy_to, Flush flush, std::function<std::optional<u8>()> input)
    : copy_to_(copy_to), flush_(flush), input_(std::move(input)) {}

ConsoleLog::~ConsoleLog() { flush(); }

void ConsoleLog::tell_at(std::string prompt, std::function<void(u64)> at_prompt) {
    FutexGuard guard(lock_);
    prompt_ = std::move(prompt);
    at_prompt_ = std::move(at_prompt);
}

void ConsoleLog::save() {
    FutexGuard guard(lock_);
    saved_ = now_;
}

void ConsoleLog::restore() {
    FutexGuard guard(lock_);
    if (now_.bytes != saved_.bytes) {
        now_ = saved_;
    }
}

void ConsoleLog::flush() {
    FutexGuard guard(lock_);
    pass_on_locked();
}

void ConsoleLog::put(u8 byte) {
    FutexGuard guard(lock_);
    const char c = static_cast<char>(byte);
    ++now_.bytes;
    if (now_.head.size() < head_limit) {
        now_.head += c;
    } else {
        now_.tail += c;
        if (now_.tail.size() > tail_limit) {
            now_.tail.erase(0, tail_limit / 2);
            now_.dropped += tail_limit / 2;
        }
    }
    if (copy_to_ >= 0) {
        waiting_ += c;
        if (c == '\n' || flush_ == Flush::Bytes || waiting_.size() >= waiting_limit) {
            pass_on_locked();
        }
    }
    if (c == '\n') {
        end_line_locked();
    } else if (c != '\r' && now_.line.size() < line_limit) {
        now_.line += c;
        if (!prompt_.empty() && now_.line.ends_with(prompt_)) {
            at_prompt_(now_.bytes);
        }
    }
}

void ConsoleLog::end_line_locked() {
    if (const auto kind = kind_of(now_.line); kind && now_.alarming.size() < most_alarming_lines) {
        now_.alarming.push_back({*kind, now_.line, {}});
    } else if (!now_.alarming.empty() &&
               now_.alarming.back().following.size() < lines_behind(now_.alarming.back().kind)) {
        now_.alarming.back().following.push_back(now_.line);
    }
    if (now_.line.find_first_not_of(' ') != std::string::npos) {
        now_.last_line = now_.line;
    }
    now_.line.clear();
}

void ConsoleLog::pass_on_locked() {
    constexpr std::chrono::seconds patience{2};
    if (failure_ == 0) {  // if there is one, the run goes on
        failure_ = write_patiently(copy_to_, waiting_,
                                   flush_ == Flush::Lines ? std::optional(patience) : std::nullopt);
    }
    waiting_.clear();
}

std::string ConsoleLog::lost() const {
    FutexGuard guard(lock_);
    switch (failure_) {
    case 0:
    case EPIPE: return "";
    case ETIMEDOUT: return "whoever reads it took nothing for two seconds";
    default: return std::generic_category().message(failure_);
    }
}

std::string ConsoleLog::text() const {
    FutexGuard guard(lock_);
    return now_.dropped == 0
               ? now_.head + now_.tail
               : now_.head + fmt::format("\n[{} bytes left out]\n", now_.dropped) + now_.tail;
}

std::string ConsoleLog::last_line() const {
    FutexGuard guard(lock_);
    return now_.line.find_first_not_of(' ') != std::string::npos ? now_.line : now_.last_line;
}

u64 ConsoleLog::bytes() const {
    FutexGuard guard(lock_);
    return now_.bytes;
}

std::vector<AlarmingLine> ConsoleLog::alarming() const {
    FutexGuard guard(lock_);
    return now_.alarming;
}

bool ConsoleLog::panicked() const {
    FutexGuard guard(lock_);
    return std::any_of(now_.alarming.begin(), now_.alarming.end(), [](const AlarmingLine& line) {
        return line.kind == AlarmingLine::Kind::Panic;
    });
}

}  // namespace stampede
