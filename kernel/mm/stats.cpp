#include "kernel/mm/stats.h"

namespace kernel {

constinit AllStatistics statistics{};

std::uint64_t sum_of(Total total) {
    std::uint64_t sum = arch::relaxed_load(&(statistics.common.*total));
    for (const Statistics& part : statistics.of_cpu) sum += arch::relaxed_load(&(part.*total));
    return sum;
}

}  // namespace kernel
