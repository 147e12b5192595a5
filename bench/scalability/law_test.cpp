#include "bench/scalability/law.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace stampede::bench {
namespace {

std::vector<std::pair<double, double>> sampled(const ScalabilityLaw& law,
                                               std::vector<double> harts) {
    std::vector<std::pair<double, double>> all;
    for (const double n : harts) {
        all.emplace_back(n, law.at(n));
    }
    return all;
}

TEST(ScalabilityLaw, what_follows_a_law_gives_its_coefficients) {
    for (const ScalabilityLaw& law :
         {ScalabilityLaw{1'000, 0.05, 0.002}, ScalabilityLaw{3e6, 0, 0.01},
          ScalabilityLaw{7, 0.3, 0}, ScalabilityLaw{1, 0, 0}}) {
        const auto fit = fit_law(sampled(law, {1, 2, 4, 8, 16, 32}));
        ASSERT_TRUE(fit);
        EXPECT_DOUBLE_EQ(fit->single, law.single);
        EXPECT_NEAR(fit->contention, law.contention, 1e-9);
        EXPECT_NEAR(fit->coherency, law.coherency, 1e-9);
        EXPECT_NEAR(fit->error, 0, 1e-9);
    }
}

TEST(ScalabilityLaw, no_coefficient_is_below_zero) {
    const std::vector<std::pair<double, double>> more_than_linear{
        {1, 100}, {2, 220}, {4, 480}, {8, 1'000}};
    const auto fit = fit_law(more_than_linear);
    ASSERT_TRUE(fit);
    EXPECT_EQ(fit->contention, 0);
    EXPECT_EQ(fit->coherency, 0);
    EXPECT_GT(fit->error, 0.1);
    const std::vector<std::pair<double, double>> serial{
        {1, 100}, {2, 133}, {4, 178}, {8, 250}, {16, 400}};
    auto near = *fit_law(serial);
    EXPECT_EQ(near.coherency, 0);
    EXPECT_GT(near.contention, 0);
    const auto squares = [&](const ScalabilityLaw& law) {
        double sum = 0;
        for (const auto& [harts, throughput] : serial) {
            sum += std::pow(1 - throughput / law.at(harts), 2);
        }
        return sum;
    };
    for (const double factor : {0.95, 1.05}) {
        EXPECT_LT(squares(near), squares({near.single, near.contention * factor, 0}))
            << "fitted anew without the other coefficient";
    }
    const std::vector<std::pair<double, double>> late_bend{
        {1, 100}, {2, 200}, {4, 390}, {8, 500}, {16, 300}};
    EXPECT_GE(fit_law(late_bend)->contention, 0);
    EXPECT_GT(fit_law(late_bend)->coherency, 0);
}

TEST(ScalabilityLaw, the_peak_is_where_throughput_is_greatest) {
    const ScalabilityLaw law{100, 0.1, 0.001};
    ASSERT_TRUE(law.peak());
    EXPECT_NEAR(*law.peak(), 30, 0.01);
    EXPECT_GT(law.at(30), law.at(29));
    EXPECT_GT(law.at(30), law.at(31));
    EXPECT_FALSE((ScalabilityLaw{100, 0.5, 0}.peak()));
}

TEST(ScalabilityLaw, too_little_gives_none) {
    EXPECT_FALSE(fit_law(sampled({100, 0, 0}, {1, 2})));
    EXPECT_FALSE(fit_law(sampled({100, 0, 0}, {2, 4, 8})));
    EXPECT_FALSE(fit_law({}));
}

}  // namespace
}  // namespace stampede::bench
