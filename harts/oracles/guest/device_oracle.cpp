// What the guest's drivers ask of devices although no driver may, as far as a device can tell
// (Board::misused): a descriptor outside RAM, say. Hardware would do anything then, and an emulator
// mostly nothing.
#include <fmt/format.h>

#include <algorithm>

#include "harts/oracles/findings/stable_title.h"
#include "harts/oracles/standard_oracles.h"
#include "harts/oracles/watched.h"

namespace stampede {
namespace {

struct Misuse {
    std::string device, what;
    u64 count = 1;     // of those with this title
    GuestPlace where;  // of the first one

    [[nodiscard]] std::string title() const {
        return stable_title(fmt::format("the driver of {} makes a mistake: {}", device, what));
    }
};

Finding finding_of(const Misuse& misuse, const GuestSymbols& symbols) {
    Finding finding;
    finding.kind = FindingKind::device_misuse;
    finding.title = misuse.title();
    finding.detail = fmt::format("{}: {}", misuse.device, misuse.what);
    finding.count = misuse.count;
    finding.where.hart = misuse.where.hart;
    finding.where.pid = misuse.where.pid;
    finding.stacks.push_back(symbols.stack_of(misuse.where, misuse.where.role()));
    finding.where.source = finding.stacks.back().frames.front();
    return finding;
}

class DeviceMisuses final : public Oracle, public HartEvents, public Restorable {
public:
    static constexpr std::size_t most = 256;  // different ones that are kept

    explicit DeviceMisuses(const Watched& run) : run_(run) {}

    HartEvents* events() override { return this; }
    Restorable* restorable() override { return this; }

    void on_device_misuse(const HartState& state, std::string_view device,
                          std::string_view what) override {
        Misuse misuse{std::string(device), std::string(what), 1, run_.events.place_of(state)};
        const std::string title = misuse.title();
        const FutexGuard guard(lock_);
        if (const auto known = std::ranges::find(misuses_, title, &Misuse::title);
            known != misuses_.end()) {
            ++known->count;
        } else if (misuses_.size() < most) {
            misuses_.push_back(std::move(misuse));
        }
    }

    std::size_t count() const override {
        const FutexGuard guard(lock_);
        return misuses_.size();
    }
    std::vector<Finding> so_far() const override {
        std::vector<Finding> all;
        const FutexGuard guard(lock_);
        for (const Misuse& misuse : misuses_) {
            merge_findings(all, {finding_of(misuse, run_.symbols)});
        }
        return all;
    }
    void conclude(const RunFacts&, std::vector<Finding>& all) override {
        merge_findings(all, so_far());
    }

    void save() override {
        const FutexGuard guard(lock_);
        saved_ = misuses_;
    }
    void restore() override {
        const FutexGuard guard(lock_);
        misuses_ = saved_;
    }

private:
    const Watched& run_;
    mutable FutexLock lock_;
    std::vector<Misuse> misuses_ GUARDED_BY(lock_), saved_ GUARDED_BY(lock_);
};

}  // namespace

constinit const OracleKind device_oracle{
    .name = "devices", .make = [](Watched& run, const ElfImage&) -> std::unique_ptr<Oracle> {
        return std::make_unique<DeviceMisuses>(run);
    }};

}  // namespace stampede
