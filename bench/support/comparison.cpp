#include "bench/support/comparison.h"

#include <fmt/format.h>

#include "bench/support/command_output.h"
#include "bench/support/emulator.h"
#include "bench/support/statistics.h"

namespace stampede::bench {

Result<Row> compare_with_qemu(const Contest& contest, const Guest& guest, unsigned runs) {
    std::vector<double> qemu, ours;
    for (unsigned run = 0; run < runs; ++run) {
        for (auto [emulator, times] : {std::pair{Emulator::Qemu, &qemu}, {Emulator::Stampede, &ours}}) {
            auto span = time_between(command(emulator, guest.image, contest.harts, guest.append), guest.from, guest.to);
            if (!span) return error(span.error().message);
            times->push_back(span->cpu_s / std::stod(span->captured) * 1e9);
        }
    }
    const double theirs = median(qemu), our = median(ours);
    return Row{fmt::format("{}, {} {}", contest.name, contest.harts, contest.harts == 1 ? "hart" : "harts"),
               {{"QEMU, ns", theirs}, {"Stampede, ns", our}, {"speed", theirs / our}},
               contest.bar};
}

}  // namespace stampede::bench
