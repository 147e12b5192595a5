#include "harts/observe/race/race_observer.h"

#include <sys/mman.h>

#include <cassert>

#include "harts/core/csr_numbers.h"
#include "harts/core/hart.h"
#include "harts/devices/virt_map.h"
#include "harts/memory/ram.h"
#include "harts/observe/race/per_hart.h"
#include "harts/observe/race/tsan_runtime.h"
#include "harts/observe/stack_walk.h"

namespace stampede {
namespace {

constexpr unsigned stack_pointer = 2, first_argument = 10;  // x registers

u64 space_of(const Hart& hart) { return hart.own.mode == Privilege::User ? hart.own.csr.satp : 0; }

}  // namespace

RaceObserver::RaceObserver(const Ram& ram, const std::vector<Hart*>& harts, Drive drive)
    : ram_(ram),
      all_(harts),
      drive_(drive),
      words_(std::make_unique<LockWords>()),
      order_(std::make_unique<LockOrder>()),
      atomic_size_(ram.size() / 32) {
    void* mapped = ::mmap(nullptr, atomic_size_, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert(mapped != MAP_FAILED);  // a 32nd of a RAM that could be mapped
    atomic_ = static_cast<u8*>(mapped);
    std::vector<const Contexts*> contexts;
    for (Hart* hart : all_) {
        harts_.push_back(std::make_unique<PerHart>(*this, parked_, *words_, hart->own.id.value));
        contexts.push_back(&harts_.back()->contexts);
        harts_.back()->atomic = atomic_;
        hart->watches.put(*harts_.back());
    }
    reports_ = std::make_unique<RaceReports>(ram.host(ram_base), ram.size(), std::move(contexts));
    main_ = __tsan_get_current_fiber();
    if (drive_ == Drive::OneThread) {
        for (Hart* hart : harts) {
            PerHart& own = *harts_[hart->own.id.value];
            own.thread = static_cast<tsan::Thread>(__tsan_create_fiber(0));
            own.owns_thread = true;
            attach(*hart, own);
        }
    }
}

RaceObserver::~RaceObserver() {
    leave();
    for (const auto& own : harts_) {
        if (own->owns_thread) {
            __tsan_destroy_fiber(own->thread);
        }
        if (own->fence_fiber != nullptr) {
            __tsan_destroy_fiber(own->fence_fiber);
        }
    }
    ::munmap(atomic_, atomic_size_);
}

void RaceObserver::switch_to(HartId hart) {
    tsan::Thread to = harts_[hart.value]->thread;
    if (tsan::current() != to) {
        __tsan_switch_to_fiber(to, tsan::no_sync);
    }
}

void RaceObserver::leave() {
    if (drive_ == Drive::OneThread && __tsan_get_current_fiber() != main_) {
        __tsan_switch_to_fiber(main_, tsan::no_sync);
    }
}

// The end of all that was, and the beginning of all that comes: for what forget_accesses() cannot
// take back.
void RaceObserver::order_all() {
    if (drive_ == Drive::ThreadAHart) {
        return;  // each hart's clock is its own thread's
    }
    for (const auto& own : harts_) {
        switch_to({own->locks.hart()});
        tsan::release(own->thread, &moment_);
    }
    for (const auto& own : harts_) {
        switch_to({own->locks.hart()});
        tsan::acquire(own->thread, &moment_);
        if (own->fence_fiber != nullptr) {
            __tsan_switch_to_fiber(own->fence_fiber, tsan::no_sync);
            tsan::acquire(static_cast<tsan::Thread>(own->fence_fiber), &moment_);
        }
    }
    leave();
}

void RaceObserver::expect_snapshot() {
    recorded_.resize(ram_.pages());
    for (const auto& own : harts_) {
        own->recorded = recorded_.data();
    }
}

// The runtime keeps the last few accesses of eight bytes, and drops one by chance for a new one:
// older ones, though they race with nothing, would decide which races are seen.
void RaceObserver::forget_accesses() {
    for (u64 page = 0; page < recorded_.size(); ++page) {
        if (recorded_[page] != 0) {
            recorded_[page] = 0;
            tsan::forget(ram_.host(ram_base + page * page_size), page_size);
        }
    }
}

void RaceObserver::save() {
    assert(!recorded_.empty());
    saved_atomic_.assign(atomic_, atomic_ + atomic_size_);
    changed_atomic_.begin(atomic_size_);
    parked_.save();
    words_->save();
    order_->save();
    reports_->save();
    for (const auto& own : harts_) {
        own->save();
    }
    forget_accesses();
    order_all();
}

void RaceObserver::restore() {
    changed_atomic_.take([this](u32 at) { atomic_[at] = saved_atomic_[at]; });
    parked_.restore();
    words_->restore();
    order_->restore();
    reports_->restore();
    for (Hart* hart : all_) {
        PerHart& own = of(*hart);
        own.restore();
        if (drive_ == Drive::OneThread) {
            switch_to(hart->own.id);
            own.rewind_stack();
        }
        context_changed(*hart, own);
        own.update_slow();
    }
    forget_accesses();
    order_all();
}

const LockSet& RaceObserver::held(HartId hart) const { return harts_[hart.value]->locks.set(); }

unsigned RaceObserver::stack_depth(HartId hart) const { return harts_[hart.value]->stack.depth(); }

RaceObserver::PerHart& RaceObserver::of(const Hart& hart) { return hart.watches.of<PerHart>(); }

void RaceObserver::on_start(Hart& hart) {
    PerHart& own = of(hart);
    if (own.thread == nullptr) {
        own.thread = tsan::current();
        attach(hart, own);
    }
    own.rewind_stack();
}

void RaceObserver::attach(Hart& hart, PerHart& own) {
    context_changed(hart, own);
    own.update_slow();
}

void RaceObserver::context_changed(Hart& hart, PerHart& own) {
    own.locks.set_space(hart.own.csr.satp);
    own.context = own.contexts.tag_of(own.locks.set());
}

bool RaceObserver::is_atomic(PhysAddr at) const {
    const u64 word = (at.value - ram_base.value) / 4;
    // relaxed: bits are only ever set; whoever misses one just set takes the access for a plain
    // one, as it may have been.
    return (__atomic_load_n(&atomic_[word / 8], __ATOMIC_RELAXED) >> (word % 8) & 1) != 0;
}

void RaceObserver::mark_atomic(PhysAddr at, unsigned size) {
    for (u64 n = 0; n < size; n += 4) {
        if (!is_atomic(at + n)) {
            const u64 word = (at.value + n - ram_base.value) / 4;
            __atomic_fetch_or(&atomic_[word / 8], static_cast<u8>(1 << (word % 8)),
                              __ATOMIC_RELAXED);
            changed_atomic_.note(word / 8);
        }
    }
}

// Misaligned ones in aligned pieces: the runtime's calls for unaligned accesses lose the upper bits
// of the pc.
void RaceObserver::plain(Hart& hart, PerHart& own, PhysAddr at, unsigned size, unsigned long type) {
    const u64 pc = Contexts::tagged(hart.own.pc, own.context);
    type |= known_races.contains(hart.own.pc) ? tsan::atomic : 0;
    if (own.recorded != nullptr) {
        __atomic_store_n(&own.recorded[ram_.page_index(at)], 1, __ATOMIC_RELAXED);
    }
    while (size != 0) {
        unsigned piece = 1;
        while (piece * 2 <= size && at.value % (u64{piece} * 2) == 0) {
            piece *= 2;
        }
        tsan::access(own.thread, pc, ram_.host(at), piece, type);
        at = at + piece;
        size -= piece;
    }
}

// With an earlier fence: of what came before the fence, no more. A helper fiber keeps the clock of
// that moment.
void RaceObserver::release(PerHart& own, const void* at, bool explicitly) {
    if (explicitly) {
        tsan::release(own.thread, at);
    } else if (own.fenced) {
        __tsan_switch_to_fiber(own.fence_fiber, tsan::no_sync);
        tsan::release(static_cast<tsan::Thread>(own.fence_fiber), at);
        __tsan_switch_to_fiber(own.thread, tsan::no_sync);
    }
}

void RaceObserver::acquire_later(PerHart& own, const void* at) {
    for (unsigned n = 0; n < own.read_count; ++n) {
        if (own.read[n] == at) {
            return;
        }
    }
    own.read[own.read_next] = at;
    own.read_next = (own.read_next + 1) % PerHart::read_limit;
    own.read_count = std::min(own.read_count + 1, PerHart::read_limit);
}

// Decoding ahead takes time, and a loop that waits looks again and again.
LoadKind RaceObserver::kind_of_load(const Hart& hart, PerHart& own, PhysAddr at) {
    if (own.waiting_pc == hart.own.pc && own.waiting_for == at) {
        return LoadKind::Waiting;
    }
    const LoadKind kind = load_kind(hart);
    if (kind == LoadKind::Waiting) {
        own.waiting_pc = hart.own.pc;
        own.waiting_for = at;
    }
    return kind;
}

// A word that a loop waits for counts as atomic from now on. Who stored there before has released
// nothing to it: the runtime remembers when that was, the hart which fence came before. The look
// itself is not recorded, for it would race with that store.
void RaceObserver::wait_for(PerHart& own, PhysAddr at, unsigned size) {
    mark_atomic(at, size);
    acquire_later(own, ram_.host(at));
    tsan::remembered_stores(ram_.host(at), size, [&](tsan::Moment store) {
        for (const auto& other : harts_) {
            const void* clock = other.get() != &own ? other->fences.before(store) : nullptr;
            if (clock != nullptr) {
                acquire_later(own, clock);
            }
        }
    });
}

void RaceObserver::on_load(Hart& hart, PhysAddr at, unsigned size, u64 value) {
    PerHart& own = of(hart);
    const bool hinted = std::exchange(own.relaxed_next, false);
    own.behind_fence = 0;
    const void* host = ram_.host(at);
    const LoadKind kind = hinted ? LoadKind::Plain : kind_of_load(hart, own, at);
    if (kind == LoadKind::Waiting) {
        wait_for(own, at, size);
    } else if (hinted || is_atomic(at)) {
        plain(hart, own, at, size, tsan::read | tsan::atomic);
        acquire_later(own, host);
    } else if (kind == LoadKind::BeforeFence) {
        plain(hart, own, at, size, tsan::read | tsan::atomic);
        tsan::acquire(own.thread, host);
    } else {
        plain(hart, own, at, size, tsan::read);
    }
    if (own.locks.wants_accesses() && own.locks.load(at.value, value, hart.own.pc)) {
        lock_taken(hart, own, hart.own.pc);
    }
    own.update_slow();
}

void RaceObserver::on_store(Hart& hart, PhysAddr at, unsigned size, u64 value) {
    PerHart& own = of(hart);
    const bool hinted = std::exchange(own.relaxed_next, false);
    const bool behind_fence = own.is_behind_fence(hart);
    own.behind_fence = 0;
    const void* host = ram_.host(at);
    if (hinted || behind_fence || is_atomic(at)) {
        plain(hart, own, at, size, tsan::write | tsan::atomic);
        // right behind its fence the store itself is part of what is released
        release(own, host, behind_fence);
        own.ordered_store = hart.own.executed_now();
        if (own.locks.store(at.value, value)) {
            context_changed(hart, own);
        }
    } else {
        plain(hart, own, at, size, tsan::write);
        if (own.locks.wants_accesses() && own.locks.store(at.value, value)) {
            context_changed(hart, own);
        }
    }
    own.update_slow();
}

void RaceObserver::before_atomic(Hart& hart, const AtomicAccess& access) {
    PerHart& own = of(hart);
    own.behind_fence = 0;
    own.relaxed_next = false;
    mark_atomic(access.at, access.size);
    plain(hart, own, access.at, access.size, tsan::write | tsan::atomic);
    release(own, ram_.host(access.at), access.ordering.release);
}

void RaceObserver::after_atomic(Hart& hart, const AtomicAccess& access, u64 old, bool stored) {
    PerHart& own = of(hart);
    const void* host = ram_.host(access.at);
    bool acquires = access.ordering.acquire;
    if (access.kind == AtomicAccess::Kind::LoadReserved) {
        own.behind_fence = 0;
        own.relaxed_next = false;
        mark_atomic(access.at, access.size);
        plain(hart, own, access.at, access.size, tsan::read | tsan::atomic);
        own.reserved_acquires = acquires;
    } else if (access.kind == AtomicAccess::Kind::StoreConditional) {
        acquires = stored && (acquires || own.reserved_acquires);
    }
    if (acquires) {
        tsan::acquire(own.thread, host);
    } else {
        acquire_later(own, host);
    }
    if (stored || access.kind == AtomicAccess::Kind::LoadReserved) {
        const unsigned held = own.locks.set().count;
        if (own.locks.atomic(access, old, stored ? value_stored(access, old) : old,
                             own.taker(access.at, hart.own.pc))) {
            own.locks.set().count > held || own.locks.set().count == LockSet::limit
                ? lock_taken(hart, own, hart.own.pc)
                : context_changed(hart, own);
        }
    }
    own.update_slow();
}

void RaceObserver::lock_taken(Hart& hart, PerHart& own, u64 pc) {
    context_changed(hart, own);
    const LockSet& set = own.locks.set();
    if (set.count < 2 ||
        own.knows_edge(set.held[set.count - 2].word, set.held[set.count - 1].word, set.count)) {
        return;
    }
    std::array<u64, LockEdge::depth_limit> pcs;
    unsigned depth = 0;
    pcs[depth++] = pc;
    for (unsigned n = own.stack.depth(); n-- != 0 && depth < pcs.size();) {
        pcs[depth++] = own.stack.frame(n).call;
    }
    order_->note(set, hart.own.id.value, pcs.data(), depth);
}

u64 RaceObserver::value_stored(const AtomicAccess& access, u64 old) {
    if (access.kind == AtomicAccess::Kind::StoreConditional) {
        return access.size == 4 ? static_cast<u32>(access.operand) : access.operand;
    }
    return access.size == 4
               ? static_cast<u32>(isa::amo_result<i32>(access.op, static_cast<i32>(old),
                                                       static_cast<i32>(access.operand)))
               : static_cast<u64>(isa::amo_result<i64>(access.op, static_cast<i64>(old),
                                                       static_cast<i64>(access.operand)));
}

void RaceObserver::on_fence(Hart& hart, i32 bits) {
    PerHart& own = of(hart);
    const FenceBits fence(bits);
    const u64 now = hart.own.executed_now();
    if (fence.acquires()) {
        for (unsigned n = 0; n < own.read_count; ++n) {
            tsan::acquire(own.thread, own.read[n]);
        }
        own.read_count = own.read_next = 0;
    }
    // The trailing fence of a sequentially consistent store makes no release of the next store.
    const bool trailing = own.ordered_store != 0 && now - own.ordered_store <= PerHart::adjacent;
    own.ordered_store = 0;
    if (fence.releases()) {
        set_fence_clock(own);
        own.behind_fence = trailing ? 0 : now;
        own.fence_pc = hart.own.pc;
    }
    own.update_slow();
}

void RaceObserver::set_fence_clock(PerHart& own) {
    if (own.fence_fiber == nullptr) {
        own.fence_fiber = __tsan_create_fiber(0);
    }
    const void* clock = own.fences.next();
    tsan::release(own.thread, clock);
    own.fences.add(tsan::now(own.thread));
    __tsan_switch_to_fiber(own.fence_fiber, tsan::no_sync);
    tsan::acquire(static_cast<tsan::Thread>(own.fence_fiber), clock);
    __tsan_switch_to_fiber(own.thread, tsan::no_sync);
    own.fenced = true;
}

void RaceObserver::on_relaxed_next(Hart& hart) { fast_relaxed_next(hart); }

void RaceObserver::fast_relaxed_next(Hart& hart) {
    PerHart& own = of(hart);
    own.relaxed_next = own.slow = true;
}

void RaceObserver::on_device_store(Hart& hart, PhysAddr at, unsigned size, u64 value) {
    PerHart& own = of(hart);
    const u64 offset = at.value - virt_map::clint.base.value;
    if (size == 4 && offset < 4 * harts_.size() && value != 0) {
        release(own, &interrupts_[offset / 4], false);
    }
}

void RaceObserver::on_call(Hart& hart, u64 pc, u64 back, u64 target) {
    fast_call(hart, pc, back, target);
}

void RaceObserver::on_return(Hart& hart, u64 to) { fast_return(hart, to); }

void RaceObserver::fast_call(Hart& hart, u64 pc, u64 back, u64 target) {
    PerHart& own = of(hart);
    own.stack.call(pc, back, hart.own.x[stack_pointer], space_of(hart));
    if (target == own.lock_functions.acquire || target == own.lock_functions.release) [[unlikely]] {
        lock_function_called(hart, own, target);
    }
}

void RaceObserver::fast_return(Hart& hart, u64 to) {
    PerHart& own = of(hart);
    if (own.acquiring.lock != 0 && own.stack.depth() <= own.acquiring.depth) [[unlikely]] {
        const PerHart::Acquiring acquired = std::exchange(own.acquiring, {});
        const bool its_end =
            own.stack.depth() == acquired.depth && own.stack.frame(acquired.depth - 1).back == to;
        if (its_end && own.locks.set().count == acquired.held &&
            own.locks.take_named(acquired.lock, own.stack.frame(acquired.depth - 1).call)) {
            own.observer.lock_taken(hart, own, own.lock_functions.acquire);
        }
    }
    own.stack.ret(to, hart.own.x[stack_pointer], space_of(hart));
}

// What acquire() takes is held when it returns, unless the lock's word has told already; an
// interrupt that takes a lock in between makes it forgotten. What release() gives back is not held
// any more when it begins.
void RaceObserver::lock_function_called(Hart& hart, PerHart& own, u64 target) {
    const auto lock = translate(own.observer.ram_, {hart.own.mode, {hart.own.csr.satp}},
                                hart.own.x[first_argument]);
    if (!lock || hart.own.mode == Privilege::User) {
        return;
    }
    if (target == own.lock_functions.acquire) {
        own.acquiring = {lock->value, own.stack.depth(), own.locks.set().count};
    } else if (own.locks.give_named(lock->value)) {
        own.observer.context_changed(hart, own);
    }
}

void RaceObserver::set_lock_functions(const LockFunctions& functions) {
    for (const auto& own : harts_) {
        own->lock_functions = functions;
    }
}

void RaceObserver::on_trap(Hart& hart, u64 cause, u64, Privilege) {
    PerHart& own = of(hart);
    own.stack.trap(hart.own.pc, hart.own.x[stack_pointer], space_of(hart), own.interrupt(hart));
    const u64 code = cause & ~csr::interrupt_bit;
    if ((cause & csr::interrupt_bit) != 0 && ((u64{1} << code) & (csr::ssi | csr::msi)) != 0) {
        acquire_later(own, &interrupts_[hart.own.id.value]);
    }
    own.update_slow();
}

void RaceObserver::on_trap_return(Hart& hart, u64 to) {
    PerHart& own = of(hart);
    if (const auto interrupted = own.stack.trap_return(to, hart.own.x[stack_pointer])) {
        go_on(hart, own, to, *interrupted);
    }
    if (hart.own.mode == Privilege::User && own.locks.leave_kernel()) {
        context_changed(hart, own);
    }
    own.update_slow();
}

// What stood before the trap counts as if there had been none.
void RaceObserver::go_on(Hart& hart, PerHart& own, u64 to, const Interrupted& interrupted) {
    for (unsigned n = 0; n < interrupted.read_count; ++n) {
        acquire_later(own, interrupted.read[n]);
    }
    own.relaxed_next = interrupted.relaxed_next;
    if (interrupted.hart != hart.own.id.value) {
        // its last release fence was another hart's; no earlier moment of this one's is behind it
        set_fence_clock(own);
    }
    if (interrupted.since_fence != 0) {
        own.behind_fence = hart.own.executed_now() - (interrupted.since_fence - 1U);
        own.fence_pc = to - interrupted.fence_distance;
    }
}

void RaceObserver::on_satp(Hart& hart) { context_changed(hart, of(hart)); }

}  // namespace stampede
