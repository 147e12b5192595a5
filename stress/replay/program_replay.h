// `--replay` of a file with a program, which a fuzzer has found something with.
#pragma once
#include <string>
#include <vector>

#include "harts/oracles/race/race_support.h"
#include "harts/report/replay/replay_file.h"
#include "stress/options/options.h"
#include "stress/options/refusal.h"

namespace stampede {

// Runs it from its snapshot as often as `options.times` says, prints what it shows and writes the
// reports that were asked for. Refusal: an option that says what the file settles or that programs
// do not have, another kernel, or a file that cannot be used; nothing ran.
[[nodiscard]] std::expected<ExitStatus, Refusal> replay_program(
    const Options& options, const std::vector<std::string>& command, const ReplayFile& file,
    MakeRaceDetection make_race_detection);

}  // namespace stampede
