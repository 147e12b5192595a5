#include "harts/verdict/console_log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace stampede {
namespace {

constexpr std::size_t head_limit = 128 << 10, tail_limit = 256 << 10;  // bytes
constexpr std::size_t line_limit = 4096, waiting_limit = 4096;
constexpr std::size_t most_alarming_lines = 64;
constexpr std::size_t lines_behind_a_panic = 24, lines_behind_a_trap = 1;

std::optional<AlarmingLine::Kind> kind_of(std::string_view line) {
    using enum AlarmingLine::Kind;
    // A kernel's messages may stand behind what a program left on the line.
    if (line.find("panic: ") != std::string_view::npos) {
        return Panic;
    }
    if (line.find("usertrap(): unexpected") != std::string_view::npos) {
        return UserTrap;
    }
    return line.find("kerneltrap") != std::string_view::npos ? std::optional(KernelTrap) : std::nullopt;
}

std::size_t lines_behind(AlarmingLine::Kind kind) {
    return kind == AlarmingLine::Kind::Panic ? lines_behind_a_panic : lines_behind_a_trap;
}

}  // namespace

ConsoleLog::ConsoleLog(int copy_to, Flush flush, std::function<std::optional<u8>()> input)
    : copy_to_(copy_to), flush_(flush), input_(std::move(input)) {}

ConsoleLog::~ConsoleLog() { flush(); }

void ConsoleLog::flush() {
    FutexGuard guard(lock_);
    pass_on_locked();
}

void ConsoleLog::put(u8 byte) {
    FutexGuard guard(lock_);
    const char c = static_cast<char>(byte);
    ++bytes_;
    if (head_.size() < head_limit) {
        head_ += c;
    } else {
        tail_ += c;
        if (tail_.size() > tail_limit) {
            tail_.erase(0, tail_limit / 2);
            dropped_ += tail_limit / 2;
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
    } else if (c != '\r' && line_.size() < line_limit) {
        line_ += c;
    }
}

void ConsoleLog::end_line_locked() {
    if (const auto kind = kind_of(line_); kind && alarming_.size() < most_alarming_lines) {
        alarming_.push_back({*kind, line_, {}});
    } else if (!alarming_.empty() && alarming_.back().following.size() < lines_behind(alarming_.back().kind)) {
        alarming_.back().following.push_back(line_);
    }
    if (line_.find_first_not_of(' ') != std::string::npos) {
        last_line_ = line_;
    }
    line_.clear();
}

void ConsoleLog::pass_on_locked() {
    for (std::string_view rest = waiting_; !rest.empty();) {
        const ssize_t written = ::write(copy_to_, rest.data(), rest.size());
        if (written < 0 && errno != EINTR && errno != EAGAIN) {
            break;  // whoever listened has gone; the run goes on
        }
        rest.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
    waiting_.clear();
}

std::string ConsoleLog::text() const {
    FutexGuard guard(lock_);
    return dropped_ == 0 ? head_ + tail_ : head_ + fmt::format("\n[{} bytes left out]\n", dropped_) + tail_;
}

std::string ConsoleLog::last_line() const {
    FutexGuard guard(lock_);
    return line_.find_first_not_of(' ') != std::string::npos ? line_ : last_line_;
}

u64 ConsoleLog::bytes() const {
    FutexGuard guard(lock_);
    return bytes_;
}

std::vector<AlarmingLine> ConsoleLog::alarming() const {
    FutexGuard guard(lock_);
    return alarming_;
}

bool ConsoleLog::panicked() const {
    FutexGuard guard(lock_);
    return std::any_of(alarming_.begin(), alarming_.end(),
                       [](const AlarmingLine& line) { return line.kind == AlarmingLine::Kind::Panic; });
}

}  // namespace stampede
