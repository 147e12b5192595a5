#include "harts/machine/machine.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <array>

#include "harts/devices/plic.h"
#include "harts/machine/implementation.h"

namespace stampede {
namespace {

constexpr u64 least_memory = u64{2} << 20;
constexpr u64 most_memory = u64{64} << 30;

bool overlap(AddressRange one, AddressRange other) {
    return one.base.value < other.base.value + other.size &&
           other.base.value < one.base.value + one.size;
}

Result<void> check_devices(const MachineConfig& config) {
    std::vector<DeviceLine> before(virt_map::lines().begin(), virt_map::lines().end());
    before.push_back({{ram_base, config.memory}, 0, {}});
    for (const DeviceLine& line : config.devices) {
        const auto [base, size] = line.range;
        if (size == 0 || base.value + size < base.value) {
            return error(
                fmt::format("a device of {} bytes at {:#x}: a range of addresses is expected", size,
                            base.value));
        }
        if (line.interrupt >= plic_sources) {
            return error(fmt::format("the device at {:#x} has interrupt {}: 0 to {} are expected",
                                     base.value, line.interrupt, plic_sources - 1));
        }
        for (const DeviceLine& other : before) {
            if (overlap(line.range, other.range)) {
                return error(
                    fmt::format("the device at {:#x} takes {} bytes, up to where something else "
                                "stands: {:#x} to {:#x}",
                                base.value, size, other.range.base.value,
                                other.range.base.value + other.range.size));
            }
        }
        before.push_back(line);
    }
    return {};
}

Result<void> check(const MachineConfig& config) {
    if (config.harts < 1 || config.harts > max_harts) {
        return error(fmt::format("{} harts: 1 to {} are expected", config.harts, max_harts));
    }
    if (config.memory < least_memory || config.memory > most_memory ||
        config.memory % least_memory != 0) {
        return error(
            fmt::format("memory of {} bytes: a multiple of 2 MiB from 2 MiB to 64 GiB is expected",
                        config.memory));
    }
    if (config.virtio.disks.size() > VirtioConfig::slots) {
        return error(fmt::format("{} disks: at most {} are expected", config.virtio.disks.size(),
                                 VirtioConfig::slots));
    }
    return check_devices(config);
}

u64 hash_hart(const HartState& own, u64 hash) {
    for (unsigned n = 0; n < 32; ++n) {
        hash = mix_hash(hash, own.x[n]);
    }
    const CsrFile& c = own.csr;
    for (const u64 word : {own.pc,
                           static_cast<u64>(own.mode),
                           own.executed,
                           c.mstatus,
                           c.medeleg,
                           c.mideleg,
                           c.mie,
                           c.mip,
                           c.mtvec,
                           c.mcounteren,
                           c.menvcfg,
                           c.mscratch,
                           c.mepc,
                           c.mcause,
                           c.mtval,
                           c.stvec,
                           c.scounteren,
                           c.senvcfg,
                           c.sscratch,
                           c.sepc,
                           c.scause,
                           c.stval,
                           c.stimecmp,
                           c.satp,
                           c.mcycle_offset,
                           c.minstret_offset,
                           own.trapped,
                           u64{own.reservation.valid},
                           own.reservation.address}) {
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

Machine::Machine(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
Machine::~Machine() = default;

Result<std::unique_ptr<Machine>> Machine::create(const MachineConfig& config,
                                                 const ElfImage& kernel) {
    if (const auto sound = check(config); !sound) {
        return std::unexpected(sound.error());
    }
    Result<Ram> ram = Ram::create(config.memory);
    if (!ram) {
        return std::unexpected(ram.error());
    }
    auto implementation = std::make_unique<Implementation>(config, std::move(*ram));
    const Result<Loaded> loaded = load_kernel(implementation->ram, kernel, config.harts,
                                              config.bootargs, implementation->bus);
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

void Machine::add_code_marks(CodeMarks& marks) {
    implementation_->marks.push_back(&marks);
    implementation_->mark_code();
}
void Machine::remove_code_marks(CodeMarks& marks) {
    std::erase(implementation_->marks, &marks);
    implementation_->mark_code();
}

MachineStop Machine::run_parallel(std::optional<std::chrono::nanoseconds> limit,
                                  WhenIdle when_idle) {
    Implementation& machine = *implementation_;
    machine.stop_counting();
    if (!machine.stop.is_set()) {
        machine.threads->run(limit, when_idle);
    }
    const MachineStop why = machine.stop.reason();
    machine.stop.clear(machine.context.harts);
    machine.turns.count_anew();
    return why;
}

void Machine::request_stop() {
    implementation_->stop.set(MachineStop::Requested, implementation_->context.harts);
}

StopReason Machine::run(HartId id, u64 budget) { return implementation_->turns.run(id, budget); }

MachineStop Machine::run_scheduled(Schedule& schedule, u64 instructions, TurnListener* listener) {
    Implementation& machine = *implementation_;
    schedule.limits_events() ? machine.start_counting() : machine.stop_counting();
    const MachineStop why =
        machine.turns.run(schedule, machine.counter.get(), listener, instructions);
    if (listener != nullptr) {
        listener->on_turns_over();
    }
    return why;
}

std::vector<HartRun> Machine::take_turns() { return implementation_->turns.take_log(); }
u64 Machine::turns() const { return implementation_->turns.count(); }
void Machine::keep_turns(bool keep) { implementation_->turns.keep_log(keep); }

void Machine::set_observers(std::vector<Observer*> observers, const Engine& engine) {
    Implementation& machine = *implementation_;
    machine.stop_counting();
    machine.observers = std::move(observers);
    machine.engine = &engine;
    machine.watch(machine.observers, engine);
}

void Machine::set_translation_watch(TranslationWatch* watch) {
    implementation_->context.translations = watch;
}

void Machine::set_perturbation(const Perturbation& perturbation) {
    implementation_->surroundings.perturbations = Perturbations(perturbation);
}
void Machine::set_time_keeper(const TimeKeeper* keeper) {
    implementation_->turns.set_time_keeper(keeper);
}
void Machine::assume_shared(std::vector<PhysAddr> words) {
    implementation_->assumed_shared = std::move(words);
}
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
    return implementation_->context.harts[id.value]->shared.instructions.load(
        std::memory_order_relaxed);
}

u64 Machine::instructions() const {
    u64 sum = 0;
    for (u32 n = 0; n < harts(); ++n) {
        sum += instructions({n});
    }
    return sum;
}

u64 Machine::time() const { return implementation_->context.clint.time(); }

const Disk& Machine::disk(unsigned n) const { return *implementation_->board.disks.at(n); }

u64 Machine::state_hash() const {
    const Ram& ram = implementation_->ram;
    return mix_hash(XXH3_64bits(ram.host(ram_base), ram.size()), register_hash());
}

u64 Machine::register_hash() const {
    const Implementation& machine = *implementation_;
    u64 hash = 0;
    for (const Hart* hart : machine.context.harts) {
        hash = hash_hart(hart->own, hash);
    }
    return machine.bus.hash(hash);
}

void Machine::console_input_ready() { implementation_->board.input_ready(); }

}  // namespace stampede
