#include "harts/tests/run_machine.h"

#include <fmt/format.h>

#include <algorithm>

#include "harts/machine/machine.h"
#include "harts/tests/programs/memory_map.h"

namespace stampede {
namespace {

class Collector final : public Console {
public:
    void put(u8 byte) override { text_ += static_cast<char>(byte); }
    [[nodiscard]] auto lines() const { return std::ranges::count(text_, '\n'); }
    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    std::string text_;
};

}  // namespace

Result<MachineRun> run_in_machine(std::span<const std::byte> image, u64 budget, u64 limit) {
    const auto elf = ElfImage::parse(image, "random program");
    if (!elf) {
        return std::unexpected(elf.error());
    }
    MachineConfig config;
    config.memory = programs::memory_bytes;
    config.time = TimeMode::Counted;
    const auto machine = Machine::create(config, *elf);
    if (!machine) {
        return std::unexpected(machine.error());
    }
    Collector console;
    (*machine)->set_console(&console);
    constexpr HartId hart{0};
    while (!(*machine)->exit_status()) {
        const u64 before = (*machine)->instructions(hart);
        if (before > limit) {
            return error(
                fmt::format("the program did not end within {} instructions; it wrote {} lines",
                            limit, console.lines()));
        }
        if ((*machine)->run(hart, std::min(budget, limit)) == StopReason::Wfi) {
            return error(fmt::format(
                "the program waits for an interrupt that does not come; it wrote {} lines",
                console.lines()));
        }
    }
    if (*(*machine)->exit_status() != 0) {
        return error(fmt::format("the program ended with status {}", *(*machine)->exit_status()));
    }
    return MachineRun{console.take(), (*machine)->instructions(hart), (*machine)->state_hash()};
}

}  // namespace stampede
