// A policy's corpus: a folder of libFuzzer's files, each named by the SHA-1 of its content, which
// several campaigns may share.
//
// Fuzzers only read it. What they find lies in folders of their own, and campaigns take it in:
// whole files alone, whose name is their content's (libFuzzer writes in place, so a kill leaves
// torn ones), each by one rename. A minimisation first takes in what it keeps, then removes, of the
// files that it looked at, those that it does without. So at every moment the corpus covers what it
// has ever covered, nothing in it is torn, and a kill or another campaign in between loses nothing.
#pragma once
#include <filesystem>
#include <set>
#include <string>

#include "harts/base/error.h"
#include "harts/base/types.h"

namespace stampede::campaign {

struct TakenIn {
    u64 added = 0;
    u64 torn = 0;     // left out: not whole
    u64 no_room = 0;  // left out: the corpus has reached its bound
};

struct CorpusSize {
    u64 entries = 0;
    u64 bytes = 0;  // on disk, in blocks of 4 KiB
};

class Corpus {
public:
    // `most_bytes` on disk. Makes the folder. Error: it cannot be made.
    [[nodiscard]] static Result<Corpus> open(const std::filesystem::path& root,
                                             const std::string& policy, u64 most_bytes);

    // CORPUS/<policy>
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
    [[nodiscard]] CorpusSize size() const;
    // Names of whole files' names' form; whatever else lies there is no concern of ours.
    [[nodiscard]] std::set<std::string> entries() const;

    // Files of such names in another folder.
    [[nodiscard]] static u64 units_in(const std::filesystem::path& folder);

    // Moves the units in `from` into the corpus; torn ones go. Any thread. Error: a file that
    // cannot be read, written or removed.
    [[nodiscard]] Result<TakenIn> take_in(const std::filesystem::path& from) const;
    // `looked_at`: the entries() when the minimisation began; `kept`: the folder that it wrote.
    // Gives how many have gone. Error: as take_in(), or nothing is kept, which no minimisation
    // means.
    [[nodiscard]] Result<u64> replace(const std::set<std::string>& looked_at,
                                      const std::filesystem::path& kept) const;

private:
    Corpus(std::filesystem::path folder, std::filesystem::path incoming, std::filesystem::path lock,
           u64 most_bytes)
        : folder_(std::move(folder)),
          incoming_(std::move(incoming)),
          lock_(std::move(lock)),
          most_bytes_(most_bytes) {}
    [[nodiscard]] Result<TakenIn> take_in_locked(const std::filesystem::path& from,
                                                 u64 most_bytes) const;

    std::filesystem::path folder_, incoming_, lock_;
    u64 most_bytes_;
};

}  // namespace stampede::campaign
