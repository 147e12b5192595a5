#include "kernel/user/torture/oom_hog.h"

#include "kernel/user/lib/memory.h"
#include "kernel/user/lib/program.h"

namespace user {
namespace {

// Whatever these programs write while memory is short lies in this page (.data) or on the stack.
volatile std::uint64_t in_data = 1;

}  // namespace

void touch_own_pages() {
    volatile std::uint8_t on_stack[64];
    on_stack[0] = 1;
    in_data = in_data + on_stack[0];
}

void Hog::live(int orders, int answers) {
    touch_own_pages();
    for (Command command;
         read(orders, &command, sizeof command) == static_cast<int>(sizeof command);) {
        switch (command.order) {
        case Order::fill: take_all_pages(); break;
        case Order::release: sbrk(-command.pages * static_cast<std::int64_t>(page_size)); break;
        case Order::end: exit(0);
        }
        write(answers, &command, 1);
    }
    exit(0);
}

void Hog::start() {
    int orders[2], answers[2];
    if (pipe(orders) < 0 || pipe(answers) < 0) {
        fail("no pipe for the hog", "pipe() failed");
    }
    pid_ = fork();
    if (pid_ == 0) {
        close(orders[1]);
        close(answers[0]);
        live(orders[0], answers[1]);
    }
    if (pid_ < 0) {
        fail("no hog", "fork() failed");
    }
    close(orders[0]);
    close(answers[1]);
    orders_ = orders[1];
    answers_ = answers[0];
    touch_own_pages();
}

void Hog::leave(int frames) {
    give(Order::fill, 0);
    if (frames > 0) {
        give(Order::release, frames);
    }
}

void Hog::end() {
    const Command command{Order::end, 0};
    write(orders_, &command, sizeof command);
    close(orders_);
    close(answers_);
    if (wait(nullptr) != pid_) {
        fail("the hog was not the last child", "wait() gave another one");
    }
}

void Hog::give(Order order, int pages) {
    const Command command{order, pages};
    char answer;
    if (write(orders_, &command, sizeof command) != static_cast<int>(sizeof command) ||
        read(answers_, &answer, 1) != 1) {
        fail("the hog does not answer", "it was killed or its pipe is broken");
    }
}

}  // namespace user
