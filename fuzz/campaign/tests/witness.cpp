#include "fuzz/campaign/tests/witness.h"

#include "fuzz/campaign/corpus/sha1.h"
#include "fuzz/campaign/state/state.h"
#include "harts/report/atomic_file.h"
#include "harts/report/forms/json.h"

namespace stampede::campaign {
namespace {

namespace files = std::filesystem;

std::vector<files::path> inside(const files::path& folder) {
    std::vector<files::path> all;
    std::error_code failure;
    for (auto entry = files::directory_iterator(folder, failure);
         entry != files::directory_iterator(); entry.increment(failure)) {
        all.push_back(entry->path());
    }
    return all;
}

bool is_whole_finding(const files::path& folder) {
    const auto text = read_file(folder / "finding.json");
    return text && parse_finding(*text, folder.string());
}

}  // namespace

void Witness::look() {
    for (const std::string& policy : policies_) {
        files::create_directories(seen(policy));
        for (const files::path& file : inside(corpus_ / policy)) {
            const std::string name = file.filename().string();
            if (entries_[policy].contains(name)) {
                continue;
            }
            const auto content = read_file(file);
            if (!content) {
                continue;  // a minimisation was faster
            }
            if (sha1(*content) != name) {
                torn_.push_back(file.string());
            }
            entries_[policy].insert(name);
            (void)write_file_atomically(seen(policy) / name, *content);
        }
    }
    look_at_findings(out_ / "findings");
    for (const files::path& slot : inside(out_ / "work")) {
        look_at_findings(slot / "findings");
    }
}

void Witness::look_at_findings(const files::path& folder) {
    for (const files::path& one : inside(folder)) {
        if (is_whole_finding(one)) {
            keys_.insert(one.filename().string());
        }
    }
}

std::vector<std::string> Witness::complaints() const {
    std::vector<std::string> all;
    for (const std::string& file : torn_) {
        all.push_back(file + " was torn");
    }
    for (const std::string& policy : policies_) {
        for (const files::path& file : inside(corpus_ / policy)) {
            const auto content = read_file(file);
            if (!content || sha1(*content) != file.filename().string()) {
                all.push_back(file.string() + " is torn");
            }
        }
    }
    for (const files::path& folder : inside(out_ / "findings")) {
        if (files::exists(folder / "finding.json") && !is_whole_finding(folder)) {
            all.push_back(folder.string() + " holds no whole finding");
        }
    }
    if (const auto state = load_state(out_ / "state.json"); !state) {
        all.push_back(state.error().message);
    }
    std::set<std::string> there;
    for (const files::path& folder : inside(out_ / "findings")) {
        there.insert(folder.filename().string());
    }
    for (const files::path& slot : inside(out_ / "work")) {
        for (const files::path& folder : inside(slot / "findings")) {
            there.insert(folder.filename().string());
        }
    }
    for (const std::string& key : keys_) {
        if (!there.contains(key)) {
            all.push_back("finding " + key + " is lost");
        }
    }
    return all;
}

std::vector<std::string> Witness::lost_findings() const {
    std::vector<std::string> lost;
    for (const std::string& key : keys_) {
        if (!is_whole_finding(out_ / "findings" / key)) {
            lost.push_back(key);
        }
    }
    return lost;
}

u64 Witness::entries_seen() const {
    u64 sum = 0;
    for (const auto& [policy, names] : entries_) {
        sum += names.size();
    }
    return sum;
}

u64 Witness::entries_gone() const {
    u64 sum = 0;
    for (const auto& [policy, names] : entries_) {
        for (const std::string& name : names) {
            sum += files::exists(corpus_ / policy / name) ? 0 : 1;
        }
    }
    return sum;
}

}  // namespace stampede::campaign
