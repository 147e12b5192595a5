// A whole machine: RAM, devices, 1 to 64 harts and their threads. With findings and reports the
// only type that fuzz, stress and bench include.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harts/base/error.h"
#include "harts/base/types.h"
#include "harts/core/hart_events.h"
#include "harts/core/stop_reason.h"
#include "harts/devices/virt_map.h"
#include "harts/image/elf_image.h"
#include "harts/schedule/perturbation.h"

namespace stampede {

class Disk;
class Ram;
class CodeMarks;
class FrameWatch;
class Observer;
class TranslationWatch;
class Schedule;
class TimeKeeper;
struct Engine;
struct Hart;
struct HartRun;
extern const Engine quiet_engine;

enum class TimeMode : u8 {
    Host,     // 10 MHz off the host's monotonic clock
    Warp,     // the same, but when every hart waits, time jumps to the next deadline
    Counted,  // 100 instructions executed by all harts together are one tick; jumps as in Warp. For
              // run() and run_scheduled() only: in run_parallel() it stands still
};

struct MachineConfig {
    unsigned harts = 1;           // 1 to 64
    u64 memory = u64{128} << 20;  // bytes, a multiple of 2 MiB, 2 MiB to 64 GiB
    TimeMode time = TimeMode::Host;
    std::string bootargs;  // /chosen/bootargs
    unsigned permits = 0;  // harts that run at once in parallel mode; 0: the host's cores
    std::vector<DeviceLine> devices = {};  // beside those of virt_map::lines()
    VirtioConfig virtio = {};              // disks, at most as many as there are slots
};

// Where the guest's console goes and where its input comes from.
class Console {
public:
    virtual ~Console() = default;
    // One byte the guest sent. On a hart's thread, under the UART's lock.
    virtual void put(u8 byte) = 0;
    // The next byte of input, if one is there. On a hart's thread, under the UART's lock.
    virtual std::optional<u8> get() { return std::nullopt; }
};

// Hears who runs next in run_scheduled(). On the calling thread.
class TurnListener {
public:
    virtual ~TurnListener() = default;
    virtual void on_turn(HartId hart) = 0;
    virtual void on_turns_over() = 0;  // run_scheduled() is about to come back
};

// Why run_parallel() or run_scheduled() came back. Of several reasons at once, the first of these.
enum class MachineStop : u8 {
    Finished,       // the guest wrote the finisher: exit_status() tells
    Quiescent,      // the guest says: no lock held, every other hart idle. Go on by another call
    SnapshotReady,  // the guest called snapshot_ready. Go on by another call
    Requested,      // request_stop()
    Deadline,       // `limit` of host time has passed, or all instructions are executed
    Idle,           // every hart waits, and nothing will ever wake one; of run_parallel() only with
                    // WhenIdle::Stop
};

// What run_parallel() does when nothing in the machine will ever wake a hart.
enum class WhenIdle : u8 { Wait, Stop };

class Machine {
public:
    // Error: a number out of range (named with its range), devices in each other's place, no memory
    // on the host, a kernel image that does not fit.
    [[nodiscard]] static Result<std::unique_ptr<Machine>> create(const MachineConfig& config,
                                                                 const ElfImage& kernel);
    ~Machine();

    // Sinks; null to stop listening. Only while harts are parked.
    void set_console(Console* console);
    void set_guest_calls(GuestCallSink* sink);
    void set_events(HartEvents* events);
    void set_frame_watch(FrameWatch* watch);  // before the first run (core/frame_watch.h)
    // Tells these of its instructions, beside those that are told already (core/code_marks.h);
    // decoded code is decoded anew. Until they are removed. Harts parked.
    void add_code_marks(CodeMarks& marks);
    void remove_code_marks(CodeMarks& marks);
    // All of these watch every access and call (core/observer.h), in this order; `engine` is
    // composed of their fast parts (engine/watching.h). Before the first run.
    void set_observers(std::vector<Observer*> observers, const Engine& engine = quiet_engine);
    // Hears of stale translations that are used (core/translation_watch.h).
    void set_translation_watch(TranslationWatch* watch);
    // With TimeMode::Counted only, where one thread drives all harts. Before the first run.
    void set_perturbation(const Perturbation& perturbation);
    // Likewise: mtime is then this one's cycles, not instructions. Null: it is not.
    void set_time_keeper(const TimeKeeper* keeper);
    // Words that count as touched by several harts from their first access on, where scheduling
    // points are counted; found out otherwise. Before the first run.
    void assume_shared(std::vector<PhysAddr> words);
    // Those that several harts were seen to touch, by the cache line; none where scheduling points
    // have not been counted.
    [[nodiscard]] std::vector<PhysAddr> shared_words() const;

    // --- parallel mode: every hart on its own host thread ----------------------------------------
    // Lets all harts run until something stops them; on return every hart is parked and its state
    // may be read and changed. `when_idle` matters with TimeMode::Warp only.
    MachineStop run_parallel(std::optional<std::chrono::nanoseconds> limit = std::nullopt,
                             WhenIdle when_idle = WhenIdle::Wait);
    // Ends run_parallel() soon. Any thread, async-signal-safe.
    void request_stop();

    // --- one host thread: the caller drives the harts --------------------------------------------
    // Runs one hart for exactly `budget` instructions unless it stops earlier. Not while
    // run_parallel() runs.
    StopReason run(HartId hart, u64 budget);
    // Lets `schedule` choose who runs until something stops the machine or at least `instructions`
    // have been executed by all harts together (then: Deadline, at the end of a turn, so that a run
    // does not depend on the pieces it is driven in). With TimeMode::Counted everything that the
    // guest can see follows from the schedule. `listener` may be null.
    MachineStop run_scheduled(Schedule& schedule, u64 instructions,
                              TurnListener* listener = nullptr);
    // The turns of run_scheduled() since the last call, if they are kept; those of one hart behind
    // each other are one.
    void keep_turns(bool keep);
    // How many there were, kept or not.
    [[nodiscard]] u64 turns() const;
    [[nodiscard]] std::vector<HartRun> take_turns();

    // --- looking ---------------------------------------------------------------------------------
    [[nodiscard]] unsigned harts() const;
    [[nodiscard]] Hart& hart(HartId id);
    [[nodiscard]] Ram& ram();
    [[nodiscard]] std::optional<u32> exit_status() const;  // 0 passed; set by the finisher
    // Instructions retired by a hart; while harts run, as of its last slice. Any thread.
    [[nodiscard]] u64 instructions(HartId id) const;
    [[nodiscard]] u64 instructions() const;  // likewise, of all harts
    // mtime, ticks of 10 MHz.
    [[nodiscard]] u64 time() const;
    // What stands on the n-th disk of the configuration. Harts parked.
    [[nodiscard]] const Disk& disk(unsigned n) const;
    // xxHash of registers, CSRs, RAM and devices. Harts parked.
    [[nodiscard]] u64 state_hash() const;
    // The same without RAM.
    [[nodiscard]] u64 register_hash() const;
    // Tells the UART that its console may have input. Any thread.
    void console_input_ready();

    struct Implementation;

private:
    friend class Snapshot;
    explicit Machine(std::unique_ptr<Implementation> implementation);
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace stampede
