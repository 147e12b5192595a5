#include "kernel/fs/console.h"

#include <array>

#include "kernel/base/print.h"
#include "kernel/base/spinlock.h"
#include "kernel/fs/fs.h"
#include "kernel/fs/least.h"
#include "kernel/proc/process.h"

namespace kernel {
namespace {

constexpr char control(char letter) { return static_cast<char>(letter - '@'); }
constexpr char backspace = control('H'), delete_key = 0x7f, kill_line = control('U'),
               end_of_input = control('D');

constexpr std::size_t longest_read = 128;  // bytes that one read() gives at most

// Characters between three places that only grow: [read, written) is whole lines, [written, edit)
// the line being typed.
struct Input {
    // what is typed ahead of the readers beyond that is lost
    static constexpr std::uint32_t capacity = 1024;

    Spinlock<Rank::console_input> lock{"console input"};
    std::uint32_t read GUARDED_BY(lock) = 0;
    std::uint32_t written GUARDED_BY(lock) = 0;
    std::uint32_t edit GUARDED_BY(lock) = 0;
    std::array<char, capacity> characters GUARDED_BY(lock){};
};

constinit Input input;

void echo(char c) { console_write(&c, 1); }

void erase_one() REQUIRES(input.lock) {
    if (input.edit != input.written) {
        --input.edit;
        console_write("\b \b", 3);
    }
}

void accept(char c) REQUIRES(input.lock) {
    if (c == '\0' || input.edit - input.read == Input::capacity) {
        return;
    }
    if (c != end_of_input) {
        echo(c);
    }
    input.characters[input.edit++ % Input::capacity] = c;
    if (c == '\n' || c == end_of_input || input.edit - input.read == Input::capacity) {
        input.written = input.edit;
        wake_up(&input);
    }
}

// What of the first line fits; the end of input (Ctrl-D) is taken alone, as a read of nothing.
std::size_t take_line(char* to, std::size_t limit) REQUIRES(input.lock) {
    std::size_t taken = 0;
    while (taken < limit && input.read != input.written) {
        const char c = input.characters[input.read % Input::capacity];
        if (c == end_of_input) {
            if (taken == 0) {
                ++input.read;
            }
            break;
        }
        ++input.read;
        to[taken++] = c;
        if (c == '\n') {
            break;
        }
    }
    return taken;
}

}  // namespace

void console_receive(char byte) {
    SpinGuard guard(input.lock);
    switch (byte) {
    case kill_line:
        while (input.edit != input.written) {
            erase_one();
        }
        break;
    case backspace:
    case delete_key: erase_one(); break;
    default: accept(byte == '\r' ? '\n' : byte);
    }
}

Result<std::size_t> console_read(AddressSpace& space, VirtAddr to, std::size_t bytes) {
    std::array<char, longest_read> line;
    std::size_t size;
    {
        SpinGuard guard(input.lock);
        while (input.read == input.written) {
            if (is_killed(current_process())) {
                return failure(Error::killed);
            }
            sleep_on(&input, input.lock);
        }
        size = take_line(line.data(), least(bytes, line.size()));
    }
    if (auto copied = space.copy_out(to, std::as_bytes(std::span(line.data(), size))); !copied) {
        return failure(copied.error());
    }
    return size;
}

Result<std::size_t> console_write_user(AddressSpace& space, VirtAddr from, std::size_t bytes) {
    std::array<char, 256> piece;
    std::size_t done = 0;
    while (done < bytes) {
        const std::size_t size = least(piece.size(), bytes - done);
        if (auto copied =
                space.copy_in(std::as_writable_bytes(std::span(piece.data(), size)), from + done);
            !copied) {
            return done > 0 ? Result<std::size_t>(done) : failure(copied.error());
        }
        console_write(piece.data(), size);
        done += size;
    }
    return done;
}

}  // namespace kernel
