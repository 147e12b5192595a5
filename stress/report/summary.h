// What a run says to people: the progress line, the table at its end, and the command that repeats
// it.
#pragma once
#include <string>

#include "harts/report/forms/run_report.h"
#include "stress/run/run.h"

namespace stampede {

// One line that changes in place on the terminal behind stderr; nothing where stderr is none.
class ProgressLine {
public:
    enum class Where : u8 { Terminal, Nowhere };
    explicit ProgressLine(Where where) : where_(where) {}
    ~ProgressLine();

    void show(const std::string& workload, const RunProgress& progress);
    void clear();

private:
    const Where where_;
    bool shown_ = false;
};

// Without the end of the line: `forkbomb  3.2 s  12,345 operations  1.2 G instructions  no
//                                         findings`.
[[nodiscard]] std::string progress_text(const std::string& workload, const RunProgress& progress);

// The table, and behind it the findings' reports.
[[nodiscard]] std::string summary_text(const RunReport& report, const RunOutcome& outcome);

// 1234567 → "1,234,567".
[[nodiscard]] std::string grouped(u64 number);

}  // namespace stampede
