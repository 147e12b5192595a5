// Numbers, texts and lists as they lie in memory, through a socket between two processes of one
// program.
#pragma once
#include <sys/socket.h>

#include <cstddef>
#include <type_traits>

namespace stampede {

// Puts values behind each other, or takes them off again; after a failure nothing more happens.
class Wire {
public:
    explicit Wire(int socket) : socket_(socket) {}

    void put(const void* bytes, std::size_t size) {
        for (const char* at = static_cast<const char*>(bytes); good_ && size != 0;) {
            const ssize_t sent = ::send(socket_, at, size, MSG_NOSIGNAL);
            good_ = sent > 0;
            at += good_ ? sent : 0;
            size -= good_ ? static_cast<std::size_t>(sent) : 0;
        }
    }
    void take(void* bytes, std::size_t size) {
        const ssize_t got = good_ && size != 0 ? ::recv(socket_, bytes, size, MSG_WAITALL)
                                               : static_cast<ssize_t>(size);
        good_ = good_ && got == static_cast<ssize_t>(size);
    }
    template <class T>
    void put_number(T value) {
        put(&value, sizeof value);
    }
    template <class T>
    void take_number(T& value) {
        take(&value, sizeof value);
    }
    template <class Range>
    void put_all(const Range& range) {
        static_assert(std::is_trivially_copyable_v<typename Range::value_type>);
        put_number(range.size());
        put(range.data(), range.size() * sizeof(typename Range::value_type));
    }
    template <class Range>
    void take_all(Range& range) {
        std::size_t size = 0;
        take_number(size);
        range.resize(good_ ? size : 0);
        take(range.data(), range.size() * sizeof(typename Range::value_type));
    }
    [[nodiscard]] bool good() const { return good_; }

private:
    const int socket_;
    bool good_ = true;
};

}  // namespace stampede
