// The generator's dice: the same from a seed on every host.
#pragma once
#include <array>
#include <initializer_list>
#include <random>
#include <span>

#include "harts/base/types.h"

namespace stampede::programs {

class Random {
public:
    explicit Random(u64 seed) : engine_(seed) {}

    [[nodiscard]] u64 bits() { return engine_(); }
    [[nodiscard]] u64 below(u64 end) { return engine_() % end; }  // end > 0
    [[nodiscard]] bool chance(unsigned percent) { return below(100) < percent; }
    template <class T>
    [[nodiscard]] T one_of(std::initializer_list<T> choices) {
        return choices.begin()[below(choices.size())];
    }
    template <class T>
    [[nodiscard]] T one_of(std::span<const T> choices) {
        return choices[below(choices.size())];
    }

private:
    std::mt19937_64 engine_;
};

}  // namespace stampede::programs
