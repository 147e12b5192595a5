// Policy `kmem`: one spinlock guards the free frames and every count, so each decision about a
// frame is one critical section (kmem_counts.cpp, kmem_make_unique.cpp).
#include "kernel/policy/kmem.h"

#include "kernel/policy/policy.h"

namespace kernel::policy {

constinit const char* const name = "kmem";
constinit const bool shares_on_fork = true;
constinit const bool takes_over_last = true;
constinit const std::uint32_t count_limit = 0xffff;
constinit const bool flushes_each_change = false;

constinit LockedFrames kmem_frames{"kmem"};

std::uint64_t table_size(std::uint64_t) { return 0; }
void init(const FrameRange& range) { kmem_frames.init(range); }

void settle() {}  // nothing is ever deferred

std::uint32_t count(const Frame& frame) { return kmem_frames.count(frame); }
std::uint64_t frames_in_use() { return kmem_frames.in_use(); }
void describe(stampede::abi::AuditTable& table) { kmem_frames.describe(table); }

}  // namespace kernel::policy
