#include "stress/run/interrupts.h"

#include <unistd.h>
#include <csignal>

#include <array>
#include <atomic>

#include "stress/options/options.h"
#include "stress/run/terminal.h"

namespace stampede {
namespace {

constexpr std::array caught{SIGINT, SIGTERM, SIGHUP};

// Written by the signal handler, read by the main thread; seq_cst: handler and main thread meet in
// no other way.
std::atomic<int> signals{0};
std::atomic<bool> left{false};
std::atomic<Machine*> watched{nullptr};

extern "C" void on_signal(int) {
    if (signals.fetch_add(1) != 0) {
        RawTerminal::restore_now();
        ::_exit(static_cast<int>(ExitStatus::Interrupted));
    }
    if (Machine* machine = watched.load()) {
        machine->request_stop();
    }
}

void set_handlers(void (*handler)(int)) {
    for (const int number : caught) {
        struct sigaction action{};
        // What was ignored when we began stays so: of `nohup`, or of a shell's background job.
        if (::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) {
            continue;
        }
        action = {};
        action.sa_handler = handler;
        action.sa_flags = SA_RESTART;
        ::sigaction(number, &action, nullptr);
    }
}

}  // namespace

Interrupts::Interrupts() {
    signals.store(0);
    left.store(false);
    set_handlers(on_signal);
}

Interrupts::~Interrupts() {
    set_handlers(SIG_DFL);
    watched.store(nullptr);
}

void Interrupts::watch(Machine* machine) {
    watched.store(machine);
    if (machine != nullptr && requested()) {
        machine->request_stop();  // it came before there was a machine
    }
}

void Interrupts::quit() {
    left.store(true);
    if (Machine* machine = watched.load()) {
        machine->request_stop();
    }
}

bool Interrupts::requested() const { return signalled() || left.load(); }
bool Interrupts::signalled() const { return signals.load() != 0; }

}  // namespace stampede
