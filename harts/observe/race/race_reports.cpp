#include "harts/observe/race/race_reports.h"

#include <sys/mman.h>

#include <algorithm>

#include "harts/memory/ram.h"
#include "harts/observe/race/contexts.h"
#include "harts/observe/race/tsan_runtime.h"

namespace stampede {
namespace {

// Of all machines, newest first; changes while harts are parked.
RaceReports* active = nullptr;

void copy(LockSet& to, const LockSet& from) {
    to.count = from.count;
    to.satp = from.satp;
    for (unsigned n = 0; n < from.count && n < LockSet::limit; ++n) {
        to.held[n].word = from.held[n].word;
        to.held[n].pc = from.held[n].pc;
        asm volatile("" ::: "memory");
    }
}

bool same_pcs(const Race& a, const Race& b) {
    const u64 a0 = a.sides[0].pcs[0], a1 = a.sides[1].pcs[0], b0 = b.sides[0].pcs[0],
              b1 = b.sides[1].pcs[0];
    return (a0 == b0 && a1 == b1) || (a0 == b1 && a1 == b0);
}

// Makes RAM known to the runtime as blocks of a heap. It says of each race which object the address
// lies in, and asks /proc/self/maps, which takes milliseconds, when it knows of none. Within a
// block it goes back word by word to the beginning, so blocks are not large.
void declare(u64 ram, u64 size) {
    constexpr u64 block = 256 << 10;
    // where the runtime leaves room for mmap
    constexpr u64 mappings = 0x7e80'0000'0000, mappings_end = 0x8000'0000'0000;
    static const bool ready = [] {
        __tsan_java_init(mappings, mappings_end - mappings);
        return true;
    }();
    (void)ready;
    if (ram < mappings || ram + size > mappings_end) {
        return;  // then reports are slow
    }
    for (u64 n = 0; n < size; n += block) {
        __tsan_java_alloc(ram + n, std::min(block, size - n));
    }
#if defined(__x86_64__)
    // Declaring has touched the shadow here and there, with zeroes: given back, it comes in huge
    // pages.
    void* const shadow = reinterpret_cast<void*>(tsan::shadow_of(ram));
    ::madvise(shadow, size * tsan::shadow_bytes, MADV_DONTNEED);
    ::madvise(shadow, size * tsan::shadow_bytes, MADV_HUGEPAGE);
#endif
}

}  // namespace

KnownRaces known_races;

RaceReports::RaceReports(const void* ram, u64 ram_size, std::vector<const Contexts*> contexts)
    : ram_(reinterpret_cast<u64>(ram)),
      ram_size_(ram_size),
      contexts_(std::move(contexts)),
      races_(limit),
      next_(active) {
    known_races.clear();
    declare(ram_, ram_size_);
    active = this;
}

RaceReports::~RaceReports() {
    RaceReports** link = &active;
    while (*link != this) {
        link = &(*link)->next_;
    }
    *link = next_;
}

void RaceReports::report_to_its_machine(void* description) {
    void* at = nullptr;
    void* trace[1];
    int tid = 0, size = 0, write = 0, atomic = 0;
    __tsan_get_report_mop(description, 0, &tid, &at, &size, &write, &atomic, trace, 0);
    RaceReports* one = active;
    while (one != nullptr && reinterpret_cast<u64>(at) - one->ram_ >= one->ram_size_) {
        one = one->next_;
    }
    if (one != nullptr) {  // else the harness's own memory, as libc functions touch it
        one->report(description);
    }
}

bool RaceReports::read_side(void* description, unsigned index, RaceSide& side, u64& address) const {
    constexpr unsigned trace_limit = 64;
    void* trace[trace_limit];
    for (void*& one : trace) {
        one = nullptr;
        asm volatile("" ::: "memory");
    }
    int tid = 0, size = 0, write = 0, atomic = 0;
    void* at = nullptr;
    __tsan_get_report_mop(description, index, &tid, &at, &size, &write, &atomic, trace,
                          trace_limit);
    address = reinterpret_cast<u64>(at);
    side.write = write != 0;
    side.atomic = atomic != 0;
    side.size = static_cast<unsigned>(size);
    side.depth = 0;
    for (void* one : trace) {
        const u64 pc = reinterpret_cast<u64>(one);
        if ((pc & tsan::external) == 0 || side.depth == RaceSide::depth_limit) {
            continue;  // the host's own frames
        }
        if (side.depth == 0) {
            side.hart = Contexts::hart_of(pc);
            if (side.hart >= contexts_.size()) {
                return false;
            }
            copy(side.context, contexts_[side.hart]->find(pc));
        }
        side.pcs[side.depth++] = Contexts::pc_of(pc);
    }
    return side.depth != 0;
}

void RaceReports::save() {
    saved_counts_.clear();
    for (std::size_t n = 0; n < size(); ++n) {
        saved_counts_.push_back(races_[n].count);
    }
    saved_dropped_ = dropped();
}

void RaceReports::restore() {
    count_.store(saved_counts_.size(), std::memory_order_release);
    dropped_.store(saved_dropped_, std::memory_order_relaxed);
    known_races.clear();
    for (std::size_t n = 0; n < saved_counts_.size(); ++n) {
        races_[n].count = saved_counts_[n];
        if (saved_counts_[n] >= KnownRaces::enough) {
            known_races.add(races_[n].sides[0].pcs[0]);
            known_races.add(races_[n].sides[1].pcs[0]);
        }
    }
}

void RaceReports::report(void* description) {
    const char* kind = nullptr;
    int count = 0, stacks = 0, mops = 0, locations = 0, mutexes = 0, threads = 0, tids = 0;
    void* sleep[1];
    __tsan_get_report_data(description, &kind, &count, &stacks, &mops, &locations, &mutexes,
                           &threads, &tids, sleep, 0);
    if (mops < 2) {
        return;
    }
    // relaxed: reports come one at a time
    const std::size_t known = count_.load(std::memory_order_relaxed);
    if (known == limit) {
        dropped_.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    Race& race = races_[known];
    u64 address = 0, other = 0;
    if (!read_side(description, 0, race.sides[0], address) ||
        !read_side(description, 1, race.sides[1], other)) {
        return;
    }
    race.at = ram_base + (address - ram_);
    race.count = 1;
    for (std::size_t n = 0; n < known; ++n) {
        if (same_pcs(races_[n], race)) {
            if (__atomic_add_fetch(&races_[n].count, 1, __ATOMIC_RELAXED) == KnownRaces::enough) {
                known_races.add(race.sides[0].pcs[0]);
                known_races.add(race.sides[1].pcs[0]);
            }
            return;
        }
    }
    count_.store(known + 1, std::memory_order_release);
}

}  // namespace stampede

namespace __tsan {

// Weak in the runtime. True: do not print.
bool OnReport(const ReportDesc* description, bool) {
    stampede::RaceReports::report_to_its_machine(const_cast<ReportDesc*>(description));
    return true;
}

}  // namespace __tsan

extern "C" {

// Names come later; the runtime only needs something to print, and it prints nothing. Host frames
// get none either (symbolize=0): it would ask llvm-symbolizer for each report.
void __tsan_symbolize_external_ex(unsigned long,
                                  void (*add)(void*, const char*, const char*, int, int),
                                  void* context) {
    add(context, "guest", nullptr, 0, 0);
}

// exitcode: where the runtime itself cannot go on, the host lacks something (races that were
// reported to us do not count). ignore_interceptors_accesses: what libc functions touch is the
// harness's own. history_size: as much as there is; when the older access's stack has left the
// history, the runtime drops the race silently.
const char* __tsan_default_options() {
    return "history_size=100:suppress_equal_stacks=0:suppress_equal_pcs=0:halt_on_error=0:exitcode="
           "3:atexit_sleep_ms=0:"
           "report_signal_unsafe=0:report_thread_leaks=0:report_destroy_locked=0:report_mutex_bugs="
           "0:detect_deadlocks=0:"
           "ignore_interceptors_accesses=1:symbolize=0";
}
}
