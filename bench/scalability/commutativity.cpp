#include "bench/scalability/commutativity.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "bench/scalability/access_log.h"
#include "bench/scalability/booted.h"
#include "bench/scalability/memory_names.h"
#include "harts/schedule/event_counter.h"
#include "harts/schedule/round_robin.h"
#include "kernel/abi/commuting_operations.h"

namespace stampede::bench {
namespace {

constexpr auto& names = abi::commuting_operation_names;
constexpr unsigned warming = 10, measured = 20;  // rounds of each process
constexpr unsigned harts =
    4;  // two for the processes, which never sleep, and two for their children

// Which lines each process's operations touch, and how often they did in how many windows.
class Operations final : public GuestCallSink {
public:
    struct Lines {
        unsigned windows = 0;
        std::map<u64, unsigned> accessed, written;  // windows by line
    };

    void listen_to(AccessLog& log) { log_ = &log; }
    void on_mark(const HartState& state, u64 number) override {
        // as commuting_mark() has them
        const u64 process = number >> 16, operation = (number & 0xffff) >> 1;
        if (log_ == nullptr || process > 1 || operation >= names.size()) {
            return;
        }
        if ((number & 1) == 0) {
            log_->begin(state.id);
        } else if (const AccessedLines* lines = log_->end(state.id);
                   lines != nullptr && rounds_[process] >= warming) {
            add(all_[process][operation][state.id.value], *lines);
        }
        // the last of a round
        if (number == abi::commuting_mark(process, abi::CommutingOperation::shrink, true)) {
            ++rounds_[process];
        }
    }
    void on_audit_table(const HartState&, PhysAddr table) override { table_ = table; }

    [[nodiscard]] bool enough() const {
        return std::ranges::all_of(rounds_, [](unsigned one) { return one >= warming + measured; });
    }
    // Of the hart that each process did it on most, two of them.
    [[nodiscard]] std::pair<const Lines&, const Lines&> of(std::size_t first,
                                                           std::size_t second) const {
        const auto most = [](const std::array<Lines, harts>& by_hart, unsigned but) {
            unsigned best = but == 0 ? 1 : 0;
            for (unsigned hart = 0; hart < harts; ++hart) {
                best = hart != but && by_hart[hart].windows > by_hart[best].windows ? hart : best;
            }
            return best;
        };
        const unsigned hart = most(all_[0][first], harts);
        return {all_[0][first][hart], all_[1][second][most(all_[1][second], hart)]};
    }
    [[nodiscard]] std::optional<PhysAddr> table() const { return table_; }

private:
    static void add(Lines& to, const AccessedLines& lines) {
        ++to.windows;
        for (const auto& [line, access] : lines) {
            ++to.accessed[line];
            if ((access & static_cast<u8>(LineAccess::Written)) != 0) {
                ++to.written[line];
            }
        }
    }

    AccessLog* log_ = nullptr;
    std::array<std::array<std::array<Lines, harts>, names.size()>, 2> all_;
    std::array<unsigned, 2> rounds_{};
    std::optional<PhysAddr> table_;
};

// Every second time or more: what is done once for many operations is not what one of them needs.
bool usual(const std::map<u64, unsigned>& by_line, u64 line, unsigned windows) {
    const auto found = by_line.find(line);
    return found != by_line.end() && found->second * 2 >= windows;
}

std::set<u64> conflicts(const Operations::Lines& a, const Operations::Lines& b) {
    std::set<u64> lines;
    const auto one_way = [&](const Operations::Lines& writer, const Operations::Lines& other) {
        for (const auto& [line, _] : writer.written) {
            if (usual(writer.written, line, writer.windows) &&
                usual(other.accessed, line, other.windows)) {
                lines.insert(line);
            }
        }
    };
    one_way(a, b);
    one_way(b, a);
    return lines;
}

}  // namespace

u64 CommutativityOfPolicy::free_of_conflict() const {
    return static_cast<u64>(std::ranges::count(pairs, u64{0}, &CommutingPair::lines));
}

Result<CommutativityOfPolicy> commutativity_of(const std::string& policy) {
    constexpr u64 piece = 50'000, longest = 400'000'000, turn = 500;  // instructions
    const Point point{policy, "commute", harts};
    Operations operations;
    Result<Booted> booted = boot(point, 1, TimeMode::Counted, operations);
    if (!booted) {
        return std::unexpected(booted.error());
    }
    Machine& machine = *booted->machine;
    AccessLog log;
    operations.listen_to(log);
    machine.set_observers({&log}, slow_accesses_engine);
    RoundRobin schedule(turn);
    MachineStop why = MachineStop::Deadline;
    for (u64 done = 0; why == MachineStop::Deadline && !operations.enough() && done < longest;
         done += piece) {
        why = machine.run_scheduled(schedule, piece);
    }
    if (!operations.enough()) {
        return std::unexpected(stopped(point, *booted, why));
    }
    const GuestSymbols symbols(booted->kernel, {});
    const MemoryNames memory(machine.ram(), operations.table(), symbols);
    CommutativityOfPolicy result{.policy = policy, .pairs = {}};
    for (std::size_t a = 0; a < names.size(); ++a) {
        for (std::size_t b = a; b < names.size(); ++b) {
            const auto& [first, second] = operations.of(a, b);
            if (first.windows < measured / 4 || second.windows < measured / 4) {
                return error(fmt::format("{}: {} and {} ran undisturbed {} and {} times only",
                                         policy, names[a], names[b], first.windows,
                                         second.windows));
            }
            CommutingPair pair{
                .first = std::string(names[a]), .second = std::string(names[b]), .conflicts = {}};
            std::set<std::string> told;
            for (const u64 line : conflicts(first, second)) {
                ++pair.lines;
                told.insert(memory.of(log.word_of(line)));
            }
            pair.conflicts.assign(told.begin(), told.end());
            result.pairs.push_back(std::move(pair));
        }
    }
    return result;
}

}  // namespace stampede::bench
