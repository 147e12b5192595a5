// What was looked for in a kernel: found or not, and the evidence.
#pragma once
#include <optional>
#include <string>

namespace stampede {

template <class T>
struct Inferred {
    std::optional<T> value;
    std::string how;  // what was found where, or what was found instead of what was expected

    [[nodiscard]] explicit operator bool() const { return value.has_value(); }
    [[nodiscard]] const T& operator*() const { return *value; }
    [[nodiscard]] const T* operator->() const { return &*value; }
};

}  // namespace stampede
