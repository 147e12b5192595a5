#include "fuzz/campaign/triage/adopt.h"

#include <fmt/format.h>

#include "harts/report/atomic_file.h"
#include "harts/report/finding_store.h"
#include "harts/report/replay/replay_file.h"

namespace stampede::campaign {
namespace {

namespace files = std::filesystem;

constexpr std::size_t largest_attachment = std::size_t{4} << 20;

// All that the store does not make itself. What is too large stays behind: the bound on disk is
// worth more.
Attachments attachments_in(const files::path& folder) {
    Attachments all;
    for (const auto& entry : files::directory_iterator(folder)) {
        const std::string name = entry.path().filename().string();
        if (!entry.is_regular_file() || name == "finding.json" || name == "report.txt" ||
            name.ends_with(".tmp")) {
            continue;
        }
        if (auto content = read_file(entry.path(), largest_attachment); content) {
            all[name] = std::move(*content);
        }
    }
    return all;
}

// Its command speaks of the files in the old folder.
void move_words(Finding& finding, const files::path& from, const files::path& to) {
    for (std::string& word : finding.reproduce) {
        if (const std::size_t at = word.find(from.string()); at != std::string::npos) {
            word.replace(at, from.string().size(), to.string());
        }
    }
}

bool can_be_shown(const files::path& folder) {
    return files::exists(folder / "input") || files::exists(folder / replay_file_name);
}

Result<void> adopt_one(const FindingStore& store, Finding finding, const files::path& from) {
    const files::path folder = store.folder_of(finding);
    move_words(finding, from, folder);
    // A second way to show it would only take the command of the first.
    if (const auto added =
            store.add(finding, can_be_shown(folder) ? Attachments() : attachments_in(from));
        !added) {
        return std::unexpected(added.error());
    }
    std::error_code failure;
    files::remove_all(from, failure);
    return failure ? Result<void>(error(fmt::format("{}: cannot be removed: {}", from.string(),
                                                    failure.message())))
                   : Result<void>();
}

}  // namespace

Result<Adopted> adopt(const files::path& from, const files::path& to) {
    const FindingStore source(from), store(to);
    const auto findings = source.load();
    if (!findings) {
        return std::unexpected(findings.error());
    }
    Adopted adopted;
    for (const Finding& finding : *findings) {
        const files::path known = store.folder_of(finding);
        if (files::exists(known / "finding.json") && !can_be_shown(known) &&
            can_be_shown(source.folder_of(finding))) {
            adopted.repeatable.push_back(finding.key());
        }
        if (const auto done = adopt_one(store, finding, source.folder_of(finding)); !done) {
            return std::unexpected(done.error());
        }
        adopted.keys.push_back(finding.key());
    }
    std::error_code absent;
    for (const auto& entry : files::directory_iterator(from, absent)) {
        if (auto input = read_file(entry.path() / "input", largest_attachment); input) {
            adopted.unfiled.push_back(std::move(*input));
        }
    }
    return adopted;
}

}  // namespace stampede::campaign
