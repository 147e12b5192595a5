// Findings on disk: one folder each, named by the finding's key, so that the same finding of many
// runs is one folder with a count.
//
//     findings/<key>/finding.json    stampede.finding/1
//     findings/<key>/report.txt      the same for people
//     findings/<key>/console.txt …   what the caller adds, of the first time it was seen
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "harts/base/error.h"
#include "harts/report/finding.h"

namespace stampede {

// Files beside finding.json, by name: "console.txt", "replay", "program".
using Attachments = std::map<std::string, std::string>;

// One process at a time adds to a finding (a lock file keeps several apart); each file is written
// atomically.
class FindingStore {
public:
    // `folder` is made when the first finding comes.
    explicit FindingStore(std::filesystem::path folder) : folder_(std::move(folder)) {}

    // The finding's folder. One that is already there keeps its files and gets those that it lacks,
    // with the command that goes with a new replay; its count grows by the new one's, in
    // finding.json and report.txt. finding.json is written last: a folder with one is complete.
    // Error: names the file and the system's reason, or what is wrong with a finding.json that is
    // there.
    [[nodiscard]] Result<std::filesystem::path> add(const Finding& finding,
                                                    const Attachments& attachments = {}) const;

    // Every finding, by key. An absent folder holds none. Error: as add().
    [[nodiscard]] Result<std::vector<Finding>> load() const;

    [[nodiscard]] std::filesystem::path folder_of(const Finding& finding) const {
        return folder_ / finding.key();
    }

private:
    [[nodiscard]] Result<void> add_to_known(const Finding& finding, Attachments attachments) const;
    [[nodiscard]] Result<void> write(const Finding& finding, const Attachments& attachments) const;

    std::filesystem::path folder_;
};

}  // namespace stampede
