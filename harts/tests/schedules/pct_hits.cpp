#include "harts/tests/schedules/pct_hits.h"

#include <algorithm>
#include <vector>

namespace stampede::schedules {
namespace {

constexpr u64 to_the_end = 100'000;

// Hands on, and counts.
class Counted final : public Schedule {
public:
    explicit Counted(std::unique_ptr<Schedule> inner) : inner_(std::move(inner)) {}
    Turn next(u64 runnable) override { return inner_->next(runnable); }
    void ran(const TurnResult& result) override {
        events += result.events;
        inner_->ran(result);
    }
    [[nodiscard]] bool limits_events() const override { return true; }

    u64 events = 0;

private:
    std::unique_ptr<Schedule> inner_;
};

Result<void> run(Machine& machine, Schedule& schedule) {
    machine.run_scheduled(schedule, to_the_end);
    return machine.exit_status() == 0u ? Result<void>() : error("a micro-program has not ended");
}

}  // namespace

Result<Hits> count_hits(const races::MicroGuest& guest, const races::Shape& shape, u64 runs,
                        u64 seed, const MakeSchedule& make) {
    std::vector<PhysAddr> shared;
    Hits hits;
    for (u64 n = 0; n <= runs; ++n) {
        auto machine = guest.load(shape);
        if (!machine) {
            return std::unexpected(machine.error());
        }
        (*machine)->assume_shared(shared);
        Counted schedule(make(seed + n, shape));
        if (const auto ended = run(**machine, schedule); !ended) {
            return std::unexpected(ended.error());
        }
        if (n == 0) {
            shared = (*machine)->shared_words();
            continue;
        }
        ++hits.runs;
        hits.hits += guest.outcome(**machine) == races::Outcome::Bug ? 1 : 0;
        hits.most_events = std::max(hits.most_events, schedule.events);
    }
    return hits;
}

}  // namespace stampede::schedules
