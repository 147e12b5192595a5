#include "bench/kernel/throughputs.h"

#include <fmt/format.h>

#include "bench/support/statistics.h"
#include "harts/report/page/plot.h"

namespace stampede::bench {

std::string Throughputs::cell(const Point& point) const {
    const auto found = all_.find(point);
    return found == all_.end() ? "-" : short_number(median(found->second));
}

std::string Throughputs::table(const Selection& selection, unsigned cores) const {
    std::string text;
    if (all_.empty()) {
        return text;
    }
    for (const unsigned harts : selection.cpus) {
        text += fmt::format(
            "\n{} {}{}: operations a CPU second\n{:<16}", harts, harts == 1 ? "hart" : "harts",
            harts > cores ? fmt::format(" (more than the host's {} cores)", cores) : "", "");
        for (const std::string& policy : selection.policies) {
            text += fmt::format(" {:>13}", policy);
        }
        text += '\n';
        for (const std::string& program : selection.programs) {
            text += fmt::format("{:<16}", program);
            for (const std::string& policy : selection.policies) {
                text += fmt::format(" {:>13}", cell({policy, program, harts}));
            }
            text += '\n';
        }
    }
    return text;
}

}  // namespace stampede::bench
