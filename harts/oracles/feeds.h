// What of a guest oracles live on. One that its guest does not feed sees nothing, and the report of
// the run says so.
#pragma once
#include <array>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "harts/base/types.h"

namespace stampede {

enum class Feed : u8 {
    AuditTable,      // it announces one (kernel/abi/audit_table.h)
    QuiescentPoint,  // it comes to a point at which nothing is under way
    FrameCalls,      // it tells of each frame that it allocates and frees
    GuestCalls,      // it makes any of the calls of kernel/abi/guest_calls.h
};

// Why an oracle that needs it is off, by Feed.
inline constexpr std::array<std::string_view, 4> words_without{
    "the guest announces no audit table", "the guest came to no quiescent point",
    "the guest tells of no frames", "the guest makes no guest calls"};

class Feeds {
public:
    constexpr Feeds() = default;
    constexpr Feeds(std::initializer_list<Feed> feeds) {
        for (const Feed feed : feeds) {
            put(feed);
        }
    }
    [[nodiscard]] static constexpr Feeds all() {
        return {Feed::AuditTable, Feed::QuiescentPoint, Feed::FrameCalls, Feed::GuestCalls};
    }

    [[nodiscard]] constexpr bool has(Feed feed) const { return (bits_ & bit(feed)) != 0; }
    constexpr void put(Feed feed) { bits_ = static_cast<u8>(bits_ | bit(feed)); }
    // The first of `needed` that is not among these.
    [[nodiscard]] constexpr std::optional<Feed> missing_of(Feeds needed) const {
        for (u8 n = 0; n < words_without.size(); ++n) {
            if (needed.has(Feed{n}) && !has(Feed{n})) {
                return Feed{n};
            }
        }
        return std::nullopt;
    }
    friend constexpr bool operator==(Feeds, Feeds) = default;

private:
    static constexpr u8 bit(Feed feed) { return static_cast<u8>(1U << static_cast<u8>(feed)); }
    u8 bits_ = 0;
};

}  // namespace stampede
