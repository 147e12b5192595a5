#include "stress/replay/trial_messages.h"

#include "stress/replay/outcome_message.h"
#include "stress/replay/wire.h"

namespace stampede {

bool send_trial(int socket, const Trial& trial) {
    ReplayFile head = trial.file;
    head.runs.clear();  // as many as one likes; the file's own length is for files on disk
    const Result<std::string> text = replay_text(head);
    Wire wire(socket);
    wire.put_all(text ? *text : std::string());
    wire.put_all(trial.file.runs);
    wire.put_number(trial.enough);
    wire.put_number(trial.most_instructions);
    wire.put_number(trial.limit.count());
    wire.put_number(trial.tells);
    for (const std::optional<std::string>& file : {trial.console, trial.trace}) {
        wire.put_number(file.has_value());
        wire.put_all(file.value_or(""));
    }
    return wire.good();
}

std::optional<Trial> receive_trial(int socket) {
    Wire wire(socket);
    Trial trial;
    std::string text;
    std::vector<HartRun> runs;
    auto limit = trial.limit.count();
    wire.take_all(text);
    wire.take_all(runs);
    wire.take_number(trial.enough);
    wire.take_number(trial.most_instructions);
    wire.take_number(limit);
    wire.take_number(trial.tells);
    for (std::optional<std::string>* file : {&trial.console, &trial.trace}) {
        bool is_there = false;
        std::string path;
        wire.take_number(is_there);
        wire.take_all(path);
        *file = is_there ? std::optional(std::move(path)) : std::nullopt;
    }
    if (!wire.good()) {
        return std::nullopt;
    }
    if (Result<ReplayFile> file = parse_replay(text, "a trial")) {
        trial.file = std::move(*file);
    }
    trial.file.runs = std::move(runs);
    trial.limit = std::chrono::milliseconds(limit);
    return trial;
}

bool send_result(int socket, const TrialResult& result) {
    Wire wire(socket);
    wire.put_number(result.titles.size());
    for (const std::string& title : result.titles) {
        wire.put_all(title);
    }
    for (const u64 number : {result.instructions, result.system_calls, result.switches,
                             result.operations, u64{result.cut_off}}) {
        wire.put_number(number);
    }
    wire.put_all(result.problem);
    wire.put_all(result.turns);
    wire.put_number(result.outcome.has_value());
    if (result.outcome) {
        put_outcome(wire, *result.outcome);
        wire.put_all(result.console);
    }
    return wire.good();
}

std::optional<TrialResult> receive_result(int socket) {
    Wire wire(socket);
    TrialResult result;
    std::size_t titles = 0;
    wire.take_number(titles);
    for (; wire.good() && titles != 0; --titles) {
        wire.take_all(result.titles.emplace_back());
    }
    u64 cut_off = 0;
    for (u64* number : {&result.instructions, &result.system_calls, &result.switches,
                        &result.operations, &cut_off}) {
        wire.take_number(*number);
    }
    result.cut_off = cut_off != 0;
    wire.take_all(result.problem);
    wire.take_all(result.turns);
    bool has_outcome = false;
    wire.take_number(has_outcome);
    if (has_outcome) {
        result.outcome = take_outcome(wire);
        wire.take_all(result.console);
    }
    return wire.good() ? std::optional(std::move(result)) : std::nullopt;
}

}  // namespace stampede
