// Expected: what llvm-objdump says of the same file.
#include "fuzz/coverage/guest_branches.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdio.h>

#include <algorithm>
#include <array>
#include <map>
#include <sstream>

#include "fuzz/coverage/edge_coverage.h"

namespace stampede::fuzz {
namespace {

constexpr const char* kernel_file = STAMPEDE_GUESTS "/kernel-kmem.elf";

class GuestBranches : public testing::Test {
protected:
    static std::string output_of(const std::string& command) {
        std::string output;
        FILE* const pipe = popen(command.c_str(), "r");
        std::array<char, 4096> block;
        for (std::size_t count; (count = fread(block.data(), 1, block.size(), pipe)) > 0;) {
            output.append(block.data(), count);
        }
        EXPECT_EQ(pclose(pipe), 0) << command;
        return output;
    }
    // Addresses of llvm-objdump's lines whose mnemonic is a branch's: `ffffffc080000494: beqz a0,
    // 0x…`.
    static std::vector<u64> llvm_branches(const std::string& options) {
        std::istringstream lines(output_of(std::string(LLVM_OBJDUMP " -d --no-show-raw-insn ") +
                                           options + " " + kernel_file));
        std::vector<u64> found;
        for (std::string line; std::getline(lines, line);) {
            std::istringstream words(line);
            std::string address, mnemonic;
            words >> address >> mnemonic;
            static const std::array branches{"beq",  "bne",  "blt",  "bge",  "bltu", "bgeu",
                                             "beqz", "bnez", "blez", "bgez", "bltz", "bgtz"};
            if (address.ends_with(':') && std::ranges::count(branches, mnemonic) != 0) {
                found.push_back(std::stoull(address, nullptr, 16));
            }
        }
        return found;
    }

    const Symbols kernel{ElfImage::read(kernel_file).value()};
    const std::vector<GuestBranch> branches = branches_of(kernel);
    const u64 begin = kernel.image().code().virtual_address;
};

TEST_F(GuestBranches, they_are_the_ones_that_llvm_objdump_disassembles) {
    std::vector<u64> ours;
    for (const GuestBranch& branch : branches) {
        ours.push_back(begin + branch.offset);
    }
    EXPECT_EQ(ours, llvm_branches(""));
    EXPECT_GT(ours.size(), 500u);
}

// Functions whose branches are all their own: nothing with a branch is inlined there.
TEST_F(GuestBranches, a_function_has_two_edges_for_each_branch_that_llvm_objdump_finds_in_it) {
    const std::vector<FunctionCoverage> functions =
        EdgeCoverage(branches, {"frames", "mm", "sys", "trap"}).functions();
    const std::map<std::string, std::string> names{
        {"kernel::dispatch_system_call", "_ZN6kernel20dispatch_system_callERNS_7ProcessE"},
        {"kernel::MappingChange::finish", "_ZN6kernel13MappingChange6finishEv"}};
    for (const auto& [name, symbol] : names) {
        const auto function = std::ranges::find(functions, name, &FunctionCoverage::function);
        ASSERT_NE(function, functions.end()) << name;
        const std::size_t expected = llvm_branches("--disassemble-symbols=" + symbol).size();
        EXPECT_GT(expected, 0u) << name;
        EXPECT_EQ(function->share.edges, 2 * expected) << name;
        EXPECT_EQ(function->edges.size(), 2 * expected) << name;
    }
}

TEST_F(GuestBranches, each_has_a_function_a_file_and_nearly_each_a_line) {
    u64 without_line = 0;
    for (const GuestBranch& branch : branches) {
        EXPECT_NE(branch.function, "") << std::hex << begin + branch.offset;
        EXPECT_NE(folder_of(branch.file), "") << branch.file;
        without_line += branch.line == 0 ? 1 : 0;  // the compiler merges code of several lines
    }
    EXPECT_LT(without_line * 20, branches.size());
}

TEST_F(GuestBranches, a_way_that_only_calls_panic_is_known) {
    // KERNEL_ASSERT(page.value < user_end) and what it guards
    const auto leads_to_panic = [&](const GuestBranch& branch) {
        return std::ranges::count(branch.leads_to, "kernel::panic") == 1;
    };
    EXPECT_EQ(std::ranges::count_if(branches,
                                    [&](const GuestBranch& branch) {
                                        return branch.function ==
                                                   "kernel::AddressSpace::find_or_make" &&
                                               leads_to_panic(branch);
                                    }),
              1);
    EXPECT_EQ(std::ranges::count_if(branches,
                                    [&](const GuestBranch& branch) {
                                        return branch.function == "kernel::MappingChange::finish" &&
                                               leads_to_panic(branch);
                                    }),
              0);
    // if (!(cause & cause_interrupt)) panic(…, read_csr<Csr::stval>()), and if (kind ==
    // Interrupt::none) panic(…)
    EXPECT_EQ(std::ranges::count_if(branches,
                                    [&](const GuestBranch& branch) {
                                        return branch.function == "kernel_trap" &&
                                               leads_to_panic(branch);
                                    }),
              2);
}

TEST(FolderOf, is_the_kernels_folder) {
    EXPECT_EQ(folder_of("kernel/mm/find.cpp"), "mm");
    EXPECT_EQ(folder_of("kernel/arch/riscv/inline.h"), "arch");
    EXPECT_EQ(folder_of("kernel/find.cpp"), "");
    EXPECT_EQ(folder_of("/usr/include/c++/12/expected"), "");
    EXPECT_EQ(folder_of(""), "");
}

}  // namespace
}  // namespace stampede::fuzz
