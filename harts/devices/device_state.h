// What a device's state is written into and read back from. The bytes are the device's own
// business; all that anybody else knows is that equal states are equal bytes: a snapshot compares
// them, and the state hash is made of them, so the two cannot disagree.
#pragma once
#include <algorithm>
#include <cassert>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

#include "harts/base/types.h"

namespace stampede {

// Values without padding: equal ones are equal bytes.
template <class T>
concept StateValue = std::is_trivially_copyable_v<T> && std::has_unique_object_representations_v<T>;

class StateWriter {
public:
    template <StateValue T>
    void put(const T& value) {
        append(&value, sizeof value);
    }
    template <StateValue T>
    void put_all(std::span<const T> values) {
        append(values.data(), values.size_bytes());
    }

    void clear() { bytes_.clear(); }  // keeps its room
    [[nodiscard]] const std::vector<u8>& bytes() const { return bytes_; }

private:
    void append(const void* from, std::size_t size) {
        const auto* const first = static_cast<const u8*>(from);
        bytes_.insert(bytes_.end(), first, first + size);
    }
    std::vector<u8> bytes_;
};

// Reads in the order of writing; what the same device has written.
class StateReader {
public:
    explicit StateReader(std::span<const u8> bytes) : left_(bytes) {}

    template <StateValue T>
    void take(T& value) {
        extract(&value, sizeof value);
    }
    template <StateValue T>
    [[nodiscard]] T take() {
        T value{};
        take(value);
        return value;
    }
    template <StateValue T>
    void take_all(std::span<T> values) {
        extract(values.data(), values.size_bytes());
    }
    [[nodiscard]] bool at_end() const { return left_.empty(); }

private:
    void extract(void* to, std::size_t size) {
        assert(size <= left_.size());
        std::memcpy(to, left_.data(), size);
        left_ = left_.subspan(size);
    }
    std::span<const u8> left_;
};

constexpr u64 mix_hash(u64 hash, u64 word) {
    hash = (hash ^ word) * 0x9e3779b97f4a7c15ull;
    return hash ^ (hash >> 29);
}

inline u64 mix_hash(u64 hash, std::span<const u8> bytes) {
    hash = mix_hash(hash, u64{bytes.size()});
    for (; !bytes.empty(); bytes = bytes.subspan(std::min<std::size_t>(8, bytes.size()))) {
        u64 word = 0;
        std::memcpy(&word, bytes.data(), std::min<std::size_t>(8, bytes.size()));
        hash = mix_hash(hash, word);
    }
    return hash;
}

}  // namespace stampede
