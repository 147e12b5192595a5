// The two emulators that benchmarks compare, as command lines.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace stampede::bench {

enum class Emulator { Qemu, Stampede };

// A file beside this program's own folder: beside("guest/bench_loops.elf") is build/release/guest/bench_loops.elf.
[[nodiscard]] std::filesystem::path beside(std::string_view file);

[[nodiscard]] bool qemu_is_installed();

// The command that boots `image` (under build/<tree>/) on `harts` harts and 128 MiB, console on its output.
[[nodiscard]] std::vector<std::string> command(Emulator emulator, std::string_view image, unsigned harts,
                                               const std::string& append);

// "4 cores of Xeon …": what a benchmark prints with its numbers.
[[nodiscard]] std::string host_description();

}  // namespace stampede::bench
