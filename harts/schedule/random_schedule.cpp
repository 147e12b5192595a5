#include "harts/schedule/random_schedule.h"

#include <algorithm>

namespace stampede {
namespace {

// -ln((n + 1/2) / 64), in thousandths, for n = 0 to 63: the quantiles of the exponential
// distribution, without a host's logarithm.
constexpr u32 quantiles[64] = {
    4852, 3753, 3243, 2906, 2655, 2454, 2287, 2144, 2019, 1908, 1808, 1717, 1633, 1556, 1485, 1418,
    1356, 1297, 1241, 1189, 1139, 1091, 1046, 1002, 960,  920,  882,  845,  809,  775,  741,  709,
    678,  648,  618,  590,  562,  535,  509,  483,  458,  433,  410,  386,  364,  341,  319,  298,
    277,  257,  237,  217,  198,  179,  161,  142,  125,  107,  90,   73,   56,   39,   24,   8};

}  // namespace

Turn RandomSchedule::next(u64 runnable) {
    const u64 among = static_cast<u64>(__builtin_popcountll(runnable));
    const HartId hart{nth_bit(runnable, random_.below(among))};
    const u64 length = mean_ * quantiles[random_.below(64)] / 1000;
    return {hart, std::max<u64>(length, 1)};
}

}  // namespace stampede
