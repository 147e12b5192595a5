// An oracle: something that watches a run and says what is wrong in it. One is a file with a class
// and an OracleKind, and a line in standard_oracles.cpp; oracles.h makes and attaches them all.
#pragma once
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "harts/oracles/feeds.h"
#include "harts/oracles/oracle_setup.h"
#include "harts/oracles/run_facts.h"
#include "harts/report/merge_findings.h"

namespace stampede {

class ElfImage;
class HartEvents;
class Restorable;
class TurnListener;
struct Watched;

// All calls come while harts are parked, but for those of the sinks that an oracle attaches.
class Oracle {
public:
    virtual ~Oracle() = default;

    // Adds what it has found to `all`, which holds what the oracles before it have. At the end of a
    // run; of programs, of each.
    virtual void conclude(const RunFacts& facts, std::vector<Finding>& all) = 0;

    // Now and then while the run goes on. A value: it is to end.
    [[nodiscard]] virtual std::optional<RunEnd> look() { return std::nullopt; }
    // The guest is at its quiescent point.
    virtual void at_quiescence() {}

    // How many different findings there are so far, at little cost.
    [[nodiscard]] virtual std::size_t count() const { return 0; }
    // Whether they end a run that has found enough. A kernel may have many races by design.
    [[nodiscard]] virtual bool limits_run() const { return true; }
    // Those that it can tell before the end, by their titles.
    [[nodiscard]] virtual std::vector<Finding> so_far() const { return {}; }
    // Another number whenever so_far() may tell more than before, at little cost.
    [[nodiscard]] virtual u64 version() const { return count(); }

    // What of it goes back with a snapshot; who hears of traps, and of turns. Null: nothing,
    // nobody.
    [[nodiscard]] virtual Restorable* restorable() { return nullptr; }
    [[nodiscard]] virtual HartEvents* events() { return nullptr; }
    [[nodiscard]] virtual TurnListener* turns() { return nullptr; }
};

struct OracleKind {
    std::string_view name;  // as reports have it: no comma, semicolon or bracket in it
    Feeds needs{};          // of the guest
    // The runs that it is for; in others it is not even named.
    enum class Runs : u8 { Any, FromBoot, FromSnapshot };
    Runs runs = Runs::Any;
    // Whether somebody asked for it; where nobody did it is not even named. Null: nobody has to.
    bool (*asked)(const OracleSetup& setup) = nullptr;
    // Why such a run has none, in words without brackets; empty: it has one. Null: each has.
    std::string_view (*why_off)(const OracleSetup& setup) = nullptr;
    // Makes one for a machine that has not run, and attaches it. `kernel` is there for the call
    // only.
    std::unique_ptr<Oracle> (*make)(Watched& run, const ElfImage& kernel) = nullptr;
};

}  // namespace stampede
