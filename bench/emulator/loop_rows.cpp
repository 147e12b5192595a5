#include "bench/emulator/loop_rows.h"

namespace stampede::bench {
namespace {

constexpr u64 buffer = u64{4} << 20;  // bytes that the loops over memory go through at once

const LoopRow rows[] = {
    {"loops/int", {"int", 5'000'000}},
    {"loops/mix", {"mix", 25'000}},
    {"calls/call", {"call", 150}},
    {"memory/memcpy8", {"memcpy8", 25 * buffer}},
    {"memory/memset8", {"memset8", 50 * buffer}},
    {"memory/memmove1", {"memmove1", 3 * buffer}},
    {"memory/chase", {"chase", 2'000'000}},
    {"csr/read_clear_set", {"csr", 2'000'000}},
    {"trap/ecall_mret", {"ecall", 800'000}},
    {"satp/switch", {"satp", 150'000}},
    {"tlb_miss/sweep", {"tlb_miss", 2'000'000}},
    {"tlb_miss/behind_sfence", {"tlb_fence", 2'000'000}},
    {"lr_sc/alone", {"lrsc", 1'000'000}},
    {"lr_sc/contended/2_harts/parallel", {"lrsc", 2'000'000, 2}},
    {"amo/alone", {"amoadd", 10'000'000}},
    {"amo/contended/2_harts/parallel", {"amoadd", 12'000'000, 2}},
    {"lock/alone", {"lock", 4'000'000}},
    {"lock/contended/2_harts/parallel", {"lock", 6'000'000, 2}},
    {"lock/contended/8_harts/random", {"lock", 400'000, 8, "random:1000"}},
};

}  // namespace

std::span<const LoopRow> loop_rows() { return rows; }

}  // namespace stampede::bench
