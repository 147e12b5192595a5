// Which lines of memory the kernel accesses between two marks of a program (GuestCall::mark), hart
// by hart.
#pragma once
#include <array>
#include <map>
#include <vector>

#include "harts/core/hart.h"
#include "harts/core/observer.h"
#include "harts/engine/engine.h"

namespace stampede::bench {

enum class LineAccess : u8 { Read = 1, Written = 2, Both = 3 };
using AccessedLines = std::map<u64, u8>;  // by physical address of the line: LineAccess bits

// The engine of harts that have no fast access.
extern const Engine slow_accesses_engine;

// The hart's supervisor mode only. With slow_accesses_engine, so that no access passes unseen. One
// thread.
class AccessLog final : public ObserverOf<AccessLog> {
public:
    static constexpr u64 line_size = 64;

    void begin(HartId hart);
    // What has been accessed since begin(); null where something came between: an interrupt,
    // another process, no begin().
    [[nodiscard]] const AccessedLines* end(HartId hart);
    // The word by which a line was first accessed, for its name.
    [[nodiscard]] PhysAddr word_of(u64 line) const { return words_.at(line); }

    void on_load(Hart& hart, PhysAddr at, unsigned size, u64 value) override;
    void on_store(Hart& hart, PhysAddr at, unsigned size, u64 value) override;
    void before_atomic(Hart& hart, const AtomicAccess& access) override;
    void on_trap(Hart& hart, u64 cause, u64 tval, Privilege handler) override;
    void on_satp(Hart& hart) override;

private:
    void note(Hart& hart, PhysAddr at, LineAccess access);

    struct Window {
        bool open = false;
        AccessedLines lines;
    };
    std::array<Window, max_harts> windows_;
    std::map<u64, PhysAddr> words_;
};

}  // namespace stampede::bench
