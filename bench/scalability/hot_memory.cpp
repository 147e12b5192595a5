#include "bench/scalability/hot_memory.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "bench/scalability/memory_names.h"

namespace stampede::bench {
namespace {

constexpr std::size_t most_kept = 12;

}  // namespace

void describe_memory(Measurement& result, Machine& machine, const EmulatedTime& time,
                     std::optional<PhysAddr> audit_table, const GuestSymbols& symbols,
                     double all_time) {
    const MemoryNames names(machine.ram(), audit_table, symbols);
    std::map<std::string, HotLine> lines;
    for (const CacheLines::Counts& counts : time.lines().counts()) {
        HotLine& line = lines[names.of(counts.word)];
        line.transfers += counts.transfers;
        line.stalled += static_cast<double>(counts.stalled) / all_time;
        result.transfers += counts.transfers;
        result.stalled += static_cast<double>(counts.stalled) / all_time;
    }
    std::map<std::string, HotLock> locks;
    for (const auto& [word, waiting] : time.waited()) {
        HotLock& lock = locks[names.of({word})];
        lock.waits += waiting.times;
        lock.waited += static_cast<double>(waiting.cycles) / all_time;
        result.waited += static_cast<double>(waiting.cycles) / all_time;
    }
    for (auto& [name, line] : lines) {
        line.name = name;
        result.lines.push_back(line);
    }
    for (auto& [name, lock] : locks) {
        lock.name = name;
        result.locks.push_back(lock);
    }
    std::ranges::sort(result.lines, [](const HotLine& a, const HotLine& b) {
        return std::tie(b.stalled, a.name) < std::tie(a.stalled, b.name);
    });
    std::ranges::sort(result.locks, [](const HotLock& a, const HotLock& b) {
        return std::tie(b.waited, a.name) < std::tie(a.waited, b.name);
    });
    result.lines.resize(std::min(result.lines.size(), most_kept));
    result.locks.resize(std::min(result.locks.size(), most_kept));
}

}  // namespace stampede::bench
