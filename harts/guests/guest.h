// A guest: a kernel with its programs, and what one has to know to have something run in it and to
// judge that run. Each kind of guest is a function that makes one (our_kernel.h, bare_loops.h);
// nobody else asks what kind it is.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

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
};

// How that is started, and how one sees that it is over.
struct Start {
    std::string bootargs;  // /chosen/bootargs
    EndsBy ends = EndsBy::Finisher;
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
    Start (*starts)(const Work& work) = nullptr;

    [[nodiscard]] Start start(const Work& work) const { return starts(work); }
    // Empty where it has no programs.
    [[nodiscard]] std::filesystem::path program(std::string_view program_name) const;
    [[nodiscard]] bool is_seeded_bug() const { return bug != nullptr; }
    // Whether a right kernel of this kind can pass the workload.
    [[nodiscard]] bool can_pass(const Workload& workload) const;
};

// As its file tells it (kernel/abi/kernel_facts.h). Unknown too where the file cannot be used:
// whoever runs it says why.
[[nodiscard]] OnFork on_fork_of(const std::filesystem::path& kernel);

}  // namespace stampede
