#include "fuzz/campaign/corpus/corpus.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <vector>

#include "fuzz/campaign/corpus/sha1.h"
#include "fuzz/campaign/state/folder_lock.h"
#include "harts/report/atomic_file.h"

namespace stampede::campaign {
namespace {

namespace files = std::filesystem;

constexpr std::size_t name_length = 40;
constexpr u64 block = 4096;

bool is_unit_name(const std::string& name) {
    return name.size() == name_length && std::ranges::all_of(name, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

std::set<std::string> unit_names(const files::path& folder) {
    std::set<std::string> names;
    std::error_code failure;
    for (const auto& entry : files::directory_iterator(folder, failure)) {
        if (is_unit_name(entry.path().filename().string())) {
            names.insert(entry.path().filename().string());
        }
    }
    return names;
}

u64 on_disk(u64 bytes) { return (bytes + block - 1) / block * block; }

Result<void> remove_file(const files::path& file) {
    std::error_code failure;
    files::remove(file, failure);
    return failure ? Result<void>(error(fmt::format("{}: cannot be removed: {}", file.string(),
                                                    failure.message())))
                   : Result<void>();
}

Result<void> write(const files::path& file, std::string_view content) {
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    out.close();
    return out ? Result<void>()
               : Result<void>(error(fmt::format("{}: cannot be written", file.string())));
}

}  // namespace

Result<Corpus> Corpus::open(const files::path& root, const std::string& policy, u64 most_bytes) {
    // The latter is on the file system of the former, whatever the fuzzers' folders are on: only
    // there is a rename one step.
    const files::path folder = root / policy, incoming = root / ".incoming" / policy;
    for (const files::path& one : {folder, incoming}) {
        if (auto made = make_folders(one); !made) {
            return std::unexpected(made.error());
        }
    }
    return Corpus(folder, incoming, root / (".lock." + policy), most_bytes);
}

u64 Corpus::units_in(const files::path& folder) { return unit_names(folder).size(); }

std::set<std::string> Corpus::entries() const { return unit_names(folder_); }

CorpusSize Corpus::size() const {
    CorpusSize size;
    for (const std::string& name : entries()) {
        std::error_code gone;
        const u64 bytes = files::file_size(folder_ / name, gone);
        if (!gone) {
            ++size.entries;
            size.bytes += on_disk(bytes);
        }
    }
    return size;
}

Result<TakenIn> Corpus::take_in(const files::path& from) const {
    const auto lock = FolderLock::take(lock_, FolderLock::Patience::Wait);
    return lock ? take_in_locked(from, most_bytes_) : std::unexpected(lock.error());
}

Result<TakenIn> Corpus::take_in_locked(const files::path& from, u64 most_bytes) const {
    TakenIn taken;
    std::set<std::string> known = entries();
    CorpusSize now = size();
    // somebody was killed here: the file is where it came from, too
    for (const auto& stale : unit_names(incoming_)) {
        if (auto removed = remove_file(incoming_ / stale); !removed) {
            return std::unexpected(removed.error());
        }
    }
    for (const std::string& name : unit_names(from)) {
        const auto content = read_file(from / name);
        if (!content) {
            return std::unexpected(content.error());
        }
        if (sha1(*content) != name) {
            ++taken.torn;
        } else if (known.contains(name)) {
            // another one has found the same
        } else if (now.bytes + on_disk(content->size()) > most_bytes) {
            ++taken.no_room;
        } else {
            if (auto written = write(incoming_ / name, *content); !written) {
                return std::unexpected(written.error());
            }
            std::error_code failure;
            files::rename(incoming_ / name, folder_ / name, failure);
            if (failure) {
                return error(fmt::format("{}: cannot be made: {}", (folder_ / name).string(),
                                         failure.message()));
            }
            ++taken.added;
            now.bytes += on_disk(content->size());
        }
        if (auto removed = remove_file(from / name); !removed) {
            return std::unexpected(removed.error());
        }
    }
    return taken;
}

Result<u64> Corpus::replace(const std::set<std::string>& looked_at, const files::path& kept) const {
    const auto lock = FolderLock::take(lock_, FolderLock::Patience::Wait);
    if (!lock) {
        return std::unexpected(lock.error());
    }
    const std::set<std::string> stay = unit_names(kept);
    if (stay.empty() && !looked_at.empty()) {
        return error(
            fmt::format("{}: holds nothing, expected what {} can do with: nothing is removed",
                        kept.string(), folder_.string()));
    }
    // Whatever the bound: what goes afterwards is more. Other campaigns may have removed some of
    // these meanwhile.
    const auto taken = take_in_locked(kept, ~u64{0});
    if (!taken) {
        return std::unexpected(taken.error());
    }
    if (taken->torn != 0) {
        return error(fmt::format("{}: {} of its files are torn: nothing is removed", kept.string(),
                                 taken->torn));
    }
    u64 gone = 0;
    for (const std::string& name : looked_at) {
        if (stay.contains(name)) {
            continue;
        }
        if (auto removed = remove_file(folder_ / name); !removed) {
            return std::unexpected(removed.error());
        }
        ++gone;
    }
    return gone;
}

}  // namespace stampede::campaign
