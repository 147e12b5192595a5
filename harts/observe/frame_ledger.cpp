#include "harts/observe/frame_ledger.h"

#include <sys/mman.h>

#include <algorithm>
#include <new>
#include <span>
#include <tuple>

#include "harts/access/host_access.h"
#include "harts/core/hart.h"
#include "harts/core/machine_context.h"
#include "harts/observe/stack_walk.h"

namespace stampede {
namespace {

constexpr unsigned return_address = 1, frame_pointer = 8;  // x registers

// The u64 at `address`, by the hart's own translation where it has one: stacks nearly always are.
std::optional<u64> quick_peek(const Hart& hart, const Ram& ram, u64 address) {
    const TlbEntry& entry = hart.own.data->entries[TlbBank::index(address)];
    if (address % 8 == 0 && entry.read == (address & ~page_offset_mask)) [[likely]] {
        return load_host(reinterpret_cast<const u8*>(address + static_cast<u64>(entry.offset)), 8);
    }
    return peek(ram, {hart.own.mode, {hart.own.csr.satp}}, address);
}

// As walk_stack(), in the time that an event of every allocation may take. Gives the number of pcs.
std::size_t quick_walk(const Hart& hart, const Ram& ram, std::span<u64> pcs) {
    pcs[0] = hart.own.pc;
    std::size_t known = 1;
    for (u64 fp = hart.own.x[frame_pointer]; known < pcs.size() && fp % 16 == 0 && fp >= 16;) {
        const std::optional<u64> back = quick_peek(hart, ram, fp - 8);
        const std::optional<u64> caller = quick_peek(hart, ram, fp - 16);
        if (!back || !caller || *back == 0) {
            break;
        }
        pcs[known++] = *back;
        if (*caller <= fp) {
            break;
        }
        fp = *caller;
    }
    return known;
}

}  // namespace

// Of one frame. Written by the hart that allocates or frees it; where the guest's locks do not
// order two of them, the fields may be of both. relaxed: each is a number of its own.
struct FrameLedger::Event {
    std::array<std::atomic<u64>, FrameParty::depth> pcs;  // 0: none
    std::atomic<u32> hart;
    std::atomic<u64> satp;
    std::atomic<u64> sequence;
};

struct FrameLedger::History {
    Event allocated, freed;
    // 1: a process was running when it was allocated
    std::atomic<u8> since_boot;
};

struct FrameLedger::Saved {
    static constexpr std::size_t words = sizeof(History) / sizeof(u64);
    struct Page {
        u64 page;
        u8 state;
        std::array<u64, words> history;
    };
    std::vector<u8> is_kept;  // by page of RAM
    std::vector<Page> pages;
    u64 sequence = 0;
    u32 booted = 0;
    std::vector<FrameIncident> incidents;
};

struct FrameLedger::Knowledge {
    explicit Knowledge(const AuditView& announced) : view(announced), processes(announced) {}
    AuditView view;
    ProcessLookup processes;
};

FrameLedger::FrameLedger(const Ram& ram, Drive drive)
    : FrameWatch(ram.pages()),
      ram_(ram),
      drive_(drive),
      histories_(static_cast<History*>(
          ::mmap(nullptr, ram.pages() * sizeof(History), PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0))) {
    if (histories_ == MAP_FAILED) {
        throw std::bad_alloc();
    }
}
FrameLedger::~FrameLedger() { ::munmap(histories_, ram_.pages() * sizeof(History)); }

void FrameLedger::save() {
    const FutexGuard guard(lock_);
    saved_ = std::make_unique<Saved>();
    saved_->is_kept.resize(ram_.pages());
    saved_->sequence = sequence_.load(std::memory_order_relaxed);
    saved_->booted = booted_.load(std::memory_order_relaxed);
    saved_->incidents = incidents_;
    keeps_.store(true, std::memory_order_relaxed);
}

void FrameLedger::keep(u64 page) {
    static_assert(sizeof(History) % sizeof(u64) == 0);
    const FutexGuard guard(lock_);
    if (std::exchange(saved_->is_kept[page], u8{1}) != 0) {
        return;
    }
    Saved::Page& kept = saved_->pages.emplace_back(page, state(page));
    const auto* from = reinterpret_cast<const u64*>(&histories_[page]);
    for (std::size_t n = 0; n < Saved::words; ++n) {
        kept.history[n] = __atomic_load_n(from + n, __ATOMIC_RELAXED);
    }
}

void FrameLedger::restore() {
    const FutexGuard guard(lock_);
    for (const Saved::Page& kept : saved_->pages) {
        exchange_state(kept.page, kept.state);
        auto* to = reinterpret_cast<u64*>(&histories_[kept.page]);
        for (std::size_t n = 0; n < Saved::words; ++n) {
            __atomic_store_n(to + n, kept.history[n], __ATOMIC_RELAXED);
        }
        saved_->is_kept[kept.page] = 0;
    }
    saved_->pages.clear();
    sequence_.store(saved_->sequence, std::memory_order_relaxed);
    booted_.store(saved_->booted, std::memory_order_relaxed);
    incidents_ = saved_->incidents;
    count_.store(incidents_.size(), std::memory_order_relaxed);
}

void FrameLedger::know(const AuditView& view) {
    const FutexGuard guard(lock_);
    if (knowledge_owner_ == nullptr) {
        knowledge_owner_ = std::make_unique<Knowledge>(view);
        knowledge_.store(knowledge_owner_.get(), std::memory_order_release);
    }
}

void FrameLedger::begin(const AuditView& view, std::span<const PhysAddr> free_frames) {
    know(view);
    first_process_runs();
    for (const PhysAddr frame : free_frames) {
        if (const std::optional<u64> page = page_of(frame)) {
            exchange_state(*page, free);
        }
    }
}

std::optional<u64> FrameLedger::page_of(PhysAddr at) const {
    return ram_.contains(at, 1) ? std::optional(ram_.page_index(at)) : std::nullopt;
}

// Whose page table that was. Looked up when somebody wants to know, for it takes long; no answer
// where the process is gone, or the root page table's frame has been allocated again since.
void FrameLedger::name_process(FrameParty& party, u64 satp, u64 sequence) const {
    const Knowledge* const known = knowledge_.load(std::memory_order_acquire);
    const std::optional<u64> root = page_of(Satp{satp}.root().address());
    if (known == nullptr || !root ||
        histories_[*root].allocated.sequence.load(std::memory_order_relaxed) > sequence) {
        return;
    }
    if (std::optional<Runner> runner = known->processes.runner_of({satp})) {
        party.pid = runner->pid;
        party.program = std::move(runner->program);
    }
}

void FrameLedger::note(Event& event, Hart& hart) {
    std::array<u64, FrameParty::depth> pcs{};
    quick_walk(hart, ram_, pcs);
    for (std::size_t n = 0; n < pcs.size(); ++n) {
        event.pcs[n].store(pcs[n], std::memory_order_relaxed);
    }
    event.hart.store(hart.own.id.value, std::memory_order_relaxed);
    event.satp.store(hart.own.csr.satp, std::memory_order_relaxed);
    event.sequence.store(sequence_.fetch_add(1, std::memory_order_relaxed) + 1,
                         std::memory_order_relaxed);
}

void FrameLedger::on_allocated(Hart& hart, PhysAddr frame) {
    const std::optional<u64> page = page_of(frame);
    if (!page) {
        return;
    }
    if (keeps_.load(std::memory_order_relaxed)) {
        keep(*page);
    }
    const Knowledge* const known = knowledge_.load(std::memory_order_acquire);
    const std::optional<u64> number = known != nullptr ? known->view.frame_of(frame) : std::nullopt;
    const bool of_user =
        number && known->view.owner(*number) == static_cast<u8>(abi::FrameOwner::user);
    const u8 before = exchange_state(*page, of_user ? user : kernel);
    History& history = histories_[*page];
    if (before == user || before == kernel) {
        report(FrameIncident::Kind::AllocatedTwice, hart, frame, Access::Write,
               number ? known->view.count(*number) : 0);
    }
    note(history.allocated, hart);
    history.since_boot.store(booted_.load(std::memory_order_relaxed) != 0,
                             std::memory_order_relaxed);
}

void FrameLedger::on_freed(Hart& hart, PhysAddr frame) {
    const std::optional<u64> page = page_of(frame);
    if (!page) {
        return;
    }
    if (keeps_.load(std::memory_order_relaxed)) {
        keep(*page);
    }
    if (exchange_state(*page, free) == free) {
        report(FrameIncident::Kind::DoubleFree, hart, frame, Access::Write, 0);
    }
    note(histories_[*page].freed, hart);
    forget_translations(hart, frame);
}

// Fast accesses to the frame end: this hart's, and everybody's where one thread drives them all.
// Looked for where a kernel's linear map of memory has them.
void FrameLedger::forget_translations(Hart& hart, PhysAddr frame) const {
    const u64 physical = frame.value & ~page_offset_mask;
    const auto drop = [&](TlbBank& bank, TlbEntry& entry) {
        if ((entry.physical & ~page_offset_mask) == physical) {
            bank.clear(entry);
        }
    };
    const auto drop_linear = [&](Hart& other) {
        other.tlb.for_each_supervisor_bank(
            [&](TlbBank& bank) { drop(bank, bank.entries[TlbBank::index(physical)]); });
    };
    if (drive_ == Drive::ThreadAHart) {
        drop_linear(hart);
        return;
    }
    for (Hart* other : hart.machine.harts) {
        drop_linear(*other);
    }
}

void FrameLedger::on_access(Hart& hart, PhysAddr at, Access access, Privilege privilege) {
    const Knowledge* const known = knowledge_.load(std::memory_order_acquire);
    if (known == nullptr || !known->view.tells_policy()) {
        return;
    }
    const std::optional<u64> frame = known->view.frame_of(at);
    if (!frame) {
        return;
    }
    if (is_free(ram_.page_index(at))) {
        if (privilege != Privilege::User && !known->view.announced() &&
            !known->view.in_policy(hart.own.pc) && called_by_policy(hart, known->view)) {
            // it has it already, and fills it before it lets anybody know
            on_allocated(hart, at.page());
            taken_early_[hart.own.id.value] = at.page().value;
            return;
        }
        const bool counts_free = access == Access::Read && known->view.may_be_link(at);
        if (privilege == Privilege::User || (!known->view.in_policy(hart.own.pc) && !counts_free)) {
            report(FrameIncident::Kind::UseAfterFree, hart, at, access, known->view.count(*frame));
        }
    } else if (const i64 count = known->view.count(*frame); count > 1) {
        report(FrameIncident::Kind::SharedWrite, hart, at, access, count);
    }
}

// A function that it calls.
bool FrameLedger::called_by_policy(const Hart& hart, const AuditView& view) const {
    std::array<u64, FrameParty::depth> pcs{};
    const std::size_t known = quick_walk(hart, ram_, pcs);
    // a function that calls no other may not have saved where it goes back to
    return view.in_policy(hart.own.x[return_address]) ||
           std::any_of(pcs.begin() + 1, pcs.begin() + static_cast<std::ptrdiff_t>(known),
                       [&](u64 pc) { return view.in_policy(pc); });
}

bool FrameLedger::was_taken_early(const Hart& hart, PhysAddr frame) {
    return std::exchange(taken_early_[hart.own.id.value], 0) == frame.value;
}

void FrameLedger::on_walk(Hart& hart, PhysAddr pte) {
    const Knowledge* const known = knowledge_.load(std::memory_order_acquire);
    if (known != nullptr && known->view.tells_policy()) {
        report(FrameIncident::Kind::WalkThroughFree, hart, pte, Access::Read, 0);
    }
}

FrameParty FrameLedger::party(Hart& hart, std::size_t depth) const {
    const HartState& own = hart.own;
    return {own.id.value, std::nullopt,
            walk_stack_of_leaf(ram_, {own.mode, {own.csr.satp}}, own.pc, own.x[frame_pointer],
                               own.x[return_address], depth)};
}

FrameParty FrameLedger::party(const Event& event) const {
    FrameParty party{event.hart.load(std::memory_order_relaxed), std::nullopt, {}};
    name_process(party, event.satp.load(std::memory_order_relaxed),
                 event.sequence.load(std::memory_order_relaxed));
    for (const auto& pc : event.pcs) {
        if (const u64 value = pc.load(std::memory_order_relaxed); value != 0) {
            party.chain.push_back(value);
        }
    }
    return party;
}

void FrameLedger::report(FrameIncident::Kind kind, Hart& hart, PhysAddr at, Access access,
                         i64 count) {
    // of the stack: what is kept, what tells two incidents apart
    constexpr std::size_t deep = 24, telling = 6;
    FrameParty who = party(hart, deep);
    const History& history = histories_[ram_.page_index(at)];
    FrameParty freed = party(history.freed);
    const FutexGuard guard(lock_);
    for (FrameIncident& known : incidents_) {
        const bool by_freer = FrameIncident::told_by_freer(kind, hart.own.mode);
        const std::vector<u64>& mine = by_freer ? freed.chain : who.chain;
        const std::vector<u64>& other = by_freer ? known.freed.chain : known.who.chain;
        const std::size_t compared = std::min({telling, mine.size(), other.size()});
        if (known.kind == kind && known.mode == hart.own.mode &&
            std::equal(mine.begin(), mine.begin() + static_cast<std::ptrdiff_t>(compared),
                       other.begin())) {
            ++known.times;
            return;
        }
    }
    if (incidents_.size() == most_incidents) {
        return;
    }
    name_process(who, hart.own.csr.satp, sequence_.load(std::memory_order_relaxed));
    incidents_.push_back({kind, access, hart.own.mode, std::move(who), party(history.allocated),
                          std::move(freed), at, count, 1});
    count_.store(incidents_.size(), std::memory_order_relaxed);
}

std::vector<FrameIncident> FrameLedger::incidents() const {
    const FutexGuard guard(lock_);
    return incidents_;
}

std::vector<u64> FrameLedger::site(const std::vector<u64>& chain) const {
    const Knowledge* const known = knowledge_.load(std::memory_order_acquire);
    auto from = chain.begin();
    if (known != nullptr) {
        const auto last = std::find_if(chain.rbegin(), chain.rend(),
                                       [&](u64 pc) { return known->view.in_policy(pc - 1); });
        from = last == chain.rend() ? from : last.base();
    }
    return {from, chain.end()};
}

std::vector<LostFrames> FrameLedger::lost() const {
    constexpr std::size_t telling = 4;  // return addresses that make a site
    const Knowledge* const known = knowledge_.load(std::memory_order_acquire);
    if (known == nullptr) {
        return {};
    }
    Violations told_by_the_audit;
    const Mappings mappings = Mappings::collect(known->view, told_by_the_audit);
    std::map<std::vector<u64>, LostFrames> sites;
    for (u64 frame = 0; frame < known->view.frame_count(); ++frame) {
        const PhysAddr address = known->view.address_of(frame);
        const u64 page = ram_.page_index(address);
        const u8 now = state(page);
        if ((now != user && now != kernel) || mappings.used(frame) ||
            histories_[page].since_boot.load(std::memory_order_relaxed) == 0) {
            continue;
        }
        std::vector<u64> chain = site(party(histories_[page].allocated).chain);
        std::vector<u64> key(chain.begin(), chain.begin() + static_cast<std::ptrdiff_t>(
                                                                std::min(chain.size(), telling)));
        LostFrames& lost =
            sites.try_emplace(std::move(key), LostFrames{std::move(chain), 0, address})
                .first->second;
        ++lost.frames;
    }
    std::vector<LostFrames> all;
    for (auto& [key, lost] : sites) {
        all.push_back(std::move(lost));
    }
    std::ranges::sort(all, [](const LostFrames& a, const LostFrames& b) {
        return std::tie(b.frames, a.chain) < std::tie(a.frames, b.chain);
    });
    return all;
}

}  // namespace stampede
