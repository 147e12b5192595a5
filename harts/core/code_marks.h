// Instructions of the guest at which somebody wants to be told, before they are executed: how a
// kernel's functions are followed, or not entered, that tells nothing of itself. They take the slow
// path; all others are as fast as without.
#pragma once
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "harts/base/types.h"

namespace stampede {

struct Hart;

class CodeMarks {
public:
    // `at`: physical addresses of instructions.
    explicit CodeMarks(std::vector<u64> at) : at_(std::move(at)) { std::ranges::sort(at_); }
    virtual ~CodeMarks() = default;

    [[nodiscard]] bool has(PhysAddr at) const { return std::ranges::binary_search(at_, at.value); }
    [[nodiscard]] const std::vector<u64>& all() const { return at_; }

    // On the hart's own thread, several harts at once, with own.pc at the instruction. Again if the
    // instruction has to be begun anew. A value: the function that begins here returns it at once;
    // the hart executes a `ret` in this place, and observers hear of that.
    [[nodiscard]] virtual std::optional<u64> at_mark(Hart& hart, PhysAddr at) = 0;

private:
    std::vector<u64> at_;
};

// Those of several, told in their order; the first value counts.
class AllCodeMarks final : public CodeMarks {
public:
    // They outlive it.
    explicit AllCodeMarks(std::vector<CodeMarks*> told)
        : CodeMarks(addresses_of(told)), told_(std::move(told)) {}

    std::optional<u64> at_mark(Hart& hart, PhysAddr at) override {
        std::optional<u64> value;
        for (CodeMarks* const one : told_) {
            if (one->has(at)) {
                const std::optional<u64> its = one->at_mark(hart, at);
                value = value ? value : its;
            }
        }
        return value;
    }

private:
    static std::vector<u64> addresses_of(const std::vector<CodeMarks*>& told) {
        std::vector<u64> all;
        for (const CodeMarks* const one : told) {
            all.insert(all.end(), one->all().begin(), one->all().end());
        }
        return all;
    }

    std::vector<CodeMarks*> told_;
};

}  // namespace stampede
