#include "stress/replay/trial_messages.h"

#include <sys/socket.h>

#include <type_traits>

namespace stampede {
namespace {

// Puts values behind each other, or takes them off again; after a failure nothing more happens.
class Wire {
public:
    explicit Wire(int socket) : socket_(socket) {}

    void put(const void* bytes, std::size_t size) {
        for (const char* at = static_cast<const char*>(bytes); good_ && size != 0;) {
            const ssize_t sent = ::send(socket_, at, size, MSG_NOSIGNAL);
            good_ = sent > 0;
            at += good_ ? sent : 0;
            size -= good_ ? static_cast<std::size_t>(sent) : 0;
        }
    }
    void take(void* bytes, std::size_t size) {
        const ssize_t got = good_ && size != 0 ? ::recv(socket_, bytes, size, MSG_WAITALL) : static_cast<ssize_t>(size);
        good_ = good_ && got == static_cast<ssize_t>(size);
    }
    template <class T>
    void put_number(T value) {
        put(&value, sizeof value);
    }
    template <class T>
    void take_number(T& value) {
        take(&value, sizeof value);
    }
    template <class Range>
    void put_all(const Range& range) {
        static_assert(std::is_trivially_copyable_v<typename Range::value_type>);
        put_number(range.size());
        put(range.data(), range.size() * sizeof(typename Range::value_type));
    }
    template <class Range>
    void take_all(Range& range) {
        std::size_t size = 0;
        take_number(size);
        range.resize(good_ ? size : 0);
        take(range.data(), range.size() * sizeof(typename Range::value_type));
    }
    [[nodiscard]] bool good() const { return good_; }

private:
    const int socket_;
    bool good_ = true;
};

}  // namespace

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
    for (const u64 number : {result.instructions, result.system_calls, result.switches, result.operations, u64{result.cut_off}}) {
        wire.put_number(number);
    }
    wire.put_all(result.problem);
    wire.put_all(result.turns);
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
    for (u64* number : {&result.instructions, &result.system_calls, &result.switches, &result.operations, &cut_off}) {
        wire.take_number(*number);
    }
    result.cut_off = cut_off != 0;
    wire.take_all(result.problem);
    wire.take_all(result.turns);
    return wire.good() ? std::optional(std::move(result)) : std::nullopt;
}

}  // namespace stampede
