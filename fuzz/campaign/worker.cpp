#include "fuzz/campaign/worker.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <thread>

#include "fuzz/campaign/corpus/minimise_corpus.h"
#include "fuzz/campaign/state/folder_lock.h"
#include "fuzz/campaign/triage/adopt.h"

namespace stampede::campaign {
namespace {

constexpr double triage_share_s = 60;  // at a slot's end
constexpr double triage_one_s = 30;
constexpr double failed_soon_s = 1;
constexpr u64 no_slots_number = ~u64{0};  // of minimisations, which are no slots of the plan

void say(const Slot& slot, const SlotResult& result, const TakenIn& taken, std::size_t findings) {
    std::string text =
        fmt::format("slot {}, {} {}{}{}{} on {} harts: ", slot.number, name_of(slot.kind),
                    slot.policy, slot.workload.empty() ? "" : " " + slot.workload,
                    slot.mode.empty() ? "" : " ", slot.mode, slot.harts);
    text += fmt::format("{:.0f} s, {} {}", result.seconds, result.executions,
                        is_fuzzing(slot.kind) ? "programs" : "run");
    if (is_fuzzing(slot.kind)) {
        text += fmt::format(", {} features, {} new in the corpus", result.features, taken.added);
    }
    if (findings != 0) {
        text += fmt::format(", {} findings", findings);
    }
    if (!result.problem.empty()) {
        text += "; " + result.problem;
    }
    fmt::print(stderr, "{}\n", text);
}

Result<void> minimise_if_due(const CampaignContext& context, Journal& journal,
                             const std::string& policy) {
    const Corpus& corpus = context.corpus_of(policy);
    if (context.stop() || !context.setup.shelf.has_command(program_of(SlotKind::Fuzz)) ||
        !journal.claim_corpus(policy, corpus.size().entries)) {
        return {};
    }
    // As slots, for programs may show something on a number of harts that they have not run on yet.
    std::vector<Slot> slots;
    for (const unsigned harts : context.options.harts) {
        Slot slot;
        slot.number = no_slots_number;
        slot.policy = policy;
        slot.harts = harts;
        slots.push_back(slot);
    }
    const auto done = minimise_corpus(corpus, slots, context.setup, context.work(), context.stop);
    for (const Slot& slot : slots) {
        if (const auto gathered =
                gather(context, journal, slot, {context.work() / slot_name(slot)});
            !gathered) {
            return gathered;
        }
    }
    // One that did not work out is not tried again at once either.
    journal.minimised(
        policy, done && !context.stop() ? std::optional(corpus.size().entries) : std::nullopt);
    if (!done) {
        return std::unexpected(done.error());
    }
    if (*done) {
        fmt::print(stderr, "corpus of {}: {} of {} entries kept\n", policy,
                   (*done)->before - (*done)->gone, (*done)->before);
    } else if (!context.stop()) {
        fmt::print(stderr,
                   "corpus of {}: not minimised, libFuzzer's merge did not come to its end\n",
                   policy);
    }
    return {};
}

struct Gathered {
    TakenIn taken;
    std::size_t findings = 0;
};

void tell(const Adopted& adopted, Journal& journal, const Slot& slot) {
    for (const std::string& key : adopted.keys) {
        journal.saw(slot, key);
    }
    for (const std::string& key : adopted.repeatable) {
        journal.can_show(slot, key);
    }
}

Result<Gathered> gather_from(const CampaignContext& context, Journal& journal, const Slot& slot,
                             const SlotFolder& folder) {
    const auto adopted = adopt(folder.findings(), context.findings());
    if (!adopted) {
        return std::unexpected(adopted.error());
    }
    tell(*adopted, journal, slot);
    Gathered gathered{{}, adopted->keys.size()};
    // A slot of a campaign that was killed may be of a policy that this one leaves alone.
    const auto corpus =
        Corpus::open(context.options.corpus, slot.policy, context.options.corpus_megabytes << 20);
    const auto taken = corpus ? corpus->take_in(folder.units()) : std::unexpected(corpus.error());
    if (!taken) {
        return std::unexpected(taken.error());
    }
    journal.took_in(*taken);
    gathered.taken = *taken;
    // Whoever files a finding and is killed meanwhile has at least written its input.
    for (const std::string& input :
         is_fuzzing(slot.kind) ? adopted->unfiled : std::vector<std::string>()) {
        const SlotFolder again{folder.path / "again.d"};
        if (auto made = make_folders(again.path); !made) {
            return std::unexpected(made.error());
        }
        if (const auto run = run_inputs(slot, context.setup, again, {input}, context.stop); !run) {
            return std::unexpected(run.error());
        }
        const auto found = adopt(again.findings(), context.findings());
        if (!found) {
            return std::unexpected(found.error());
        }
        tell(*found, journal, slot);
        gathered.findings += found->keys.size();
    }
    return gathered;
}

}  // namespace

Result<void> gather(const CampaignContext& context, Journal& journal, const Slot& slot,
                    const SlotFolder& folder) {
    const auto gathered = gather_from(context, journal, slot, folder);
    if (!gathered) {
        return std::unexpected(gathered.error());
    }
    std::error_code ignored;
    std::filesystem::remove_all(folder.path, ignored);
    return {};
}

Result<void> triage_new(const CampaignContext& context, Journal& journal, double seconds) {
    const double end = seconds_now() + seconds;
    while (seconds_now() < end && !context.stop()) {
        const auto claimed = journal.claim_finding();
        if (!claimed) {
            return {};
        }
        const auto& [key, record] = *claimed;
        const auto slot = slot_named(record.first);
        if (!slot) {
            journal.triaged(key, {0, 0, "it is not known how it was found"});
            continue;
        }
        const TriageSetup setup{context.setup.shelf, *slot, context.findings() / key, triage_one_s};
        const auto result = triage_apart(setup, context.stop);
        if (context.stop()) {
            return {};  // it was cut short: the next run looks again
        }
        journal.triaged(key,
                        result.value_or(TriageResult{0, 0, result ? "" : result.error().message}));
    }
    return {};
}

Result<void> do_slot(const CampaignContext& context, Journal& journal, const Slot& slot) {
    const SlotFolder folder{context.work() / slot_name(slot)};
    const SlotObserver observer{context.stop, [&](u64 executions, u64 features) {
                                    journal.heard(slot, executions, features);
                                }};
    // Machines that share a corpus are not to do the same.
    const u64 seed = std::hash<std::string>()(context.options.out.string()) + slot.number;
    const auto result = run_slot(slot, context.setup, folder, seed, observer);
    if (!result) {
        return std::unexpected(result.error());
    }
    const auto gathered = gather_from(context, journal, slot, folder);
    if (!gathered) {
        return std::unexpected(gathered.error());
    }
    journal.end_slot(slot, *result);
    std::error_code ignored;
    std::filesystem::remove_all(folder.path, ignored);
    say(slot, *result, gathered->taken, gathered->findings);
    if (!result->problem.empty() && result->seconds < failed_soon_s) {
        // what cannot be done at all is not to be tried a thousand times
        std::this_thread::sleep_for(std::chrono::seconds(1));
    }
    if (const auto looked =
            triage_new(context, journal, std::min(triage_share_s, journal.left_s()));
        !looked) {
        return looked;
    }
    return is_fuzzing(slot.kind) ? minimise_if_due(context, journal, slot.policy) : Result<void>();
}

}  // namespace stampede::campaign
