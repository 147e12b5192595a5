// Ctrl-C (and SIGTERM): the first one ends the run gracefully, the second one the program at once.
#pragma once

#include "harts/machine/machine.h"

namespace stampede {

// While one exists the signals are caught. One at a time.
class Interrupts {
public:
    Interrupts();
    ~Interrupts();
    Interrupts(const Interrupts&) = delete;
    Interrupts& operator=(const Interrupts&) = delete;

    // The machine whose run a signal ends; null: none.
    void watch(Machine* machine);
    // Ends the run as a first signal does, without one: the user wants to leave. Any thread.
    void quit();
    [[nodiscard]] bool requested() const;  // by either
    [[nodiscard]] bool signalled() const;
};

}  // namespace stampede
