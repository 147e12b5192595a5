// The two emulators that benchmarks compare, as command lines.
#pragma once
#include <string>
#include <vector>

#include "harts/guests/guest.h"

namespace stampede::bench {

enum class Emulator { Qemu, Stampede };

[[nodiscard]] bool qemu_is_installed();

// The command that boots `guest` for `work` on `harts` harts and 128 MiB, console on its output.
[[nodiscard]] std::vector<std::string> command(Emulator emulator, const Guest& guest,
                                               const Work& work, unsigned harts);

// "4 cores of Xeon …": what a benchmark prints with its numbers.
[[nodiscard]] std::string host_description();

}  // namespace stampede::bench
