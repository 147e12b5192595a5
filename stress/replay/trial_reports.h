// The reports of runs that were trials: of all together, and with console and trace of the last one
// that showed what it was after.
#pragma once
#include <expected>
#include <optional>
#include <string>

#include "stress/commands/kept_file.h"
#include "stress/plan.h"
#include "stress/replay/trials.h"

namespace stampede {

class TrialReports {
public:
    // Refusal: the console's or the trace's file cannot be written.
    [[nodiscard]] static std::expected<TrialReports, Refusal> open(const Plan& plan);

    // Whether the command line asks for any.
    [[nodiscard]] bool wanted() const;
    // Makes the next run tell what reports need.
    void prepare(Trial& trial) const;
    // That run is over; `shown`: it showed what it was after.
    void add(TrialResult result, bool shown);
    // `file` is what has been replayed, `status` what the command ends with. Gives that, or that a
    // file cannot be written.
    [[nodiscard]] ExitStatus write(const ReplayFile& file, ExitStatus status);

private:
    TrialReports(const Plan& plan, KeptFile console, KeptFile trace)
        : plan_(plan), console_(std::move(console)), trace_(std::move(trace)) {}
    [[nodiscard]] RunReport report_of(const ReplayFile& file, ExitStatus status) const;
    [[nodiscard]] std::vector<Error> write_all(const ReplayFile& file, ExitStatus status);

    const Plan& plan_;
    KeptFile console_, trace_;
    // the figures of the last that showed it, totals and findings of all
    std::optional<RunOutcome> outcome_;
    std::string said_, problem_;
    bool shown_ = false;
};

}  // namespace stampede
