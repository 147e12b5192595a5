// A guest: a kernel with its programs, and what one has to know to have something run in it and to
// judge that run. Each kind of guest is a function that makes one (our_kernel.h, bare_loops.h);
// nobody else asks what kind it is.
#pragma once
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "harts/base/error.h"
#include "harts/base/types.h"
#include "harts/guests/workloads.h"
#include "harts/report/seeded_bugs.h"

namespace stampede {

// What it is to do.
struct Work {
    std::string program;  // by name; empty: its shell
    std::string words;    // further ones, blanks between them
};

enum class EndsBy : u8 {
    Finisher,  // the guest says so: by the finisher device, or by the guest call `done`
    Input,     // it waits, and nobody has anything more to type
    Prompt,    // its shell waits for the next line
};

using DiskContents = std::shared_ptr<const std::vector<std::byte>>;

// How that is started, and how one sees that it is over.
struct Start {
    std::string bootargs = {};  // /chosen/bootargs
    EndsBy ends = EndsBy::Finisher;
    std::string line = {};                 // typed at its prompt
    std::vector<DiskContents> disks = {};  // by the board's slot
    std::filesystem::path program = {};    // the file that runs, for names; empty: none is known
    bool is_ours = true;                   // that program, and so its workload's columns hold
    // What the program says in the end where all is well; empty: nothing that is known.
    std::string last_words = {};
    // Of a kernel that tells how its processes' programs are called: where such a file lies, with
    // names; empty: nowhere.
    std::function<std::filesystem::path(const std::string& name)> find_program = {};
};

enum class OnFork : u8 { Unknown, Copies, Shares };

struct Guest {
    std::string name;              // of the kernel: what --policy takes
    std::filesystem::path kernel;  // its ELF file, which may be unusable
    std::filesystem::path
        programs;  // folder of its user programs, NAME.elf, for names; empty: there are none
    OnFork on_fork = OnFork::Unknown;  // what its fork does with the parent's frames
    const SeededBug* bug =
        nullptr;  // what is wrong with it on purpose, in seeded_bugs(); null: nothing
    // Error: it cannot do that, and why.
    std::function<Result<Start>(const Work& work)> start;
    std::string prompt = {};      // of its shell, where work begins at one; empty: it does not
    std::string disks_hash = {};  // of the images that its disks begin with; empty: it has none

    std::vector<std::string> own_programs = {};  // that its shell runs, by their names there
    std::vector<std::string> own_tests = {};  // those that say how they went: lines for its shell

    // Why a workload of ours cannot run in it; empty: it can.
    [[nodiscard]] std::string why_not(const Workload& workload) const;
    // Empty where it has no programs.
    [[nodiscard]] std::filesystem::path program(std::string_view program_name) const;
    [[nodiscard]] bool works_at_prompt() const { return !prompt.empty(); }
    [[nodiscard]] bool is_seeded_bug() const { return bug != nullptr; }
    // Whether a right kernel of this kind can pass the workload.
    [[nodiscard]] bool can_pass(const Workload& workload) const;
};

// As its file tells it (kernel/abi/kernel_facts.h). Unknown too where the file cannot be used:
// whoever runs it says why.
[[nodiscard]] OnFork on_fork_of(const std::filesystem::path& kernel);

}  // namespace stampede
