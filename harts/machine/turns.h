// One host thread drives all harts, turn by turn: the repeatable modes. Everything a guest can see
// follows from the schedule.
#pragma once
#include <array>
#include <vector>

#include "harts/core/hart.h"
#include "harts/machine/clocks.h"
#include "harts/machine/machine.h"
#include "harts/machine/stop_request.h"
#include "harts/schedule/emulated_time/time_keeper.h"
#include "harts/schedule/event_counter.h"
#include "harts/schedule/runs.h"

namespace stampede {

class Turns final : public CountedClock::Counter {
public:
    Turns(const std::vector<Hart*>& harts, TimeMode time, StopRequest& stop)
        : harts_(harts), time_(time), stop_(stop) {}

    // After the constructor: the clock asks this object for its count.
    void set_clock(Clock& clock) { clock_ = &clock; }

    // Null: time is the number of instructions.
    void set_time_keeper(const TimeKeeper* keeper) { time_keeper_ = keeper; }

    // Runs one hart for exactly `budget` instructions unless it stops earlier; one that waits for
    // nothing in sight not at all.
    StopReason run(HartId hart, u64 budget);

    // Lets `schedule` choose until something stops the machine or `instructions` have been
    // executed. `counter` counts events where the schedule limits them; `listener` hears of each
    // turn before it begins. Both may be null.
    MachineStop run(Schedule& schedule, EventCounter* counter, TurnListener* listener,
                    u64 instructions);

    // What has been run since the last call, turns of one hart behind each other as one.
    [[nodiscard]] std::vector<HartRun> take_log();
    void keep_log(bool keep) { keep_log_ = keep; }
    // All turns so far, by the same count.
    [[nodiscard]] u64 count() const { return now_.count; }

    struct Asleep {
        u32 wake = 0;      // HartShared::wake as it fell asleep
        u64 deadline = 0;  // mtime of its next timer interrupt
    };
    // How far all has come.
    struct Progress {
        u64 executed = 0;  // instructions of all harts up to the current run
        u64 waiting = 0;   // harts whose last run ended in wfi
        std::array<Asleep, max_harts> asleep{};
        u64 count = 0;         // of turns
        u32 last = max_harts;  // the hart that ran last
    };
    // Between runs. The log begins anew.
    [[nodiscard]] const Progress& progress() const { return now_; }
    void go_back_to(const Progress& progress) {
        now_ = progress;
        log_.clear();
    }

    // Harts have run otherwise (in parallel).
    void count_anew();

    // CountedClock::Counter
    [[nodiscard]] u64 executed_by_all() const override {
        return time_keeper_ != nullptr ? time_keeper_->cycles() : executed();
    }

private:
    [[nodiscard]] u64 executed() const {
        return now_.executed +
               (current_ != nullptr ? current_->own.executed_now() - current_began_ : 0);
    }
    void jump_if_all_wait();
    [[nodiscard]] u64 runnable();
    [[nodiscard]] StopReason run_hart(Hart& hart, u64 budget);
    [[nodiscard]] StopReason look_for_circles(Hart& hart);
    void begin(Hart& hart);
    u64 end();
    void fall_asleep(Hart& hart);
    void note(HartId hart, u64 instructions);
    [[nodiscard]] u64 next_deadline() const;

    const std::vector<Hart*>& harts_;
    const TimeMode time_;
    StopRequest& stop_;
    Clock* clock_ = nullptr;
    const TimeKeeper* time_keeper_ = nullptr;
    Progress now_;
    Hart* current_ = nullptr;  // the hart that runs
    u64 current_began_ = 0;
    std::vector<HartRun> log_;
    bool keep_log_ = false;
};

}  // namespace stampede
