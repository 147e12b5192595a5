#include "stress/race_detection.h"

#include <fmt/format.h>

#include <algorithm>

#include "harts/core/hart.h"
#include "harts/memory/ram.h"
#include "harts/observe/race/race_observer.h"

namespace stampede {
namespace {

// Which program's names a pc belongs to.
Privilege mode_of(u64 pc) { return pc < ram_base.value ? Privilege::User : Privilege::Supervisor; }

std::string function_of(const std::vector<SourceLocation>& frames) {
    return frames.empty() || frames.front().function.empty() ? "code without a name" : frames.front().function;
}

std::string_view kind_of(const RaceSide& side) {
    if (side.atomic) {
        return side.write ? "atomic write" : "atomic read";
    }
    return side.write ? "write" : "read";
}

class Detection final : public RaceDetection {
public:
    Detection(Machine& machine, Drive drive) : machine_(machine) {
        std::vector<Hart*> harts;
        for (u32 n = 0; n < machine.harts(); ++n) {
            harts.push_back(&machine.hart({n}));
        }
        observer_ = std::make_unique<RaceObserver>(
            machine.ram(), harts, drive == Drive::Repeatable ? RaceObserver::Threads::OneForAll : RaceObserver::Threads::OneEach);
        machine.set_observer(observer_.get(), racing_engine);
    }
    ~Detection() override { machine_.set_observer(nullptr); }
    void on_turn(HartId hart) override { observer_->switch_to(hart); }
    void on_turns_over() override { observer_->leave(); }

    std::size_t count() const override { return observer_->reports().size(); }

    std::optional<u32> holder_of(PhysAddr word) const override {
        const LockWord found = observer_->locks().find(word.value);
        return found.holder != 0 ? std::optional(found.holder - 1) : std::nullopt;
    }

    std::vector<Finding> findings(const RaceNaming& naming) const override {
        std::vector<Finding> all;
        const RaceReports& reports = observer_->reports();
        for (std::size_t n = 0; n < reports.size(); ++n) {
            merge(all, race_finding(reports.race(n), naming));
        }
        for (const std::vector<LockEdge>& cycle : observer_->lock_order().cycles(observer_->locks())) {
            merge(all, order_finding(cycle, naming));
        }
        return all;
    }

private:
    static void merge(std::vector<Finding>& all, Finding finding) {
        const auto known = std::ranges::find(all, finding.title, &Finding::title);
        if (known != all.end()) {
            known->count += finding.count;
        } else {
            all.push_back(std::move(finding));
        }
    }

    // Each call chain is the program's or the kernel's part by part, for a trap leads from one into the other.
    static std::vector<SourceLocation> frames_of(const u64* pcs, unsigned depth, const RaceNaming& naming) {
        std::vector<SourceLocation> frames;
        for (unsigned n = 0; n < depth; ++n) {
            for (SourceLocation& frame : naming.symbols.frames(pcs[n], mode_of(pcs[n]))) {
                frames.push_back(std::move(frame));
            }
        }
        return frames;
    }

    std::string lock_text(const LockSet& set, const RaceNaming& naming) const {
        std::string text;
        for (unsigned n = 0; n < set.count; ++n) {
            if (!observer_->locks().find(set.held[n].word).is_lock()) {
                continue;
            }
            text += (text.empty() ? "" : ", ") + naming.symbols.describe_physical({set.held[n].word}) + " (taken in " +
                    naming.symbols.describe_code(set.held[n].pc, mode_of(set.held[n].pc)) + ")";
        }
        return text.empty() ? "none" : text;
    }

    Finding race_finding(const Race& race, const RaceNaming& naming) const {
        Finding finding;
        finding.kind = FindingKind::race;
        finding.count = race.count;
        std::string tops[2];
        finding.detail = "at " + naming.symbols.describe_physical(race.at);
        for (unsigned n = 0; n < 2; ++n) {
            const RaceSide& side = race.sides[n];
            FindingStack stack;
            const std::optional<u32> pid = naming.events.pid_of(side.context.satp);
            stack.role = fmt::format("{}{} of {} bytes, hart {}{}", n == 0 ? "" : "earlier ", kind_of(side), side.size, side.hart,
                                     pid ? fmt::format(", pid {}", *pid) : "");
            stack.frames = frames_of(side.pcs.data(), side.depth, naming);
            tops[n] = function_of(stack.frames) + " (" + (side.write ? "write" : "read") + ")";
            finding.detail += fmt::format("\n{}: locks held: {}", stack.role, lock_text(side.context, naming));
            finding.stacks.push_back(std::move(stack));
        }
        finding.where.source = finding.stacks[0].frames.front();
        finding.where.hart = race.sides[0].hart;
        finding.where.pid = naming.events.pid_of(race.sides[0].context.satp);
        std::ranges::sort(tops);
        finding.title = fmt::format("data race between {} and {}", tops[0], tops[1]);
        return finding;
    }

    Finding order_finding(const std::vector<LockEdge>& cycle, const RaceNaming& naming) const {
        Finding finding;
        finding.kind = FindingKind::lock_order;
        std::vector<std::string> names;
        for (const LockEdge& edge : cycle) {
            names.push_back(naming.symbols.describe_physical({edge.held}));
            finding.detail += fmt::format("{}{} is taken while {} is held (since {}), by hart {}", finding.detail.empty() ? "" : "\n",
                                          naming.symbols.describe_physical({edge.taken}), names.back(),
                                          naming.symbols.describe_code(edge.held_pc, mode_of(edge.held_pc)), edge.hart);
            FindingStack stack;
            stack.role = fmt::format("takes {} holding {}", naming.symbols.describe_physical({edge.taken}), names.back());
            stack.frames = frames_of(edge.pcs.data(), edge.depth, naming);
            finding.stacks.push_back(std::move(stack));
        }
        finding.where.source = finding.stacks.front().frames.front();
        finding.where.hart = cycle.front().hart;
        std::ranges::sort(names);
        finding.title = "locks taken in opposite orders: " + names.front();
        for (std::size_t n = 1; n < names.size(); ++n) {
            finding.title += ", " + names[n];
        }
        return finding;
    }

    Machine& machine_;
    std::unique_ptr<RaceObserver> observer_;
};

}  // namespace

std::unique_ptr<RaceDetection> make_race_detection(Machine& machine, Drive drive) {
    return std::make_unique<Detection>(machine, drive);
}

}  // namespace stampede
