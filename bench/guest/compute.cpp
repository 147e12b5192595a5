// Loops of arithmetic, branches and calls. Inputs come through `opaque`, so that nothing is
// computed beforehand.
#include <array>

#include "bench/guest/loop.h"

namespace bench_guest {
namespace {

template <class T>
T opaque(T value) {
    asm volatile("" : "+r"(value));
    return value;
}

// Integer: a chain of shifts and exclusive ors, a multiplication beside it, and a branch that
// nobody can predict.
u64 integer(u64 units) {
    u64 state = opaque<u64>(0x243f'6a88'85a3'08d3), sum = 0;
#pragma clang loop unroll(disable)
    for (u64 i = 0; i < units; ++i) {
        state ^= state << 7;
        state ^= state >> 9;
        state ^= state << 8;
        sum += state * 0x9e37'79b9'7f4a'7c15;
        // opaque: a branch, where the compiler would rather have none
        if ((state & 1) != 0) {
            sum = opaque(sum ^ i);
        }
    }
    return sum;
}

// Mixed: what a systems program of the eighties does, in the proportions of Dhrystone: records
// copied and linked, strings compared and copied, small procedures with pointers, a switch in a
// loop, a table look-up, a little matrix work.
enum class Kind : u32 { First, Second, Third };

struct Record {
    Record* next;
    Kind kind;
    int number;
    char name[32];
};

constexpr u64 record_count = 16;
std::array<Record, record_count> records;
std::array<u8, 256> bytes;
int left[8][8], right[8][8], product[8][8];

[[gnu::noinline]] int compare(const char* a, const char* b) {
    while (*a != 0 && *a == *b) {
        ++a, ++b;
    }
    return *a - *b;
}

[[gnu::noinline]] void copy(char* to, const char* from) {
    while ((*to++ = *from++) != 0) {
    }
}

[[gnu::noinline]] Kind next_kind(Kind kind, int number) {
    switch (kind) {
    case Kind::First: return number > 100 ? Kind::Second : Kind::Third;
    case Kind::Second: return Kind::First;
    case Kind::Third: return (number & 1) != 0 ? Kind::Second : Kind::First;
    }
    return kind;
}

[[gnu::noinline]] void update(Record* record, int step) {
    Record kept = *record;
    kept.number += step;
    kept.kind = next_kind(kept.kind, kept.number);
    *record->next = kept;
    record->next->next =
        &records[static_cast<u64>(record->next - records.data() + 1) % record_count];
}

[[gnu::noinline]] int scan(const u8* text, u64 size) {
    int state = 0, words = 0;
    for (u64 i = 0; i < size; ++i) {
        switch (text[i] & 7) {
        case 0: state = 0; break;
        case 1:
            words += state == 0;
            state = 1;
            break;
        case 2: state ^= 2; break;
        case 3: words += text[i] > 128; break;
        case 4: state = words & 3; break;
        default: ++state;
        }
    }
    return words + state;
}

[[gnu::noinline]] void multiply(int row) {
    for (int column = 0; column < 8; ++column) {
        int sum = 0;
        for (int k = 0; k < 8; ++k) {
            sum += left[row][k] * right[k][column];
        }
        product[row][column] = sum;
    }
}

void prepare_mixed() {
    for (u64 i = 0; i < record_count; ++i) {
        records[i] = {.next = &records[(i + 1) % record_count],
                      .kind = Kind::First,
                      .number = static_cast<int>(i),
                      .name = {}};
        copy(records[i].name, "a record with a longish name");
    }
    for (u64 i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<u8>(i * 73 + 5);
    }
    for (int i = 0; i < 64; ++i) {
        left[i / 8][i % 8] = i, right[i / 8][i % 8] = 64 - i;
    }
}

u64 mixed(u64 units) {
    u64 sum = 0;
    for (u64 i = 0; i < units; ++i) {
        Record& record = records[i % record_count];
        for (int step = 0; step < 8; ++step) {
            update(&records[(i + static_cast<u64>(step)) % record_count], step);
        }
        copy(record.name,
             (i & 1) != 0 ? "a record with a longish name" : "a record with a longish gnome");
        sum += static_cast<u64>(compare(record.name, record.next->name));
        sum += static_cast<u64>(scan(bytes.data() + (i & 127), 64));
        multiply(static_cast<int>(i & 7));
        sum += static_cast<u64>(product[i & 7][3]);
        left[i & 7][(i >> 3) & 7] = static_cast<int>(sum & 1023);
    }
    return sum;
}

// Calls: nothing but calls and returns, as deep as `units` says.
[[gnu::noinline]] u64 fibonacci(u64 n) {
    if (n < 2) {
        return n;
    }
    // opaque: or the second call becomes a loop
    return opaque(fibonacci(n - 1) + fibonacci(n - 2));
}

u64 calls(u64 units) {
    u64 sum = 0;
    for (u64 i = 0; i < units; ++i) {
        sum += fibonacci(opaque<u64>(20));
    }
    return sum;
}

constexpr Loop table[] = {
    {"int", On::FirstHart, 30'000'000, integer},
    {"mix", On::FirstHart, 150'000, mixed, prepare_mixed},
    {"call", On::FirstHart, 600, calls},
};

}  // namespace

std::span<const Loop> compute_loops() { return table; }

}  // namespace bench_guest
