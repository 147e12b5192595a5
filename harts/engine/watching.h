// Engines for harts that are watched: Watching<Counting, Racing, Branches> is what the fast hart
// tells of and asks, engine_of<...>() the engine.
//
// A watcher is a type with static functions; what one does not define costs nothing. `State`, if
// there is one, is what it keeps for each hart.
//   bool passes(hart, offset, access)          whether an access `offset` bytes into RAM, a hit in
//                                              the TLB, may be fast; false: the slow path's
//                                              observers see it instead (core/observer.h), and
//                                              nobody is told here
//   load, store(hart, FastAccess)              it is about to happen, all have let it pass; AMOs
//                                              count as stores
//   on_call, on_return, on_relaxed_next,       as in core/observer.h
//   on_branch, on_jump
//   using LeavesAtomics = void                 where accesses are seen, atomic instructions, fences
//                                              and hints take the slow path, but for watchers that
//                                              all say this; they must let every access pass
//   using LeavesStack = void                   is told of no access by way of the stack pointer
//   passes_block, block(hart, BlockAccess)     the two of above for many accesses at once. Where
//   one
//                                              lacks what it needs of them, loops run round by
//                                              round
#pragma once
#include <tuple>
#include <type_traits>

#include "harts/core/hart.h"

namespace stampede {

struct FastAccess {
    u64 pc;
    const void* at;  // on the host
    u64 offset;      // into RAM
    unsigned size;   // bytes
};

// Accesses of one instruction to elements that lie side by side in one page, in rising or falling
// order.
struct BlockAccess {
    u64 pc;
    const void* at;  // the lowest, on the host
    u64 offset;      // into RAM
    u64 bytes;       // of all
    unsigned size;   // of one
    Access access;
};
// Null: nobody asks. False: none of them is to happen, in this way.
using BlockWatch = bool (*)(Hart& hart, const BlockAccess* load, const BlockAccess& store);

namespace watchers {

template <class W>
concept MayRefuse = requires(Hart& hart) {
    { W::passes(hart, u64{}, Access::Read) } -> std::same_as<bool>;
};
template <class W>
concept Hears = requires(Hart& hart, const FastAccess& access) {
    W::load(hart, access);
    W::store(hart, access);
};
template <class W>
concept SeesAccess = MayRefuse<W> || Hears<W>;
template <class W>
concept LeavesAtomics =
    !SeesAccess<W> || (requires { typename W::LeavesAtomics; } && !MayRefuse<W>);
template <class W>
concept SeesStack = !requires { typename W::LeavesStack; };
template <class W>
concept SeesCalls = requires(Hart& hart) { W::on_call(hart, u64{}, u64{}, u64{}); };
template <class W>
concept SeesBranches = requires(Hart& hart) { W::on_branch(hart, u64{}, Branch::Taken); };
template <class W>
concept SeesHints = requires(Hart& hart) { W::on_relaxed_next(hart); };

template <class W>
concept RefusesBlocks = requires(Hart& hart, const BlockAccess& block) {
    { W::passes_block(hart, block) } -> std::same_as<bool>;
};
template <class W>
concept HearsBlocks = requires(Hart& hart, const BlockAccess& block) { W::block(hart, block); };
template <class W>
concept BearsBlocks =
    (RefusesBlocks<W> || !MayRefuse<W>) && (HearsBlocks<W> || !Hears<W>) && !SeesBranches<W>;

template <class W>
concept KeepsState = requires { typename W::State; };

template <class... W>
consteval bool places_differ() {
    bool taken[HartWatches::places] = {};
    bool differ = true;
    // clang-format off: it lays a fold over lambdas out in five lines
    ([&] {
        if constexpr (KeepsState<W>) {
            static_assert(W::State::place < HartWatches::places);
            differ = differ && !taken[W::State::place];
            taken[W::State::place] = true;
        }
    }(), ...);
    // clang-format on
    return differ;
}

}  // namespace watchers

template <class... W>
struct Watching {
    static_assert(watchers::places_differ<W...>(), "two watchers' states have one place");
    static constexpr bool takes_atomics = !(watchers::LeavesAtomics<W> && ...);
    static constexpr bool bears_blocks = (watchers::BearsBlocks<W> && ...);

    // clang-format off: as above
    // What the fast hart asks and tells. False: the slow path.
    [[gnu::always_inline]] static bool load(Hart& hart, u64 pc, const void* at, unsigned size)
        requires(watchers::SeesAccess<W> || ...)
    {
        const FastAccess access{pc, at, reinterpret_cast<u64>(at) - hart.ram, size};
        if (!(passes<W>(hart, access.offset, Access::Read) && ...)) [[unlikely]] {
            return false;
        }
        ([&] { if constexpr (watchers::Hears<W>) W::load(hart, access); }(), ...);
        return true;
    }
    [[gnu::always_inline]] static bool store(Hart& hart, u64 pc, const void* at, unsigned size)
        requires(watchers::SeesAccess<W> || ...)
    {
        const FastAccess access{pc, at, reinterpret_cast<u64>(at) - hart.ram, size};
        if (!(passes<W>(hart, access.offset, Access::Write) && ...)) [[unlikely]] {
            return false;
        }
        ([&] { if constexpr (watchers::Hears<W>) W::store(hart, access); }(), ...);
        return true;
    }
    // As BlockWatch.
    static bool watch_block(Hart& hart, const BlockAccess* load, const BlockAccess& store)
        requires(watchers::BearsBlocks<W> && ...)
    {
        if ((load != nullptr && !(passes_block<W>(hart, *load) && ...)) ||
            !(passes_block<W>(hart, store) && ...)) {
            return false;
        }
        ([&] {
            if constexpr (watchers::HearsBlocks<W>) {
                if (load != nullptr) W::block(hart, *load);
                W::block(hart, store);
            }
        }(), ...);
        return true;
    }
    static void on_call(Hart& hart, u64 pc, u64 back, u64 target)
        requires(watchers::SeesCalls<W> || ...)
    {
        ([&] { if constexpr (watchers::SeesCalls<W>) W::on_call(hart, pc, back, target); }(), ...);
    }
    static void on_return(Hart& hart, u64 to)
        requires(watchers::SeesCalls<W> || ...)
    {
        ([&] { if constexpr (watchers::SeesCalls<W>) W::on_return(hart, to); }(), ...);
    }
    static void on_branch(Hart& hart, u64 pc, Branch branch)
        requires(watchers::SeesBranches<W> || ...)
    {
        ([&] { if constexpr (watchers::SeesBranches<W>) W::on_branch(hart, pc, branch); }(), ...);
    }
    static void on_jump(Hart& hart, u64 target)
        requires(watchers::SeesBranches<W> || ...)
    {
        ([&] { if constexpr (watchers::SeesBranches<W>) W::on_jump(hart, target); }(), ...);
    }
    static void on_relaxed_next(Hart& hart)
        requires(watchers::SeesHints<W> || ...)
    {
        ([&] { if constexpr (watchers::SeesHints<W>) W::on_relaxed_next(hart); }(), ...);
    }
    // clang-format on

    // Whether all that the watchers keep is there.
    [[nodiscard]] static bool fits(const Hart& hart) { return (has_state<W>(hart) && ...); }

private:
    template <class One>
    static bool has_state(const Hart& hart) {
        if constexpr (watchers::KeepsState<One>) {
            return hart.watches.has<typename One::State>();
        }
        return true;
    }
    template <class One>
    [[gnu::always_inline]] static bool passes(Hart& hart, u64 offset, Access access) {
        if constexpr (watchers::MayRefuse<One>) {
            return One::passes(hart, offset, access);
        }
        return true;
    }
    template <class One>
    static bool passes_block(Hart& hart, const BlockAccess& block) {
        if constexpr (watchers::RefusesBlocks<One>) {
            return One::passes_block(hart, block);
        }
        return true;
    }
};

using Quiet = Watching<>;

namespace watchers {

template <class Tuple>
struct InTuple;
template <class... W>
struct InTuple<std::tuple<W...>> {
    using Watching = stampede::Watching<W...>;
};
// Those of them that see accesses by way of the stack pointer.
template <class... W>
using OfStack = typename InTuple<decltype(std::tuple_cat(
    std::conditional_t<SeesStack<W>, std::tuple<W>, std::tuple<>>()...))>::Watching;

}  // namespace watchers

}  // namespace stampede
