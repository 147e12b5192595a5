// The guest's console on this terminal, or on pipes.
#pragma once
#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "harts/base/futex.h"

namespace stampede {

// While one exists and stdin is a terminal: no echo, no line editing, every key as a byte. Output
// is left as it is.
class RawTerminal {
public:
    RawTerminal();
    ~RawTerminal();
    RawTerminal(const RawTerminal&) = delete;
    RawTerminal& operator=(const RawTerminal&) = delete;

    // Gives the terminal its old settings back. Async-signal-safe.
    static void restore_now();
};

// Keys with a meaning for the harness, as under QEMU: Ctrl-A x ends the run, Ctrl-A h helps, Ctrl-A
// Ctrl-A sends one Ctrl-A.
class KeyFilter {
public:
    enum class Action : u8 { None, Send, Quit, Help };
    // What to do with the next key; `key` may be changed.
    [[nodiscard]] Action next(u8& key);

private:
    bool escaped_ = false;
};

// Reads stdin on a thread of its own and hands it to the guest byte by byte.
class TerminalInput {
public:
    enum class Source : u8 { Terminal, Pipe };  // only a terminal's keys are filtered

    // `ready`: new input may be taken; `quit`: the user wants to leave. Both on the reading thread.
    TerminalInput(int file, Source source, std::function<void()> ready, std::function<void()> quit);
    ~TerminalInput();
    // Begins to read; from now on the functions are called.
    void start();
    TerminalInput(const TerminalInput&) = delete;
    TerminalInput& operator=(const TerminalInput&) = delete;

    // The next byte, if there is one. Any thread.
    [[nodiscard]] std::optional<u8> take() EXCLUDES(lock_);
    // The input has ended and everything was taken. At its end the guest gets a Ctrl-D.
    [[nodiscard]] bool over() const EXCLUDES(lock_);

private:
    void read_all();
    void give(u8 byte) EXCLUDES(lock_);

    const int file_;
    const Source source_;
    const std::function<void()> ready_, quit_;
    int wake_[2] = {-1, -1};  // a pipe: its end tells the thread to go
    mutable FutexLock lock_;
    std::string waiting_ GUARDED_BY(lock_);
    std::size_t taken_ GUARDED_BY(lock_) = 0;
    bool ended_ GUARDED_BY(lock_) = false;
    std::thread thread_;
};

}  // namespace stampede
