// Random numbers that are the same on every host: xoshiro256** (Blackman and Vigna, "Scrambled
// linear pseudorandom number generators", 2021), seeded by splitmix64.
// std::uniform_int_distribution differs between libraries.
#pragma once
#include <array>
#include <bit>

#include "harts/base/types.h"

namespace stampede {

constexpr u64 splitmix64(u64& state) {
    u64 z = state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

class RandomNumbers {
public:
    // Not all 0.
    explicit RandomNumbers(const std::array<u64, 4>& state) : state_(state) {}
    explicit RandomNumbers(u64 seed) {
        for (u64& word : state_) {
            word = splitmix64(seed);
        }
    }

    u64 next() {
        const u64 result = std::rotl(state_[1] * 5, 7) * 9;
        const u64 shifted = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= shifted;
        state_[3] = std::rotl(state_[3], 45);
        return result;
    }
    // Below `bound`, which is not 0 (Lemire, "Fast Random Integer Generation in an Interval",
    // 2019).
    u64 below(u64 bound) {
        unsigned __int128 product = static_cast<unsigned __int128>(next()) * bound;
        if (static_cast<u64>(product) < bound) {
            for (const u64 threshold = -bound % bound; static_cast<u64>(product) < threshold;) {
                product = static_cast<unsigned __int128>(next()) * bound;
            }
        }
        return static_cast<u64>(product >> 64);
    }
    // With a probability of `times` in `of`.
    bool chance(u64 times, u64 of) { return below(of) < times; }

private:
    std::array<u64, 4> state_{};
};

// The n-th of the set bits of `mask`, counted from 0.
constexpr u32 nth_bit(u64 mask, u64 n) {
    for (; n != 0; --n) {
        mask &= mask - 1;
    }
    return static_cast<u32>(std::countr_zero(mask));
}

}  // namespace stampede
