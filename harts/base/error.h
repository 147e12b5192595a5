// What went wrong outside of us (a guest, a file, a flag), as a value.
#pragma once
#include <expected>
#include <string>
#include <utility>

namespace stampede {

// One sentence that names the thing, what was found and what was expected.
struct Error {
    std::string message;
};

template <class T>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> error(std::string message) {
    return std::unexpected(Error{std::move(message)});
}

}  // namespace stampede
