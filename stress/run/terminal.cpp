#include "stress/run/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

namespace stampede {
namespace {

constexpr u8 control_a = 1, control_d = 4;
constexpr std::string_view help =
    "\nCtrl-A x  ends the run\nCtrl-A h  shows this\nCtrl-A Ctrl-A  sends Ctrl-A\n";

// What restore_now() puts back. `raw` is set last and cleared first: the signal handler never sees
// half of it.
termios original;
std::atomic<bool> raw{false};

}  // namespace

RawTerminal::RawTerminal() {
    if (::isatty(STDIN_FILENO) == 0 || ::tcgetattr(STDIN_FILENO, &original) != 0) {
        return;
    }
    termios settings = original;
    settings.c_iflag &= ~static_cast<tcflag_t>(BRKINT | ICRNL | INLCR | IGNCR | ISTRIP | IXON);
    settings.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL | ICANON | IEXTEN | ISIG);
    settings.c_cc[VMIN] = 1;
    settings.c_cc[VTIME] = 0;
    raw.store(::tcsetattr(STDIN_FILENO, TCSANOW, &settings) == 0);
}

RawTerminal::~RawTerminal() { restore_now(); }

void RawTerminal::restore_now() {
    if (raw.exchange(false)) {
        ::tcsetattr(STDIN_FILENO, TCSANOW, &original);
    }
}

KeyFilter::Action KeyFilter::next(u8& key) {
    if (!escaped_) {
        escaped_ = key == control_a;
        return escaped_ ? Action::None : Action::Send;
    }
    escaped_ = false;
    switch (key) {
    case 'x': return Action::Quit;
    case 'h':
    case '?': return Action::Help;
    case control_a: return Action::Send;
    default: return Action::None;
    }
}

TerminalInput::TerminalInput(int file, Source source, std::function<void()> ready,
                             std::function<void()> quit)
    : file_(file), source_(source), ready_(std::move(ready)), quit_(std::move(quit)) {}

void TerminalInput::start() {
    if (::pipe2(wake_, O_CLOEXEC) == 0) {
        thread_ = std::thread([this] { read_all(); });
    }
}

TerminalInput::~TerminalInput() {
    ::close(wake_[1]);
    if (thread_.joinable()) {
        thread_.join();
    }
    ::close(wake_[0]);
}

void TerminalInput::read_all() {
    KeyFilter filter;
    std::array<u8, 256> bytes;
    for (;;) {
        std::array<pollfd, 2> files{{{file_, POLLIN, 0}, {wake_[0], POLLIN, 0}}};
        if (::poll(files.data(), files.size(), -1) < 0 && errno != EINTR) {
            break;
        }
        if (files[1].revents != 0) {
            return;
        }
        if (files[0].revents == 0) {
            continue;
        }
        const ssize_t count = ::read(file_, bytes.data(), bytes.size());
        if (count < 0 && (errno == EINTR || errno == EAGAIN)) {
            continue;
        }
        if (count <= 0) {
            break;
        }
        for (ssize_t n = 0; n < count; ++n) {
            u8 key = bytes[static_cast<std::size_t>(n)];
            switch (source_ == Source::Terminal ? filter.next(key) : KeyFilter::Action::Send) {
            case KeyFilter::Action::Send: give(key); break;
            case KeyFilter::Action::Quit: quit_(); break;
            case KeyFilter::Action::Help:
                (void)!::write(STDERR_FILENO, help.data(), help.size());
                break;
            case KeyFilter::Action::None: break;
            }
        }
        ready_();
    }
    give(control_d);
    {
        const FutexGuard guard(lock_);
        ended_ = true;
    }
    ready_();
}

void TerminalInput::give(u8 byte) {
    const FutexGuard guard(lock_);
    waiting_ += static_cast<char>(byte);
}

std::optional<u8> TerminalInput::take() {
    const FutexGuard guard(lock_);
    if (taken_ == waiting_.size()) {
        waiting_.clear();
        taken_ = 0;
        return std::nullopt;
    }
    return static_cast<u8>(waiting_[taken_++]);
}

bool TerminalInput::over() const {
    const FutexGuard guard(lock_);
    return ended_ && taken_ == waiting_.size();
}

}  // namespace stampede
