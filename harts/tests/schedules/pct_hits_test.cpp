// PCT's guarantee on programs of known depth, and that the statistic notices when change points are
// off by one.
#include <gtest/gtest.h>

#include "harts/tests/schedules/binomial.h"
#include "harts/tests/schedules/pct_hits.h"

namespace stampede::schedules {
namespace {

using races::MicroGuest;
using races::MicroProgram;
using races::Shape;

constexpr u64 runs = 2'000;

TEST(BinomialTest, sums_what_can_be_summed_by_hand) {
    EXPECT_NEAR(at_most(1, 3, 0.5), 0.5, 1e-12);
    EXPECT_NEAR(at_most(0, 2, 0.25), 0.5625, 1e-12);
    EXPECT_NEAR(at_most(10, 10, 0.3), 1, 1e-12);
    EXPECT_TRUE(refuses(0, 700, 0.01)) << "0.99^700 = 0.00088";
    EXPECT_FALSE(refuses(0, 680, 0.01)) << "0.99^680 = 0.00108";
}

class PctHitsTest : public testing::TestWithParam<MicroProgram> {
protected:
    void SetUp() override {
        auto read = MicroGuest::read();
        ASSERT_TRUE(read.has_value()) << read.error().message;
        guest.emplace(std::move(*read));
    }
    [[nodiscard]] Hits hits(const MakeSchedule& make = pct_of) const {
        const auto counted = count_hits(*guest, shape, runs, 1, make);
        EXPECT_TRUE(counted.has_value()) << (counted ? "" : counted.error().message);
        return counted.value_or(Hits{});
    }
    const Shape shape = GetParam().shape;
    std::optional<MicroGuest> guest;
};

TEST_P(PctHitsTest, are_not_fewer_than_the_bound) {
    const Hits found = hits();
    EXPECT_FALSE(refuses(found.hits, found.runs, bound_of(shape)))
        << found.hits << " of " << found.runs << ", bound " << bound_of(shape);
    EXPECT_LE(found.most_events, shape.events() + 1)
        << "the last hart's store to the finisher is one that the shape does not count";
}

// One change point too few.
TEST_P(PctHitsTest, with_one_change_point_too_few_are_refused) {
    if (shape.depth < 2 || !refuses(0, runs, bound_of(shape))) {
        GTEST_SKIP() << "has none, or is so rare that even no hit in so few runs says nothing";
    }
    const Hits found = hits([](u64 seed, const Shape& of) -> std::unique_ptr<Schedule> {
        return std::make_unique<Pct>(seed, static_cast<unsigned>(of.harts),
                                     static_cast<unsigned>(of.depth - 1), of.events());
    });
    EXPECT_TRUE(refuses(found.hits, found.runs, bound_of(shape)))
        << found.hits << " of " << found.runs;
}

INSTANTIATE_TEST_SUITE_P(All, PctHitsTest,
                         testing::ValuesIn(races::micro_programs().begin(),
                                           races::micro_programs().end()),
                         [](const auto& info) { return std::string(info.param.name); });

// Change points one event too early. Over all k events nobody would notice: the first of the k
// places is worth nothing. Over two events there is one place that counts, the last one.
class OffByOnePct final : public Schedule {
public:
    explicit OffByOnePct(u64 seed) : inner_(seed, 2, 2, 2) {}
    Turn next(u64 runnable) override {
        Turn turn = inner_.next(runnable);
        early_ = turn.events == 1;
        turn.events -= early_ ? 1 : 0;
        return turn;
    }
    void ran(const TurnResult& result) override {
        TurnResult told = result;
        told.events += early_ ? 1 : 0;
        inner_.ran(told);
    }
    [[nodiscard]] bool limits_events() const override { return true; }

private:
    Pct inner_;
    bool early_ = false;
};

TEST(PctTest, change_points_that_come_one_event_early_are_refused) {
    constexpr Shape two_looks{2, 2, races::Access::Plain, {0, 0}, {0, 0}};
    constexpr double bound = 1.0 / (2 * 2);
    const auto guest = MicroGuest::read();
    ASSERT_TRUE(guest.has_value());
    const auto right = count_hits(*guest, two_looks, runs, 1, [](u64 seed, const Shape&) {
        return std::make_unique<Pct>(seed, 2, 2, 2);
    });
    const auto early = count_hits(*guest, two_looks, runs, 1, [](u64 seed, const Shape&) {
        return std::make_unique<OffByOnePct>(seed);
    });
    ASSERT_TRUE(right.has_value() && early.has_value());
    EXPECT_FALSE(refuses(right->hits, right->runs, bound)) << right->hits;
    EXPECT_TRUE(refuses(early->hits, early->runs, bound)) << early->hits;
}

}  // namespace
}  // namespace stampede::schedules
