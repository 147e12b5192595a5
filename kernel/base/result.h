// What can fail returns Result<T>. A system call turns every error into xv6's -1.
#pragma once
#include <expected>

namespace kernel {

enum class Error {
    out_of_memory,
    bad_address,  // outside the user half, not mapped, or without the permission wanted
    bad_argument,
    too_long,  // a string or an argument list past its limit
    not_found,
    exists,
    not_executable,  // exec: not an ELF this machine can run
    no_process,      // no free process slot, no such process, or no child
    no_file,         // bad descriptor, or no free one
    killed,          // the caller was killed while it slept
    not_permitted,   // not open for that, a directory, …
    no_space,
};

// A std::expected that may not be ignored.
template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
    using std::expected<T, Error>::expected;
};

inline std::unexpected<Error> failure(Error error) { return std::unexpected(error); }

}  // namespace kernel
