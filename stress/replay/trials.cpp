#include "stress/replay/trials.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <numeric>
#include <utility>

#include "harts/base/host_limits.h"
#include "stress/commands/console_file.h"
#include "stress/replay/trial_messages.h"
#include "stress/run/boot.h"

namespace stampede {
namespace {

constexpr int look_at_the_user = 50;  // ms
constexpr std::array shielded{SIGINT, SIGTERM, SIGHUP};

TrialResult run_one(const Trial& trial, Result<RunSetup> setup, BootedOnce& boots) {
    TrialResult result;
    if (!setup) {
        result.problem = setup.error().message;
        return result;
    }
    setup->wanted = trial.file.titles;
    setup->wanted_enough = trial.enough;
    setup->most_instructions = trial.most_instructions;
    setup->limit = trial.limit;
    setup->keep_turns = true;
    setup->trace = trial.trace;
    if (trial.tells == Trial::Tells::Everything) {
        // what shows once must name who changed the table
        setup->tables = Tables::WatchedFromTheStart;
    }
    const auto console_file = ConsoleFile::open(trial.console);
    if (!console_file) {
        result.problem = console_file.error().text;
        return result;
    }
    ConsoleLog console(console_file->file());
    Interrupts interrupts;
    Result<RunOutcome> outcome = run_guest(*setup, console, interrupts, {}, boots.take_for(*setup));
    if (!outcome) {
        result.problem = outcome.error().message;
        return result;
    }
    for (const Finding& finding : outcome->findings) {
        result.titles.push_back(finding.title);
    }
    result.instructions =
        std::accumulate(outcome->instructions.begin(), outcome->instructions.end(), u64{0});
    result.system_calls = outcome->system_calls;
    result.switches = outcome->switches;
    result.operations = outcome->operations;
    result.turns = std::move(outcome->turns);
    result.cut_off = outcome->end == RunEnd::InstructionsSpent || outcome->end == RunEnd::Timeout;
    console.flush();
    if (trial.tells == Trial::Tells::Everything) {
        result.console = console.text();
        result.outcome = std::move(*outcome);
    }
    return result;
}

TrialResult not_run(std::string problem) {
    TrialResult result;
    result.problem = std::move(problem);
    return result;
}
TrialResult dead() { return not_run("a run's process died"); }

// One request, one process. Gives false when there is nobody to answer any more.
bool serve_one(int socket, const MakeSetup& make_setup, BootedOnce& boots) {
    const std::optional<Trial> trial = receive_trial(socket);
    if (!trial) {
        return false;
    }
    Result<RunSetup> setup;
    try {
        setup = make_setup(trial->file);
        if (setup) {
            boots.prepare(*setup);
        }
    } catch (const std::exception& thrown) {
        return send_result(socket, not_run(what_host_lacks(thrown)));
    }
    const pid_t child = ::fork();
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        TrialResult result;
        try {
            result = run_one(*trial, std::move(setup), boots);
        } catch (const std::exception& thrown) {
            result = not_run(what_host_lacks(thrown));
        }
        _exit(send_result(socket, result) ? 0 : 1);
    }
    int status = 0;
    while (child > 0 && ::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return (child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
           send_result(socket, dead());
}

[[noreturn]] void serve(int socket, const MakeSetup& make_setup) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (const int number : shielded) {
        ::signal(number, SIG_IGN);  // the one who started it decides
    }
    BootedOnce boots;
    while (serve_one(socket, make_setup, boots)) {
    }
    _exit(0);
}

}  // namespace

bool TrialResult::shows(const std::string& title) const {
    return std::ranges::find(titles, title) != titles.end();
}

Result<Trials> Trials::start(MakeSetup make_setup) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return error(std::string("trials: no socket: ") + std::strerror(errno));
    }
    const pid_t server = ::fork();
    if (server < 0) {
        return error(std::string("trials: no process: ") + std::strerror(errno));
    }
    if (server == 0) {
        ::close(ends[0]);
        serve(ends[1], make_setup);
    }
    ::close(ends[1]);
    return Trials(ends[0], server);
}

Trials::~Trials() {
    if (server_ > 0) {
        ::close(socket_);
        ::kill(server_, SIGKILL);  // and with it the run that nobody waits for
        ::waitpid(server_, nullptr, 0);
    }
}

std::optional<TrialResult> Trials::run(const Trial& trial, const Interrupts& interrupts) {
    if (interrupts.requested() || !send_trial(socket_, trial)) {
        return std::nullopt;
    }
    pollfd answer{socket_, POLLIN, 0};
    while (::poll(&answer, 1, look_at_the_user) <= 0) {
        if (interrupts.requested()) {
            return std::nullopt;
        }
    }
    std::optional<TrialResult> result = receive_result(socket_);
    result = result ? result : dead();
    if (!result->problem.empty() && problem_.empty()) {
        problem_ = result->problem;
        fmt::print(stderr, "stress: {}\n", problem_);
    }
    return result;
}

}  // namespace stampede
