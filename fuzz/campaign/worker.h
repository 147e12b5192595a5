// What is done with one slot: it is run, and what it found is put in its place.
#pragma once
#include <map>

#include "fuzz/campaign/corpus/corpus.h"
#include "fuzz/campaign/options.h"
#include "fuzz/campaign/state/journal.h"

namespace stampede::campaign {

// What all workers have in common.
struct CampaignContext {
    const CampaignOptions& options;
    SlotSetup setup;
    std::map<std::string, Corpus> corpora;  // by policy
    StopWanted stop;

    [[nodiscard]] std::filesystem::path work() const { return options.out / "work"; }
    [[nodiscard]] std::filesystem::path findings() const { return options.out / "findings"; }
    [[nodiscard]] const Corpus& corpus_of(const std::string& policy) const {
        return corpora.at(policy);
    }
};

// Runs it, gathers, and looks at new findings and at the corpus if it is time. Error: something on
// disk.
[[nodiscard]] Result<void> do_slot(const CampaignContext& context, Journal& journal,
                                   const Slot& slot);
// Takes findings and units of a slot's folder, and removes it. The slot may be one whose campaign
// was killed.
[[nodiscard]] Result<void> gather(const CampaignContext& context, Journal& journal,
                                  const Slot& slot, const SlotFolder& folder);
// Until all new findings have been looked at or `seconds` are over.
[[nodiscard]] Result<void> triage_new(const CampaignContext& context, Journal& journal,
                                      double seconds);

}  // namespace stampede::campaign
