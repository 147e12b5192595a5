// bench_run_elf FILE: boots any bare-metal ELF on a Machine, console on standard output, and
// nothing else: no audits, no sinks. What versus_qemu times. Exit: the finisher's status, or 1
// where FILE or a number is unusable.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "harts/machine/machine.h"

namespace {

using namespace stampede;

// Hands a line on when it is complete.
class LineConsole : public Console {
public:
    ~LineConsole() override { flush(); }
    void put(u8 byte) override {
        line_ += static_cast<char>(byte);
        if (byte == '\n') {
            flush();
        }
    }

private:
    void flush() {
        [[maybe_unused]] ssize_t written = write(STDOUT_FILENO, line_.data(), line_.size());
        line_.clear();
    }
    std::string line_;
};

int fail(const Error& error) {
    fmt::print(stderr, "bench_run_elf: {}\n", error.message);
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    MachineConfig config;
    std::string file;
    CLI::App app("Boots a bare-metal ELF on the emulator");
    app.add_option("file", file, "RISC-V ELF")->required();
    app.add_option("--cpus", config.harts, "harts, 1 to 64");
    app.add_option("--append", config.bootargs, "/chosen/bootargs");
    CLI11_PARSE(app, argc, argv);

    auto image = ElfImage::read(file);
    if (!image) {
        return fail(image.error());
    }
    LineConsole console;
    auto machine = Machine::create(config, *image);
    if (!machine) {
        return fail(machine.error());
    }
    (*machine)->set_console(&console);
    while (!(*machine)->exit_status()) {
        (*machine)->run_parallel();
    }
    return static_cast<int>(*(*machine)->exit_status() != 0);
}
