#include "harts/report/finding_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "harts/report/atomic_file.h"
#include "harts/report/forms/json.h"
#include "harts/report/forms/text.h"
#include "harts/report/replay/replay_file.h"

namespace stampede {
namespace {

constexpr const char* finding_file = "finding.json";
constexpr const char* text_file = "report.txt";

// Held while one process reads a count and writes it back; the system lets go of it when the
// process ends, however it ends.
class StoreLock {
public:
    [[nodiscard]] static Result<StoreLock> take(const std::filesystem::path& folder) {
        const std::filesystem::path file = folder / ".lock";
        const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (descriptor < 0 || ::flock(descriptor, LOCK_EX) != 0) {
            const int reason = errno;
            if (descriptor >= 0) {
                ::close(descriptor);
            }
            return error(fmt::format("{}: cannot be locked: {}", file.string(),
                                     std::generic_category().message(reason)));
        }
        return StoreLock(descriptor);
    }
    StoreLock(StoreLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    StoreLock& operator=(StoreLock&&) = delete;
    ~StoreLock() {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
    }

private:
    explicit StoreLock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
};

Result<void> make_folder(const std::filesystem::path& folder) {
    std::error_code failure;
    std::filesystem::create_directories(folder, failure);
    if (failure) {
        return error(fmt::format("{}: cannot be made: {}", folder.string(), failure.message()));
    }
    return {};
}

// A file that cannot be looked at counts as there: reading it then says why.
bool is_there(const std::filesystem::path& file) {
    std::error_code failure;
    return std::filesystem::status(file, failure).type() != std::filesystem::file_type::not_found;
}

Result<Finding> load_finding(const std::filesystem::path& file) {
    const Result<std::string> text = read_file(file);
    return text ? parse_finding(*text, file.string()) : std::unexpected(text.error());
}

}  // namespace

Result<void> FindingStore::write(const Finding& finding, const Attachments& attachments) const {
    const std::filesystem::path folder = folder_of(finding);
    for (const auto& [name, content] : attachments) {
        if (Result<void> written = write_file_atomically(folder / name, content); !written) {
            return written;
        }
    }
    if (Result<void> written = write_file_atomically(folder / text_file, report_text(finding));
        !written) {
        return written;
    }
    return write_file_atomically(folder / finding_file, finding_json(finding));
}

Result<std::filesystem::path> FindingStore::add(const Finding& finding,
                                                const Attachments& attachments) const {
    const std::filesystem::path folder = folder_of(finding);
    if (const Result<void> made = make_folder(folder); !made) {
        return std::unexpected(made.error());
    }
    const Result<StoreLock> lock = StoreLock::take(folder_);
    if (!lock) {
        return std::unexpected(lock.error());
    }
    const Result<void> written = is_there(folder / finding_file)
                                     ? add_to_known(finding, attachments)
                                     : write(finding, attachments);
    if (!written) {
        return std::unexpected(written.error());
    }
    return folder;
}

Result<void> FindingStore::add_to_known(const Finding& finding, Attachments attachments) const {
    Result<Finding> known = load_finding(folder_of(finding) / finding_file);
    if (!known) {
        return std::unexpected(known.error());
    }
    known->count += finding.count;
    std::erase_if(attachments, [&](const auto& attachment) {
        return is_there(folder_of(finding) / attachment.first);
    });
    if (attachments.contains(std::string(replay_file_name))) {
        known->reproduce = finding.reproduce;
    }
    return write(*known, attachments);
}

Result<std::vector<Finding>> FindingStore::load() const {
    std::vector<Finding> findings;
    std::error_code failure;
    for (const auto& entry : std::filesystem::directory_iterator(folder_, failure)) {
        const std::filesystem::path file = entry.path() / finding_file;
        if (!is_there(file)) {
            continue;
        }
        Result<Finding> finding = load_finding(file);
        if (!finding) {
            return std::unexpected(finding.error());
        }
        findings.push_back(std::move(*finding));
    }
    if (failure && failure != std::errc::no_such_file_or_directory) {
        return error(fmt::format("{}: cannot be read: {}", folder_.string(), failure.message()));
    }
    std::ranges::sort(findings, {}, &Finding::key);
    return findings;
}

}  // namespace stampede
