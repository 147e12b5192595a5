// Cache lines of guest memory that go from hart to hart, if each hart had a cache of its own that never forgets: what is left of
// a cache's misses are those that harts cause each other (the coherence misses of Hill and Smith, IEEE ToC 1989).
#pragma once
#include <memory>
#include <vector>

#include "harts/core/observer.h"
#include "harts/machine/machine.h"

namespace stampede::bench {

struct Traffic {
    u64 kernel = 0;  // lines that came from another hart for an access in supervisor mode
    u64 policy = 0;  // of these, by the frame policy's code, or of its data and the frames' arrays
};

// Watches a machine from before its first run. One host thread drives the harts.
class LineTraffic final : public Observer {
public:
    LineTraffic(Machine& machine, const ElfImage& kernel);
    ~LineTraffic() override;

    [[nodiscard]] Traffic traffic() const { return traffic_; }

    void note(const Hart& hart, u64 pc, u64 offset, Access access);
    void on_load(Hart& hart, PhysAddr at, unsigned size, u64 value) override;
    void on_store(Hart& hart, PhysAddr at, unsigned size, u64 value) override;
    void before_atomic(Hart& hart, const AtomicAccess& access) override;
    void after_atomic(Hart& hart, const AtomicAccess& access, u64 old, bool stored) override;

private:
    struct Places;
    struct Calls;
    [[nodiscard]] bool of_policy(u64 pc, u64 offset) const;

    Traffic traffic_;
    std::vector<u64> sharers_;                    // by line: a bit for each hart that has it
    std::vector<bool> written_;                   // by line: ever
    std::unique_ptr<Places> places_;
    std::unique_ptr<Calls> calls_;
};

}  // namespace stampede::bench
