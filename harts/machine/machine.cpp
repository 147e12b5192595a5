#include "harts/machine/machine.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <thread>

#include "harts/core/engine.h"
#include "harts/core/machine_context.h"
#include "harts/core/observers.h"
#include "harts/devices/finisher.h"
#include "harts/devices/plic.h"
#include "harts/devices/uart.h"
#include "harts/machine/clocks.h"
#include "harts/machine/hart_threads.h"
#include "harts/machine/loader.h"
#include "harts/machine/turns.h"

namespace stampede {
namespace {

constexpr u64 least_memory = u64{2} << 20;
constexpr u64 most_memory = u64{64} << 30;

unsigned host_cores() { return std::max(1u, std::thread::hardware_concurrency()); }

Result<void> check(const MachineConfig& config) {
    if (config.harts < 1 || config.harts > max_harts) {
        return error(fmt::format("{} harts: 1 to {} are expected", config.harts, max_harts));
    }
    if (config.memory < least_memory || config.memory > most_memory || config.memory % least_memory != 0) {
        return error(fmt::format("memory of {} bytes: a multiple of 2 MiB from 2 MiB to 64 GiB is expected", config.memory));
    }
    return {};
}

u64 hash_hart(const HartState& own, u64 hash) {
    for (unsigned n = 0; n < 32; ++n) {
        hash = mix_hash(hash, own.x[n]);
    }
    const CsrFile& c = own.csr;
    for (const u64 word : {own.pc, static_cast<u64>(own.mode), own.executed, c.mstatus, c.medeleg, c.mideleg, c.mie, c.mip, c.mtvec,
                           c.mcounteren, c.menvcfg, c.mscratch, c.mepc, c.mcause, c.mtval, c.stvec, c.scounteren,
                           c.senvcfg, c.sscratch, c.sepc, c.scause, c.stval, c.stimecmp, c.satp, c.mcycle_offset,
                           c.minstret_offset, own.trapped, u64{own.reservation.valid}, own.reservation.address}) {
        hash = mix_hash(hash, word);
    }
    for (const u64 word : c.pmpcfg) {
        hash = mix_hash(hash, word);
    }
    for (const u64 word : c.pmpaddr) {
        hash = mix_hash(hash, word);
    }
    return hash;
}

}  // namespace

struct Machine::Implementation final : InterruptLines {
    // The clock, and with it the rest of the environment: console input comes from the console.
    struct Surroundings final : Environment {
        explicit Surroundings(Implementation& machine) : machine(machine) {}
        u64 time() override { return machine.clock->time(); }
        u64 instructions_until(u64 deadline) override { return machine.clock->instructions_until(deadline); }
        u64 next_run_ahead(HartId hart, u64 executed) override { return perturbations.next_early_timer(hart, executed); }
        void run_ahead(u64 time) override { machine.clock->run_ahead(time); }
        bool fail_store_conditional(HartId hart) override { return perturbations.fail_store_conditional(hart); }
        bool evict_translation(HartId hart) override { return perturbations.evict_translation(hart); }
        std::optional<u8> console_input() override {
            return machine.console != nullptr ? machine.console->get() : std::nullopt;
        }
        Implementation& machine;
        Perturbations perturbations;
    };

    Implementation(const MachineConfig& config, Ram memory)
        : config(config), ram(std::move(memory)), turns(hart_pointers, config.time, stop), clock(make_clock()), surroundings(*this),
          clint(config.harts, surroundings, *this), plic(config.harts, *this),
          uart(surroundings, plic, virt_map::uart_interrupt, [this](u8 byte) { put(byte); }),
          finisher([this](HartId, Finish finish) { finished(finish); }),
          context(ram, bus, clint, surroundings, config.harts) {
        turns.set_clock(*clock);
        bus.map(virt_map::finisher, finisher);
        bus.map(virt_map::clint, clint);
        bus.map(virt_map::plic, plic);
        bus.map(virt_map::uart, uart);
    }

    void make_harts(const Loaded& loaded) {
        for (u32 n = 0; n < config.harts; ++n) {
            harts.push_back(std::make_unique<Hart>(HartId{n}, context));
            harts.back()->reset(loaded.entry, loaded.device_tree.value);
            context.harts.push_back(harts.back().get());
            hart_pointers.push_back(harts.back().get());
            context.revocation.attach(HartId{n}, harts.back()->shared.safe_point);
        }
        const unsigned permits = std::min(config.permits != 0 ? config.permits : host_cores(), config.harts);
        threads = std::make_unique<HartThreads>(context.harts, permits, *clock, config.time, stop);
    }

    std::unique_ptr<Clock> make_clock() {
        if (config.time == TimeMode::Counted) {
            return std::make_unique<CountedClock>(turns);
        }
        return std::make_unique<HostClock>();
    }

    // Decoded code is of one engine: everything is decoded anew.
    void watch(Observer* by, const Engine& engine) {
        context.observer = by;
        context.engine = &engine;
        for (const auto& hart : harts) {
            hart->code.clear();
            hart->tlb.flush_all();
            hart->own.page = nullptr;
        }
    }

    // From now on scheduling points are counted; the observer's own engine, if there is one, sees them too.
    void start_counting() {
        if (counter != nullptr) {
            return;
        }
        counter = std::make_unique<EventCounter>(ram);
        counter->lines().assume_shared(assumed_shared);
        watchers = {};
        watchers.add(*counter);
        if (observer != nullptr) {
            watchers.add(*observer);
        }
        watch(&watchers, engine == &quiet_engine ? counting_engine : *engine);
    }
    void stop_counting() {
        if (counter == nullptr) {
            return;
        }
        for (const auto& hart : harts) {
            hart->watch.touched = nullptr;
        }
        watch(observer, *engine);
        counter.reset();
    }

    void put(u8 byte) const {
        if (console != nullptr) {
            console->put(byte);
        }
    }

    void finished(Finish finish) {
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
            hart.own.deaf_until = std::max(hart.own.deaf_until, hart.own.executed_now() + delay);  // one thread drives all harts
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

    const MachineConfig config;
    Ram ram;
    std::vector<Hart*> hart_pointers;
    StopRequest stop;
    Turns turns;
    std::unique_ptr<Clock> clock;
    Surroundings surroundings;
    Bus bus;
    Clint clint;
    Plic plic;
    Uart uart;
    Finisher finisher;
    MachineContext context;
    Console* console = nullptr;
    std::atomic<i64> exit_status{-1};  // by the hart that writes the finisher; -1: not finished
    std::vector<std::unique_ptr<Hart>> harts;
    std::unique_ptr<HartThreads> threads;
    Observer* observer = nullptr;      // the harness's own, and
    const Engine* engine = &quiet_engine;  // its engine
    std::vector<PhysAddr> assumed_shared;
    std::unique_ptr<EventCounter> counter;
    Observers watchers;                // counter and observer, where both are
};

Machine::Machine(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
Machine::~Machine() = default;

Result<std::unique_ptr<Machine>> Machine::create(const MachineConfig& config, const ElfImage& kernel) {
    if (const auto sound = check(config); !sound) {
        return std::unexpected(sound.error());
    }
    Result<Ram> ram = Ram::create(config.memory);
    if (!ram) {
        return std::unexpected(ram.error());
    }
    auto implementation = std::make_unique<Implementation>(config, std::move(*ram));
    const Result<Loaded> loaded = load_kernel(implementation->ram, kernel, config.harts, config.bootargs);
    if (!loaded) {
        return std::unexpected(loaded.error());
    }
    implementation->make_harts(*loaded);
    return std::unique_ptr<Machine>(new Machine(std::move(implementation)));
}

void Machine::set_console(Console* console) { implementation_->console = console; }
void Machine::set_guest_calls(GuestCallSink* sink) { implementation_->context.guest_calls = sink; }
void Machine::set_events(HartEvents* events) { implementation_->context.events = events; }
void Machine::set_frame_watch(FrameWatch* watch) { implementation_->context.frames = watch; }

MachineStop Machine::run_parallel(std::optional<std::chrono::nanoseconds> limit) {
    Implementation& machine = *implementation_;
    machine.stop_counting();
    if (!machine.stop.is_set()) {
        machine.threads->run(limit);
    }
    const MachineStop why = machine.stop.reason();
    machine.stop.clear(machine.context.harts);
    machine.turns.count_anew();
    return why;
}

void Machine::request_stop() { implementation_->stop.set(MachineStop::Requested, implementation_->context.harts); }

StopReason Machine::run(HartId id, u64 budget) { return implementation_->turns.run(id, budget); }

MachineStop Machine::run_scheduled(Schedule& schedule, u64 instructions, TurnListener* listener) {
    Implementation& machine = *implementation_;
    schedule.limits_events() ? machine.start_counting() : machine.stop_counting();
    const MachineStop why = machine.turns.run(schedule, machine.counter.get(), listener, instructions);
    if (listener != nullptr) {
        listener->on_turns_over();
    }
    return why;
}

std::vector<HartRun> Machine::take_turns() { return implementation_->turns.take_log(); }
u64 Machine::turns() const { return implementation_->turns.count(); }
void Machine::keep_turns(bool keep) { implementation_->turns.keep_log(keep); }

void Machine::set_observer(Observer* observer, const Engine& engine) {
    Implementation& machine = *implementation_;
    machine.stop_counting();
    machine.observer = observer;
    machine.engine = &engine;
    machine.watch(observer, engine);
}

void Machine::set_translation_watch(TranslationWatch* watch) { implementation_->context.translations = watch; }

void Machine::set_perturbation(const Perturbation& perturbation) {
    implementation_->surroundings.perturbations = Perturbations(perturbation);
}
void Machine::assume_shared(std::vector<PhysAddr> words) { implementation_->assumed_shared = std::move(words); }
std::vector<PhysAddr> Machine::shared_words() const {
    EventCounter* const counter = implementation_->counter.get();
    return counter != nullptr ? counter->lines().shared() : std::vector<PhysAddr>();
}

unsigned Machine::harts() const { return implementation_->config.harts; }
Hart& Machine::hart(HartId id) { return *implementation_->context.harts[id.value]; }
Ram& Machine::ram() { return implementation_->ram; }

std::optional<u32> Machine::exit_status() const {
    const i64 status = implementation_->exit_status.load(std::memory_order_acquire);
    return status < 0 ? std::nullopt : std::optional(static_cast<u32>(status));
}

u64 Machine::instructions(HartId id) const {
    return implementation_->context.harts[id.value]->shared.instructions.load(std::memory_order_relaxed);
}

u64 Machine::time() const { return implementation_->clint.time(); }

u64 Machine::state_hash() const {
    const Implementation& machine = *implementation_;
    u64 hash = XXH3_64bits(machine.ram.host(ram_base), machine.ram.size());
    for (const Hart* hart : machine.context.harts) {
        hash = hash_hart(hart->own, hash);
    }
    return machine.bus.hash(hash);
}

void Machine::console_input_ready() { implementation_->uart.input_ready(); }

}  // namespace stampede
