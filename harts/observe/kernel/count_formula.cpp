#include "harts/observe/kernel/count_formula.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "harts/observe/kernel/count_candidates.h"

namespace stampede {
namespace {

struct Agreement {
    u64 all = 0, shared = 0;
};

class Search {
public:
    explicit Search(const CountQuestion& question) : question_(question) {
        for (const MappedFrame& frame : question.mapped) {
            shared_ += frame.mappings > 1;
        }
    }

    Inferred<CountFormula> run() {
        if (const auto& said = question_.said.counts) {
            return as_said(*said);
        }
        if (shared_ < fewest_shared) {
            return {std::nullopt,
                    fmt::format("{} frames are mapped more than once, expected at "
                                "least {}: fork does not share, or nothing has forked",
                                shared_, fewest_shared)};
        }
        const std::vector<CountOrigin> origins = count_origins(question_);
        for (const CountArrayCandidate& array : count_arrays(question_)) {
            for (const CountOrigin& origin : origins) {
                consider(array, origin);
            }
        }
        return answer();
    }

private:
    static constexpr u64 fewest_shared = 2;

    void consider(const CountArrayCandidate& array, const CountOrigin& origin) {
        const auto formula = formula_of(array, origin, question_);
        if (!formula) {
            return;
        }
        const Agreement agreement = agreement_of(*formula);
        best_ = std::max(best_, agreement.shared);
        // The same integers by another name are no other formula.
        if (enough(agreement.shared, shared_) && enough(agreement.all, question_.mapped.size()) &&
            places_.insert({formula->address, formula->stride, formula->width}).second) {
            accepted_.push_back(*formula);
            agreements_.push_back(agreement);
        }
    }

    Inferred<CountFormula> answer() const {
        if (accepted_.size() == 1) {
            return {accepted_[0], evidence(accepted_[0], agreements_[0])};
        }
        if (accepted_.empty()) {
            return {std::nullopt,
                    fmt::format("no array of integers agrees with the {} shared frames, the best "
                                "with {} of them",
                                shared_, best_)};
        }
        std::string text;
        for (const CountFormula& formula : accepted_) {
            text += (text.empty() ? "" : ", ") + formula.text;
        }
        return {std::nullopt, fmt::format("{} formulas agree with the {} shared frames, expected "
                                          "one: {}; a line `counts …` of a description tells which",
                                          accepted_.size(), shared_, text)};
    }

    Inferred<CountFormula> as_said(const SaidCounts& said) {
        if (said.name == "none") {
            return {std::nullopt, fmt::format("none, said by {}", said.where)};
        }
        std::vector<CountArrayCandidate> arrays = count_arrays(question_);
        std::erase_if(arrays,
                      [&](const CountArrayCandidate& array) { return array.name != said.name; });
        if (arrays.empty()) {
            return {std::nullopt,
                    fmt::format("{}: `counts {}`: no such array of integers, or of structures with "
                                "such a member, with at least {} elements, and no such pointer to "
                                "integers",
                                said.where, said.name, question_.frames.count())};
        }
        std::vector<CountOrigin> origins = count_origins(question_);
        if (!said.origin.empty()) {
            const auto value = question_.value_of(said.origin);
            if (!value) {
                return {std::nullopt,
                        fmt::format("{}: `{}`, expected a number, KERNBASE, PGROUNDUP(end), "
                                    "PGROUNDDOWN(end), a symbol or a variable",
                                    said.where, said.origin)};
            }
            origins = {{said.origin, *value}};
        }
        return best_of(arrays, origins, said);
    }

    Inferred<CountFormula> best_of(const std::vector<CountArrayCandidate>& arrays,
                                   const std::vector<CountOrigin>& origins,
                                   const SaidCounts& said) const {
        std::optional<CountFormula> best;
        Agreement most;
        for (const CountArrayCandidate& array : arrays) {
            for (const CountOrigin& origin : origins) {
                const auto formula = formula_of(array, origin, question_);
                if (formula && (!best || agreement_of(*formula).all > most.all)) {
                    best = formula;
                    most = agreement_of(*formula);
                }
            }
        }
        if (!best) {
            return {std::nullopt, fmt::format("{}: `counts {}`: by this index not every frame's "
                                              "count lies in the array and in RAM",
                                              said.where, said.name)};
        }
        std::string text = evidence(*best, most);
        return {std::move(best), text + ", said by " + said.where};
    }

    [[nodiscard]] Agreement agreement_of(const CountFormula& formula) const {
        Agreement agreement;
        for (const MappedFrame& frame : question_.mapped) {
            const auto count = count_at(formula, question_.ram, question_.frames, frame.address);
            const bool agrees = count == static_cast<i64>(frame.mappings);
            agreement.all += agrees;
            agreement.shared += agrees && frame.mappings > 1;
        }
        return agreement;
    }

    [[nodiscard]] static bool enough(u64 part, u64 whole) { return 10 * part >= 9 * whole; }

    [[nodiscard]] std::string evidence(const CountFormula& formula,
                                       const Agreement& agreement) const {
        return fmt::format(
            "{}, {} bytes each{}, agreed with {} of {} shared frames and {} of {} "
            "that are mapped",
            formula.text, formula.width, formula.is_signed ? ", signed" : "", agreement.shared,
            shared_, agreement.all, question_.mapped.size());
    }

    const CountQuestion& question_;
    u64 shared_ = 0, best_ = 0;
    std::set<std::tuple<u64, u64, u64>> places_;
    std::vector<CountFormula> accepted_;
    std::vector<Agreement> agreements_;
};

}  // namespace

Inferred<CountFormula> find_counts(const CountQuestion& question) { return Search(question).run(); }

std::optional<i64> count_at(const CountFormula& formula, const Ram& ram, const FrameRange& frames,
                            u64 frame) {
    const u64 at = formula.address + (frame - frames.first) / page_size * formula.stride;
    const auto value = load_unsigned(ram, at, formula.width);
    if (!value) {
        return std::nullopt;
    }
    const u64 unused = 64 - 8 * formula.width;
    return formula.is_signed ? static_cast<i64>(*value << unused) >> unused
                             : static_cast<i64>(*value);
}

}  // namespace stampede
