// What became of each frame: who allocated it, who freed it, and what was done to it that must not
// be. Knows of the kernel only what it tells: its calls (GuestCall::frame_allocated, frame_freed)
// and the audit table.
//
//   use after free   an access to a free frame by anything but the policy's code, or a page-table
//                    walk through one. In parallel mode other harts' translations of the frame stay
//                    until they are replaced, so that some uses are missed; none is invented.
//   double free      a frame is freed that is free
//   allocated twice  a frame is allocated that is in use
//   shared write     a store of the kernel's to a user's frame whose count is above one
#pragma once
#include <array>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "harts/base/drive.h"
#include "harts/base/futex.h"
#include "harts/base/restorable.h"
#include "harts/core/frame_watch.h"
#include "harts/observe/audit/mappings.h"
#include "harts/observe/process_lookup.h"

namespace stampede {

// Who did something: the pc, then return addresses as far as they are kept.
struct FrameParty {
    static constexpr std::size_t depth = 8;
    u32 hart = 0;
    std::optional<u32> pid;
    std::vector<u64> chain;  // empty: not known
    std::string program{};   // that the process ran; empty: not known
};

struct FrameIncident {
    enum class Kind : u8 { UseAfterFree, WalkThroughFree, DoubleFree, AllocatedTwice, SharedWrite };
    Kind kind = Kind::UseAfterFree;
    Access access = Access::Read;
    Privilege mode = Privilege::Supervisor;  // of the hart that did it
    FrameParty who, allocated, freed;        // the last time each
    PhysAddr at;
    i64 count = 0;  // of the frame's references, as its kernel says
    u64 times = 1;

    // Whoever walks or runs user code through a free frame does nothing wrong himself: who freed it
    // tells one such bug from another.
    [[nodiscard]] static bool told_by_freer(Kind kind, Privilege mode) {
        return kind == Kind::WalkThroughFree ||
               (kind == Kind::UseAfterFree && mode == Privilege::User);
    }
};

// Frames of one allocation site that nobody has any more.
struct LostFrames {
    std::vector<u64> chain;  // of the policy's callers, innermost first
    u64 frames = 0;
    PhysAddr first;
};

class FrameLedger final : public FrameWatch, public Restorable {
public:
    // Driven by one thread, translations of all harts may be touched by any.
    FrameLedger(const Ram& ram, Drive drive);
    ~FrameLedger() override;

    // What the kernel announced; uses of free frames are judged from then on. Once, on any hart's
    // thread.
    void know(const AuditView& view);
    // Of a kernel that tells nothing of itself, in the middle of its life: these are free, and what
    // is not was allocated before. Harts parked, without translations.
    void begin(const AuditView& view, std::span<const PhysAddr> free_frames);
    // Whether this hart's allocator has been seen to use it before it was said to be allocated;
    // once.
    [[nodiscard]] bool was_taken_early(const Hart& hart, PhysAddr frame);
    // What is allocated until then belongs to the kernel for good.
    void first_process_runs() { booted_.store(1, std::memory_order_relaxed); }

    void on_allocated(Hart& hart, PhysAddr frame) override;
    void on_freed(Hart& hart, PhysAddr frame) override;
    void on_access(Hart& hart, PhysAddr at, Access access, Privilege privilege) override
        EXCLUDES(lock_);
    void on_walk(Hart& hart, PhysAddr pte) override EXCLUDES(lock_);

    void save() override EXCLUDES(lock_);
    void restore() override EXCLUDES(lock_);

    // --- any thread ------------------------------------------------------------------------------
    [[nodiscard]] std::vector<FrameIncident> incidents() const EXCLUDES(lock_);
    [[nodiscard]] std::size_t count() const { return count_.load(std::memory_order_relaxed); }
    // Whether the guest has told of any frame.
    [[nodiscard]] bool told() const { return sequence_.load(std::memory_order_relaxed) != 0; }
    // The part of a chain that says what for: without the policy's own functions.
    [[nodiscard]] std::vector<u64> site(const std::vector<u64>& chain) const;

    // --- harts parked, at a quiescent point ------------------------------------------------------
    // Allocated since the first process ran and used by no process, by site, most frames first.
    [[nodiscard]] std::vector<LostFrames> lost() const;

private:
    struct Event;
    struct History;
    struct Knowledge;
    static constexpr std::size_t most_incidents = 64;

    [[nodiscard]] std::optional<u64> page_of(PhysAddr at) const;
    [[nodiscard]] bool called_by_policy(const Hart& hart, const AuditView& view) const;
    void note(Event& event, Hart& hart);
    // The page's state and history are about to change.
    void keep(u64 page) EXCLUDES(lock_);
    [[nodiscard]] FrameParty party(Hart& hart, std::size_t depth) const;
    [[nodiscard]] FrameParty party(const Event& event) const;
    void name_process(FrameParty& party, u64 satp, u64 sequence) const;
    void report(FrameIncident::Kind kind, Hart& hart, PhysAddr at, Access access, i64 count)
        EXCLUDES(lock_);
    void forget_translations(Hart& hart, PhysAddr frame) const;

    const Ram& ram_;
    const Drive drive_;
    History* const histories_;  // by page of RAM; untouched ones cost no memory
    std::atomic<u64> sequence_{
        0};  // of events; by all harts. relaxed: numbers that tell earlier from later
    std::atomic<u32> booted_{
        0};  // by the harness or a hart, read by harts; relaxed: a boundary in time only
    // release when set, acquire when read: the object behind it is complete. Never changed again.
    std::atomic<Knowledge*> knowledge_{nullptr};
    std::atomic<std::size_t> count_{0};  // of incidents_; by harts, read by anybody

    std::array<u64, max_harts> taken_early_{};  // each by its hart: a frame's address, or 0

    mutable FutexLock lock_;
    std::unique_ptr<Knowledge> knowledge_owner_ GUARDED_BY(lock_);
    std::vector<FrameIncident> incidents_ GUARDED_BY(lock_);
    // What save() has seen: figures, and of pages that have changed since, once each.
    struct Saved;
    std::unique_ptr<Saved> saved_ GUARDED_BY(lock_);
    // whether there was a save(); by the harness, read by harts
    std::atomic<bool> keeps_{false};
};

}  // namespace stampede
