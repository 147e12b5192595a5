// Functions whose names, lines and inlining symbols_test.cpp knows; it finds the lines by the marks
// in comments. Not run.
namespace guest {

volatile long sink;

[[gnu::always_inline]] inline void innermost(long x) {
    sink = sink + x;  // mark: innermost
}

[[gnu::always_inline]] inline void middle(long x) {
    innermost(x * 3);  // mark: middle
}

[[gnu::noinline]] long outer(long x) {
    middle(x);  // mark: outer
    return sink;
}

template <class T>
[[gnu::noinline]] T doubled(T x) {
    sink = x;
    return x + x;
}

struct Pool {
    [[gnu::noinline]] bool drop(int frame) const {
        sink = frame + count;
        return sink == 0;
    }
    int count;
};

struct Tagged {
    long tag;
};
struct Part {
    int first;
    short shorts[2][3];
};
struct Whole : Tagged {
    Part parts[2];
};
using Wholes = Whole[4];
Wholes wholes;
volatile long plain;

namespace {
volatile Part apart;

[[gnu::noinline]] long hidden(long x) {
    sink = x;  // mark: hidden
    apart.first = static_cast<int>(x);
    return sink;
}
}  // namespace

}  // namespace guest

extern "C" [[gnu::noinline]] long guest_main(long x) {
    const guest::Pool pool{static_cast<int>(x)};
    const long result = guest::outer(x) + guest::doubled(x) + guest::hidden(x);  // mark: main
    guest::wholes[x & 3].tag = guest::plain;
    return result + (pool.drop(static_cast<int>(x)) ? 1 : 0);
}
