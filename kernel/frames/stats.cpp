#include "kernel/frames/stats.h"

namespace kernel {

constinit AllStatistics statistics{};

std::uint64_t sum_of(Total total) {
    std::uint64_t sum = arch::relaxed_load(&(statistics.common.*total));
    for (const Statistics& part : statistics.of_cpu) {
        sum += arch::relaxed_load(&(part.*total));
    }
    return sum;
}

void sample_frames_peak(std::uint64_t more) {
    raise_to(statistics.common.frames_peak, sum_of(&Statistics::frames_in_use) + more);
}

}  // namespace kernel
