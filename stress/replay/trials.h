// Runs that are only about whether a finding shows, each in a process of its own.
//
//     this process ── request ──▶ the server, which has never watched a run ── fork ──▶ one run
//          ▲                                                                              │
//          └───────────────────────────────── what became of it ──────────────────────────┘
//
// Where work begins at a prompt, the server boots the guest, once: a fork has the machine as it is
// there. A run in a process that had one before is not the same run: ThreadSanitizer reports a race
// once a process, and oneTBB's threads do not survive a fork. Nor does a run that kills its process
// end the search it is part of.
#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harts/base/error.h"
#include "harts/report/replay/hart_runs.h"
#include "harts/report/replay/replay_file.h"
#include "stress/run/interrupts.h"
#include "stress/run/run.h"

namespace stampede {

struct Trial {
    ReplayFile file;         // its titles are what it is after
    std::size_t enough = 1;  // so many of them end it
    u64 most_instructions = ~u64{0};
    std::chrono::milliseconds limit{60'000};  // of host time
    enum class Tells : u8 { Titles, Everything };
    Tells tells = Tells::Titles;
    std::optional<std::string> console = {}, trace = {};  // files to write
};

struct TrialResult {
    std::vector<std::string> titles;  // of everything that it found
    u64 instructions = 0, system_calls = 0, switches = 0, operations = 0;
    std::vector<HartRun> turns;
    bool cut_off = false;               // it was too long
    std::optional<RunOutcome> outcome;  // where it tells everything: turns and moments left out
    std::string console;                // then, what the guest said
    std::string problem;  // why there was no run, or none that lived to tell; empty: there was one

    [[nodiscard]] bool shows(const std::string& title) const;
};

// What a file's run looks like in this program. In the server only.
using MakeSetup = std::function<Result<RunSetup>(const ReplayFile&)>;

class Trials {
public:
    // Starts the server: before this process has run a machine or started a thread. Error: the
    // system's reason.
    [[nodiscard]] static Result<Trials> start(MakeSetup make_setup);
    Trials(Trials&& other) noexcept
        : socket_(std::exchange(other.socket_, -1)),
          server_(std::exchange(other.server_, -1)),
          problem_(std::move(other.problem_)) {}
    Trials& operator=(Trials&&) = delete;
    ~Trials();

    // Nothing: the user does not want any more. The first problem is told on stderr.
    [[nodiscard]] std::optional<TrialResult> run(const Trial& trial, const Interrupts& interrupts);

    // Of the first run that could not be; empty: all could.
    [[nodiscard]] const std::string& problem() const { return problem_; }

private:
    Trials(int socket, int server) : socket_(socket), server_(server) {}

    int socket_;
    int server_;  // its process
    std::string problem_;
};

}  // namespace stampede
