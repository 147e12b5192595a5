#include "fuzz/coverage/corpus_coverage.h"

#include <fmt/format.h>

#include <algorithm>

#include "fuzz/program/text/text.h"
#include "harts/report/atomic_file.h"

namespace stampede::fuzz {
namespace {

namespace fs = std::filesystem;

// By name, so that the same corpus is run in the same order.
Result<std::vector<fs::path>> files_of(const fs::path& corpus) {
    std::error_code failure;
    std::vector<fs::path> files;
    for (fs::directory_iterator each(corpus, failure), end; !failure && each != end;
         each.increment(failure)) {
        if (each->is_regular_file(failure)) {
            files.push_back(each->path());
        }
    }
    if (failure) {
        return error(fmt::format("{}: {}, expected a folder of programs", corpus.string(),
                                 failure.message()));
    }
    if (files.empty()) {
        return error(fmt::format("{}: holds no file, expected programs", corpus.string()));
    }
    std::ranges::sort(files);
    return files;
}

}  // namespace

Result<CorpusCoverage> cover(RunnerSetup setup, const std::vector<fs::path>& corpora,
                             const std::vector<std::string>& folders) {
    const Result<ElfImage> kernel = ElfImage::read(setup.guest.kernel);
    if (!kernel) {
        return std::unexpected(kernel.error());
    }
    CorpusCoverage coverage{EdgeCoverage(branches_of(Symbols(*kernel)), folders)};
    if (coverage.edges.functions().empty()) {
        return error(fmt::format(
            "{}: has no branch in kernel/{}, expected some, and debug information that says so",
            setup.guest.kernel.string(), fmt::join(folders, ", kernel/")));
    }
    std::vector<u8> counters(kernel->code().bytes.size());
    setup.coverage = counters;
    const auto runner = ProgramRunner::create(setup);
    if (!runner) {
        return std::unexpected(runner.error());
    }
    for (const fs::path& corpus : corpora) {
        const Result<std::vector<fs::path>> files = files_of(corpus);
        if (!files) {
            return std::unexpected(files.error());
        }
        for (const fs::path& file : *files) {
            const Result<std::string> bytes = read_file(file);
            if (!bytes) {
                return std::unexpected(bytes.error());
            }
            std::ranges::fill(counters, u8{0});
            coverage.with_findings +=
                (*runner)->run(input_program(*bytes)).findings.empty() ? 0 : 1;
            coverage.edges.add(counters);
            ++coverage.programs;
        }
    }
    return coverage;
}

}  // namespace stampede::fuzz
