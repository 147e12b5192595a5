// What a Machine is made of: for harts/machine only.
#pragma once
#include <atomic>
#include <cassert>
#include <chrono>
#include <memory>
#include <vector>

#include "harts/core/code_marks.h"
#include "harts/core/machine_context.h"
#include "harts/core/observers.h"
#include "harts/devices/finisher.h"
#include "harts/devices/virt_map.h"
#include "harts/engine/engine.h"
#include "harts/machine/clocks.h"
#include "harts/machine/device_memory.h"
#include "harts/machine/hart_threads.h"
#include "harts/machine/loader.h"
#include "harts/machine/machine.h"
#include "harts/machine/turns.h"

namespace stampede {

struct Machine::Implementation final : InterruptLines {
    // The clock, and with it the rest of the environment: console input comes from the console.
    struct Surroundings final : Environment {
        explicit Surroundings(Implementation& machine) : machine(machine) {}
        u64 time() override { return machine.clock->time(); }
        u64 instructions_until(u64 deadline) override {
            return machine.clock->instructions_until(deadline);
        }
        u64 next_run_ahead(HartId hart, u64 executed) override {
            return perturbations.next_early_timer(hart, executed);
        }
        void run_ahead(u64 time) override { machine.clock->run_ahead(time); }
        bool fail_store_conditional(HartId hart) override {
            return perturbations.fail_store_conditional(hart);
        }
        bool evict_translation(HartId hart) override {
            return perturbations.evict_translation(hart);
        }
        std::optional<u8> console_input() override {
            return machine.console != nullptr ? machine.console->get() : std::nullopt;
        }
        Implementation& machine;
        Perturbations perturbations;
    };

    Implementation(const MachineConfig& config, Ram memory_of_guest)
        : config(config),
          ram(std::move(memory_of_guest)),
          turns(hart_pointers, config.time, stop),
          clock(make_clock()),
          surroundings(*this),
          memory(context),
          board{.harts = config.harts,
                .environment = surroundings,
                .lines = *this,
                .memory = memory,
                .epoch = epoch(config.time),
                .console_output = [this](u8 byte) { put(byte); },
                .finish = [this](HartId, const Finish& finish) { finished(finish); },
                .deadline_changed = [this] { deadline_changed(); },
                .misused =
                    [this](HartId by, std::string_view device, std::string_view misuse) {
                        if (context.events != nullptr) {
                            context.events->on_device_misuse(context.harts[by.value]->own, device,
                                                             misuse);
                        }
                    },
                .virtio = config.virtio,
                .input_ready = {}},
          devices(make_devices(board, bus, config.devices)),
          context(ram, bus, *board.clint, surroundings, config.harts) {
        context.engine = engine;
        turns.set_clock(*clock);
    }

    // After a change of `marks`.
    void mark_code() {
        all_marks = marks.empty() ? nullptr : std::make_unique<AllCodeMarks>(marks);
        context.marks = all_marks.get();
        for (Hart* const hart : context.harts) {
            hart->decode_anew();
        }
    }

    void make_harts(const Loaded& loaded) {
        for (u32 n = 0; n < config.harts; ++n) {
            harts.push_back(std::make_unique<Hart>(HartId{n}, context));
            EventCounter::leave(*harts.back());
            harts.back()->reset(loaded.entry, loaded.device_tree.value);
            context.harts.push_back(harts.back().get());
            hart_pointers.push_back(harts.back().get());
            context.revocation.attach(HartId{n}, harts.back()->shared.safe_point);
        }
        const unsigned permits =
            std::min(config.permits != 0 ? config.permits
                                         : std::max(1u, std::thread::hardware_concurrency()),
                     config.harts);
        threads = std::make_unique<HartThreads>(context.harts, permits, *clock, config.time, stop);
    }

    std::unique_ptr<Clock> make_clock() {
        if (config.time == TimeMode::Counted) {
            return std::make_unique<CountedClock>(turns);
        }
        return std::make_unique<HostClock>();
    }

    // What the time of day was when the machine's time began: always the same where runs repeat.
    static u64 epoch(TimeMode time) {
        using namespace std::chrono;
        constexpr sys_days repeatable{year{2024} / January / 1};
        const system_clock::time_point now =
            time == TimeMode::Counted ? system_clock::time_point(repeatable) : system_clock::now();
        return static_cast<u64>(duration_cast<nanoseconds>(now.time_since_epoch()).count());
    }

    // All of `by` are told, in this order. Decoded code is of one engine: with another, everything
    // is decoded anew.
    void watch(const std::vector<Observer*>& by, const Engine& engine) {
        watching = {};
        for (Observer* one : by) {
            watching.add(*one);
        }
        context.observer = by.empty() ? nullptr : by.size() == 1 ? by.front() : &watching;
        for (const auto& hart : harts) {
            // each of the engine's watchers has been made for this machine
            assert(engine.fits == nullptr || engine.fits(*hart));
        }
        if (context.engine == &engine) {
            return;
        }
        context.engine = &engine;
        for (const auto& hart : harts) {
            hart->decode_anew();
        }
    }

    // From now on scheduling points are counted; the observers' own engine, if they have one, sees
    // them too.
    void start_counting() {
        if (counter != nullptr) {
            return;
        }
        counter = std::make_unique<EventCounter>(ram);
        counter->lines().assume_shared(assumed_shared);
        std::vector<Observer*> all{counter.get()};
        all.insert(all.end(), observers.begin(), observers.end());
        watch(all, engine == &quiet_engine ? counting_engine : *engine);
    }
    void stop_counting() {
        if (counter == nullptr) {
            return;
        }
        for (const auto& hart : harts) {
            EventCounter::leave(*hart);
        }
        watch(observers, *engine);
        counter.reset();
    }

    void put(u8 byte) const {
        if (console != nullptr) {
            console->put(byte);
        }
    }

    void finished(const Finish& finish) {
        exit_status.store(static_cast<i64>(finish.exit_status()), std::memory_order_release);
        stop.set(MachineStop::Finished, context.harts);
    }

    // InterruptLines: any thread.
    void drive(HartId id, Interrupt line, Level level) override {
        if (id.value >= context.harts.size()) {
            return;  // devices reset before the harts exist
        }
        Hart& hart = *context.harts[id.value];
        const u64 bit = u64{1} << static_cast<unsigned>(line);
        // acq_rel: what the driver did before is seen by the hart that takes the interrupt.
        if (level == Level::Low) {
            hart.shared.lines.fetch_and(~bit, std::memory_order_acq_rel);
            return;
        }
        if (const u64 delay = surroundings.perturbations.interrupt_delay(id); delay != 0) {
            // one thread drives all harts
            hart.own.deaf_until = std::max(hart.own.deaf_until, hart.own.executed_now() + delay);
        }
        hart.shared.lines.fetch_or(bit, std::memory_order_acq_rel);
        hart.alarm();
        hart.wake_up();
    }
    void timer_changed(HartId id) override {
        if (id.value < context.harts.size()) {
            context.harts[id.value]->alarm();
            context.harts[id.value]->wake_up();
        }
    }

    // Harts that sleep look again until when.
    void deadline_changed() {
        bus.deadline_changed();
        for (u32 hart = 0; hart < config.harts; ++hart) {
            timer_changed({hart});
        }
    }

    const MachineConfig config;
    Ram ram;
    std::vector<Hart*> hart_pointers;
    StopRequest stop;
    Turns turns;
    std::unique_ptr<Clock> clock;
    Surroundings surroundings;
    Bus bus;
    MachineMemory memory;
    Board board;
    std::vector<std::unique_ptr<Device>> devices;
    MachineContext context;
    Console* console = nullptr;
    std::atomic<i64> exit_status{-1};  // by the hart that writes the finisher; -1: not finished
    std::vector<std::unique_ptr<Hart>> harts;
    std::unique_ptr<HartThreads> threads;
    std::vector<Observer*> observers;      // the harness's own, and
    const Engine* engine = &quiet_engine;  // their engine
    std::vector<PhysAddr> assumed_shared;
    std::unique_ptr<EventCounter> counter;
    Observers watching;  // all that are told, where there are several
    std::vector<CodeMarks*> marks;
    std::unique_ptr<AllCodeMarks> all_marks;  // of them; null: there are none
};

}  // namespace stampede
