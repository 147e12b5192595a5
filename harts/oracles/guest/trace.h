// --trace: what processes ask of the kernel, one line each: `time hart pid event`, time in seconds
// of the guest's clock.
//   0.0123456 3 17 read(0x3, 0x4f20, 0x200)      a system call begins
//   0.0123999 1 17 read = 512                     … and has returned, maybe on another hart
//   0.0124012 3 17 fault store 0x5008 at 0x1c4e  an exception, its address and its pc
//   0.0124100 3 18 switch                        this hart goes on with pid 18
// Each hart's lines are in order; `sort -n` orders all of them.
#pragma once
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "harts/base/error.h"
#include "harts/base/futex.h"
#include "harts/core/hart.h"

namespace stampede {

// xv6's name of it, or "call 66".
[[nodiscard]] std::string system_call_name(u64 number);

class Trace {
public:
    // Error: the file cannot be written. `time`: the guest's clock, from any thread.
    [[nodiscard]] static Result<std::unique_ptr<Trace>> create(const std::string& path,
                                                               std::function<u64()> time);
    ~Trace();
    Trace(const Trace&) = delete;
    Trace& operator=(const Trace&) = delete;

    // Nothing more comes; harts parked. Error: not all could be written, and why.
    [[nodiscard]] Result<void> finish() EXCLUDES(file_lock_);

    // On the hart's thread. `pid`: of the process whose page table the hart uses, if that is known.
    void trap(const HartState& state, u64 cause, u64 tval, std::optional<u32> pid);
    void trap_return(const HartState& state, std::optional<u32> pid);
    void switched(const HartState& state, std::optional<u32> pid);

private:
    Trace(std::string path, int file, std::function<u64()> time)
        : path_(std::move(path)), file_(file), time_(std::move(time)) {}

    struct alignas(64) Buffer {
        std::string text;  // its hart's thread only
    };
    void line(HartId hart, std::optional<u32> pid, std::string_view event);
    void write_out(std::string& text) EXCLUDES(file_lock_);
    // Who made a call, for finding its return again: the pid, or where it is unknown the page
    // table.
    static u64 caller(const HartState& state, std::optional<u32> pid);

    const std::string path_;
    const int file_;
    int failure_ GUARDED_BY(file_lock_) = 0;  // errno of writing to it
    const std::function<u64()> time_;
    std::array<Buffer, max_harts> buffers_;
    FutexLock file_lock_;
    FutexLock calls_lock_;
    // caller → number of the call it is in
    std::unordered_map<u64, u64> calls_ GUARDED_BY(calls_lock_);
};

}  // namespace stampede
