#include "harts/guests/xv6/tree.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <span>

#include "harts/guests/xv6/file_system.h"
#include "harts/image/file_bytes.h"
#include "harts/report/nearest_names.h"

namespace stampede {
namespace {

namespace files = std::filesystem;

constexpr std::string_view prompt = "$ ";
constexpr std::string_view program_prefix = "_";  // of its name in user/

DiskContents shared(std::vector<std::byte> bytes) {
    return std::make_shared<const std::vector<std::byte>>(std::move(bytes));
}

Result<DiskContents> read_disk(const files::path& file) {
    const Result<FileBytes> bytes = FileBytes::read(file, "a disk's image");
    return bytes ? Result<DiskContents>(shared({bytes->span().begin(), bytes->span().end()}))
                 : std::unexpected(bytes.error());
}

std::string hash_of(const std::vector<DiskContents>& disks) {
    XXH64_hash_t hash = 0;
    for (const DiskContents& disk : disks) {
        hash = XXH3_64bits_withSeed(disk->data(), disk->size(), hash);
    }
    return disks.empty() ? "" : fmt::format("{:016x}", hash);
}

// Those of the root directory that exec() takes.
std::vector<std::string> programs_of(const Xv6FileSystem& files) {
    constexpr std::array magic{std::byte{0x7f}, std::byte{'E'}, std::byte{'L'}, std::byte{'F'}};
    std::vector<std::string> names;
    for (const std::string& file : files.files()) {
        const auto contents = files.contents(file);
        if (contents && contents->size() > magic.size() &&
            std::ranges::equal(magic, std::span(*contents).first(magic.size()))) {
            names.push_back(file);
        }
    }
    return names;
}

// The disks of one kernel, and what runs there.
struct Programs {
    Shelf shelf;
    files::path folder;               // of theirs, user/; may be empty
    std::vector<DiskContents> disks;  // as they are
    std::optional<Xv6FileSystem> files;

    [[nodiscard]] bool has(const std::string& name) const {
        if (!files) {
            return false;
        }
        const std::vector<std::string> all = files->files();
        return std::ranges::find(all, name) != all.end();
    }
};

// What tests of xv6 say in the end where all is well ("ALL TESTS PASSED", "ALL COW TESTS PASSED"),
// if `program` has it; else empty.
std::string last_words_of(const std::vector<std::byte>& program) {
    const std::string_view bytes(reinterpret_cast<const char*>(program.data()), program.size());
    constexpr std::string_view begin = "ALL ", end = "TESTS PASSED";
    constexpr std::size_t longest = 40;
    for (std::size_t at = bytes.find(begin); at != bytes.npos; at = bytes.find(begin, at + 1)) {
        const std::string_view words = bytes.substr(at, longest);
        const std::string_view whole = words.substr(0, words.find('\0'));
        if (const std::size_t last = whole.find(end); last != whole.npos) {
            return std::string(whole.substr(0, last + end.size()));
        }
    }
    return "";
}

// Whether its arguments may be `-q`: leave out what takes long.
bool has_quick_tests(const std::vector<std::byte>& program) {
    constexpr std::array quick{std::byte{0}, std::byte{'-'}, std::byte{'q'}, std::byte{0}};
    return !std::ranges::search(program, quick).empty();
}

// Those of the root directory that say how they went.
std::vector<std::string> tests_of(const Xv6FileSystem& files,
                                  const std::vector<std::string>& programs) {
    std::vector<std::string> lines;
    for (const std::string& program : programs) {
        const auto contents = files.contents(program);
        if (contents && !last_words_of(*contents).empty()) {
            lines.push_back(program + (has_quick_tests(*contents) ? " -q" : ""));
        }
    }
    return lines;
}

// The file with the names of a program: theirs, or ours that was put into the image.
files::path program_file(const Programs& all, const std::string& name) {
    std::error_code failure;
    if (!all.folder.empty()) {
        if (files::path theirs = all.folder / (std::string(program_prefix) + name);
            files::exists(theirs, failure)) {
            return theirs;
        }
    }
    return all.has(name) || workload_named(name) == nullptr
               ? files::path()
               : all.shelf.program(name).value_or(files::path());
}

std::string first_word(const std::string& line) { return line.substr(0, line.find(' ')); }

Error unknown(const Programs& all, const std::string& name) {
    std::vector<std::string> known = all.files ? all.files->files() : std::vector<std::string>();
    std::ranges::transform(workloads(), std::back_inserter(known), &Workload::name);
    return {fmt::format("{}; expected a line for its shell, or a workload of --list",
                        no_such_name("program", name, known))};
}

Result<Start> start_at_prompt(const std::shared_ptr<const Programs>& programs, const Work& work) {
    const Programs& all = *programs;
    Start start{.ends = EndsBy::Prompt, .line = work.program, .disks = all.disks};
    start.is_ours = false;
    start.find_program = [programs](const std::string& name) {
        return program_file(*programs, name);
    };
    if (work.program.empty()) {
        start.ends = EndsBy::Input;
        return start;
    }
    const std::string name = first_word(work.program);
    if (!all.files || all.has(name)) {
        start.program = program_file(all, name);
        if (const auto contents = all.files ? all.files->contents(name) : error("")) {
            start.last_words = last_words_of(*contents);
        }
        return start;
    }
    const Workload* const workload = workload_named(work.program);
    if (workload == nullptr) {
        return std::unexpected(unknown(all, name));
    }
    if (workload->needs_own_calls) {
        return error(fmt::format("{} is about system calls that a kernel of xv6 has not", name));
    }
    const Result<files::path> ours = all.shelf.stripped_program(work.program);
    if (!ours) {
        return std::unexpected(ours.error());
    }
    const Result<DiskContents> program = read_disk(*ours);
    if (!program) {
        return std::unexpected(program.error());
    }
    Xv6FileSystem with = *all.files;
    if (const Result<void> put = with.put(work.program, **program); !put) {
        return std::unexpected(put.error());
    }
    start.is_ours = true;
    start.disks.front() = shared(with.image());
    start.line += work.words.empty() ? "" : " " + work.words;
    start.program = all.shelf.program(work.program).value_or("");
    return start;
}

Result<Guest> made(const files::path& kernel, const std::vector<files::path>& disks,
                   const files::path& folder, const Shelf& shelf) {
    Programs all{shelf, folder, {}, std::nullopt};
    for (const files::path& disk : disks) {
        Result<DiskContents> contents = read_disk(disk);
        if (!contents) {
            return std::unexpected(contents.error());
        }
        all.disks.push_back(std::move(*contents));
    }
    if (!disks.empty()) {
        Result<Xv6FileSystem> files =
            Xv6FileSystem::parse(*all.disks.front(), disks.front().string());
        if (!files) {
            return std::unexpected(files.error());
        }
        all.files = std::move(*files);
    }
    Guest guest;
    guest.name = kernel.string();
    guest.kernel = kernel;
    guest.prompt = prompt;
    guest.disks_hash = hash_of(all.disks);
    if (all.files) {
        guest.own_programs = programs_of(*all.files);
        guest.own_tests = tests_of(*all.files, guest.own_programs);
    }
    guest.start = [all = std::make_shared<const Programs>(std::move(all))](const Work& work) {
        return start_at_prompt(all, work);
    };
    return guest;
}

}  // namespace

Result<Guest> xv6_tree(const files::path& folder, const Shelf& shelf) {
    std::error_code failure;
    if (!files::is_directory(folder, failure)) {
        return error(fmt::format("{}: {}, expected a folder with a tree of xv6 in it",
                                 folder.string(), failure ? failure.message() : "is no folder"));
    }
    const files::path kernel = folder / "kernel/kernel", disk = folder / "fs.img";
    for (const auto& [file, target] : {std::pair(kernel, "kernel/kernel"), {disk, "fs.img"}}) {
        if (!files::exists(file, failure)) {
            return error(fmt::format("{}: is missing; `make {}` in {} makes it", file.string(),
                                     target, folder.string()));
        }
    }
    return made(kernel, {disk}, folder / "user", shelf);
}

Result<Guest> xv6_kernel(const files::path& kernel, const std::vector<files::path>& disks,
                         const Shelf& shelf) {
    return made(kernel, disks, {}, shelf);
}

}  // namespace stampede
