#include "harts/oracles/progress/hart_at_end.h"

#include <fmt/format.h>

namespace stampede {

std::string describe(const HartAtEnd& hart, const GuestSymbols& symbols) {
    constexpr std::string_view mode_names[] = {"user", "supervisor", "reserved", "machine"};
    const HartStatus& status = hart.status;
    std::string text = fmt::format(
        "hart {}: {} at {}", status.hart, mode_names[static_cast<std::size_t>(status.mode)],
        symbols.describe_code(status.pc, status.mode, hart.place.program));
    if (hart.place.pid) {
        text += fmt::format(", pid {}", *hart.place.pid);
        text += hart.place.program.empty() ? "" : " (" + hart.place.program + ")";
    }
    if (status.waiting) {
        text += status.can_wake ? ", waits for an interrupt"
                                : ", waits for an interrupt that nothing will raise";
    } else if (status.spins()) {
        text += status.spin_address
                    ? fmt::format(", spins on {} ({:#x})",
                                  symbols.describe_data(*status.spin_address, status.mode,
                                                        hart.place.program),
                                  *status.spin_address)
                    : std::string(", spins in place");
    } else {
        text += ", runs";
    }
    return text + (status.interrupts_off ? ", interrupts off" : ", interrupts on");
}

}  // namespace stampede
