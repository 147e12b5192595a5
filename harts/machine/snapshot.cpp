#include "harts/machine/snapshot.h"

#include <cassert>

#include "harts/access/code_coherence.h"
#include "harts/core/translation_watch.h"
#include "harts/machine/implementation.h"

namespace stampede {

struct Snapshot::SavedHart {
    explicit SavedHart(Hart& hart) : hart(hart), own(hart.own), tlb(hart.tlb) {}

    Hart& hart;
    const HartState own;
    const Tlb tlb;
    // relaxed, all four: nobody runs
    const u64 lines = hart.shared.lines.load(std::memory_order_relaxed);
    const u32 wake = hart.shared.wake.load(std::memory_order_relaxed);
    const u64 instructions = hart.shared.instructions.load(std::memory_order_relaxed);
    const u64 kernel_crossings = hart.shared.kernel_crossings.load(std::memory_order_relaxed);
};

struct Snapshot::Saved {
    explicit Saved(Machine::Implementation& machine)
        : dirty(machine.ram, machine.context.attributes) {}

    DirtyPages dirty;
    std::vector<std::unique_ptr<SavedHart>> harts;
    Bus::SavedDevices devices;
    ClockState clock;
    Perturbations perturbations;
    Turns::Progress turns;
    i64 exit_status = 0;
    std::vector<u8> attributes;
    std::vector<std::pair<u64, u32>> reservation_use;  // of pages that are marked
};

Snapshot::Snapshot(Machine& machine, std::vector<Restorable*> others)
    : machine_(*machine.implementation_),
      others_(std::move(others)),
      saved_(std::make_unique<Saved>(machine_)) {
    assert(machine_.context.dirty_pages == nullptr);  // one at a time
    machine_.context.dirty_pages = &saved_->dirty;
    settle();
    save();
}

Snapshot::~Snapshot() { machine_.context.dirty_pages = nullptr; }

std::span<const u32> Snapshot::dirty_pages() const { return saved_->dirty.dirty(); }

// Brings the machine to where restore() will bring it: no write tags, no page looked up, no
// reservation that is broken already.
void Snapshot::settle() {
    for (Hart* hart : machine_.context.harts) {
        drop_stale_code(*hart);
        HartState& own = hart->own;
        own.page = nullptr;
        own.slots = nullptr;
        Reservation& reservation = own.reservation;
        reservation.valid =
            reservation.valid &&
            machine_.context.lines.of(reservation.physical).load() == reservation.version;
        hart->tlb.count_changes({own.data, own.fetch});
        hart->watched_writes = {};
    }
    if (machine_.counter != nullptr) {
        machine_.counter->lines().forget();
    }
    saved_->dirty.track();
}

void Snapshot::save() {
    for (Hart* hart : machine_.context.harts) {
        saved_->harts.push_back(std::make_unique<SavedHart>(*hart));
    }
    saved_->devices = machine_.bus.save();
    saved_->clock = machine_.clock->state();
    saved_->perturbations = machine_.surroundings.perturbations;
    saved_->turns = machine_.turns.progress();
    saved_->exit_status = machine_.exit_status.load();
    saved_->attributes = machine_.context.attributes.all();
    for (u64 page = 0; page < machine_.ram.pages(); ++page) {
        if ((saved_->attributes[page] & PageAttributes::reservation) != 0) {
            saved_->reservation_use.emplace_back(page,
                                                 machine_.context.reservation_use.count(page));
        }
    }
    if (TranslationWatch* const watch = machine_.context.translations; watch != nullptr) {
        watch->save_watching();
    }
    for (Restorable* other : others_) {
        other->save();
    }
}

void Snapshot::restore() {
    forget_code_of_dirty_pages();
    saved_->dirty.restore();
    restore_marks();
    // Devices drive lines, lines wake harts and may ask for a delay: what they touch comes back
    // behind them.
    machine_.bus.restore(saved_->devices);
    machine_.surroundings.perturbations = saved_->perturbations;
    machine_.exit_status.store(saved_->exit_status);
    machine_.stop.clear(machine_.context.harts);  // a finisher's, of a time that has not been
    for (const auto& hart : saved_->harts) {
        restore_hart(*hart);
    }
    machine_.turns.go_back_to(saved_->turns);
    machine_.clock->set_state(saved_->clock);
    if (machine_.counter != nullptr) {
        machine_.counter->lines().forget();
    }
    for (Restorable* other : others_) {
        other->restore();
    }
}

// A page that is marked takes its stores the slow way, without a translation that could be evicted:
// that shows in what is.
void Snapshot::restore_marks() {
    machine_.context.attributes.go_back_to(saved_->attributes, PageAttributes::code);
    for (const auto& [page, stores] : saved_->reservation_use) {
        machine_.context.reservation_use.set_count(page, stores);
    }
    if (TranslationWatch* const watch = machine_.context.translations; watch != nullptr) {
        watch->restore_watching();
    }
}

void Snapshot::forget_code_of_dirty_pages() {
    PageAttributes& attributes = machine_.context.attributes;
    for (Hart* hart : machine_.context.harts) {
        drop_stale_code(*hart);
    }
    for (const u32 page : saved_->dirty.dirty()) {
        if ((attributes.of(page) & PageAttributes::code) == 0) {
            continue;
        }
        for (Hart* hart : machine_.context.harts) {
            drop_code(*hart, page);
        }
        attributes.clear(page, PageAttributes::code);
    }
}

void Snapshot::restore_hart(SavedHart& saved) {
    Hart& hart = saved.hart;
    PageAttributes& attributes = machine_.context.attributes;
    hart.own = saved.own;
    hart.shared.lines.store(saved.lines, std::memory_order_relaxed);
    hart.shared.wake.store(saved.wake, std::memory_order_relaxed);
    hart.shared.instructions.store(saved.instructions, std::memory_order_relaxed);
    hart.shared.kernel_crossings.store(saved.kernel_crossings, std::memory_order_relaxed);
    hart.watched_writes = {};
    // A fetch entry comes back with its page, decoded anew where it has gone: whether a translation
    // is there shows in what is evicted.
    hart.tlb.restore(saved.tlb, [&](PhysAddr at) {
        const u64 page = machine_.ram.page_index(at);
        if (CodePage* code = hart.code.find(page); code != nullptr) {
            return code;
        }
        attributes.set(page, PageAttributes::code);
        return &hart.code.make(page, at, *hart.machine.engine);
    });
    // Line versions only grow: what was reserved is again what stands there.
    if (Reservation& reservation = hart.own.reservation; reservation.valid) {
        reservation.version = machine_.context.lines.of(reservation.physical).load();
    }
}

}  // namespace stampede
