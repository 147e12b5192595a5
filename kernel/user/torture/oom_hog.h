// The process that takes all memory but as much as it is told to leave.
#pragma once
#include <cstdint>

namespace user {

// So that no later write to this process's own stack or data needs a frame: call it after every
// fork.
void touch_own_pages();

class Hog {
public:
    void start();
    // All memory but `frames` frames.
    void leave(int frames);
    // Gives everything back and ends. It must be the only child left.
    void end();

private:
    enum class Order : std::uint8_t { fill, release, end };
    struct Command {
        Order order;
        int pages;
    };

    [[noreturn]] static void live(int orders, int answers);
    void give(Order order, int pages);

    int pid_ = -1, orders_ = -1, answers_ = -1;
};

}  // namespace user
