// A corpus that covers the same with fewer and smaller programs.
#pragma once
#include <optional>
#include <vector>

#include "fuzz/campaign/corpus/corpus.h"
#include "fuzz/campaign/slots/slot_command.h"

namespace stampede::campaign {

struct Minimisation {
    u64 before = 0, gone = 0;  // entries
};

// By libFuzzer's -merge=1, for each slot's number of harts in turn: what covers something on 8
// harts alone stays too. What the programs show meanwhile is filed in the slots' own folders below
// `work`. Nothing: it did not come to an end, and nothing has changed. Error: something on disk.
[[nodiscard]] Result<std::optional<Minimisation>> minimise_corpus(const Corpus& corpus,
                                                                  const std::vector<Slot>& slots,
                                                                  const SlotSetup& setup,
                                                                  const std::filesystem::path& work,
                                                                  const StopWanted& stop);

}  // namespace stampede::campaign
