// A loop of bench/guest on a machine of this process, held where the loop begins and where it ends.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "harts/base/error.h"
#include "harts/machine/machine.h"
#include "harts/schedule/schedule.h"

namespace stampede::bench {

struct LoopSetup {
    std::string loop;  // a name of bench/guest's tables
    u64 units = 0;     // of its work, shared by all harts
    unsigned harts = 1;
    // or a repeatable one, as ScheduleSpec::parse() takes it: then one thread drives all harts
    std::string schedule = "parallel";
};

// What the guest says of a loop, and the machine.
struct LoopCounts {
    u64 units = 0;
    u64 in_loop = 0;   // instructions by the guest's own count (minstret), without what harts do
                       // before and behind the loop
    u64 executed = 0;  // instructions of all harts between the two moments
};

// One thread.
class GuestLoop final : private Console {
public:
    // Boots it as far as the loop's beginning. Error: no such loop, a bad setup, no guest beside
    // this program.
    [[nodiscard]] static Result<std::unique_ptr<GuestLoop>> create(const LoopSetup& setup);
    ~GuestLoop() override;

    // From there to the loop's end: what is worth timing. Error: it does not come to its end.
    [[nodiscard]] Result<void> run();
    // From there to the guest's end. Error: the guest does not vouch for its work; with what it
    // said.
    [[nodiscard]] Result<LoopCounts> finish();

private:
    explicit GuestLoop(LoopSetup setup) : setup_(std::move(setup)) {}
    [[nodiscard]] Result<void> boot();
    [[nodiscard]] Result<void> run_to(MachineStop wanted);
    [[nodiscard]] Error failed(std::string_view what) const;
    [[nodiscard]] u64 executed() const;
    void put(u8 byte) override;

    LoopSetup setup_;
    std::unique_ptr<Schedule> schedule_;  // null: a thread a hart
    std::unique_ptr<Machine> machine_;
    // Written on harts' threads under the UART's lock, read while they are parked.
    std::string said_, line_;
    u64 executed_ = 0;
};

}  // namespace stampede::bench
