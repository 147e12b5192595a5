// Loops over memory. Units are bytes, of `chase` loads.
#include "bench/guest/loop.h"

extern "C" char image_end[];

namespace bench_guest {
namespace {

constexpr u64 page = 4096, buffer = u64{4} << 20;
constexpr u64 chased_pages = 4096;  // more than a TLB holds

// Two buffers and the pages to chase through lie behind the image.
u64* words(u64 offset) {
    u64 start = (reinterpret_cast<u64>(image_end) + page - 1) & ~(page - 1);
    return reinterpret_cast<u64*>(start + offset);
}
u64* source() { return words(0); }
u64* target() { return words(buffer + page); }  // not a multiple of the buffer apart
u64* chased() { return words(2 * (buffer + page)); }

void touch_buffers() {
    for (u64 i = 0; i < buffer / 8; ++i) {
        source()[i] = i, target()[i] = 0;
    }
}

u64 copy_words(u64 units) {
    for (u64 done = 0; done < units; done += buffer) {
        const u64* from = source();
        u64* to = target();
#pragma clang loop unroll(disable)
        for (u64 i = 0; i < buffer / 8; i += 4) {
            u64 a = from[i], b = from[i + 1], c = from[i + 2], d = from[i + 3];
            to[i] = a, to[i + 1] = b, to[i + 2] = c, to[i + 3] = d;
        }
        asm volatile("" ::: "memory");
    }
    return target()[units / buffer];
}

u64 fill_words(u64 units) {
    for (u64 done = 0; done < units; done += buffer) {
        u64* to = target();
#pragma clang loop unroll(disable)
        for (u64 i = 0; i < buffer / 8; i += 4) {
            to[i] = to[i + 1] = to[i + 2] = to[i + 3] = done;
        }
        asm volatile("" ::: "memory");
    }
    return target()[units / buffer];
}

// A page at a time, a byte at a time: how small kernels copy.
u64 move_bytes(u64 units) {
    for (u64 done = 0; done < units; done += page) {
        const char* from = reinterpret_cast<const char*>(source()) + done % buffer;
        char* to = reinterpret_cast<char*>(target()) + done % buffer;
#pragma clang loop unroll(disable)
        for (u64 left = page; left != 0; --left) {
            *to++ = *from++;
            asm volatile("" ::: "memory");
        }
    }
    return target()[0];
}

// One cycle through all pages in random order, one word of each: every load depends on the one
// before.
void link_pages() {
    u64* order = source();
    for (u64 i = 0; i < chased_pages; ++i) {
        order[i] = i;
    }
    u64 random = 12345;
    for (u64 i = chased_pages - 1; i > 0; --i) {  // Sattolo: one cycle
        random = random * 6364136223846793005 + 1442695040888963407;
        u64 other = (random >> 33) % i, kept = order[i];
        order[i] = order[other];
        order[other] = kept;
    }
    auto word = [](u64 number) { return chased() + number * (page / 8) + (number * 7 % 64) * 8; };
    for (u64 i = 0; i < chased_pages; ++i) {
        *word(i) = reinterpret_cast<u64>(word(order[i]));
    }
}

u64 chase(u64 units) {
    u64 at = *chased();
#pragma clang loop unroll(disable)
    for (u64 i = 0; i < units; ++i) {
        at = *reinterpret_cast<volatile u64*>(at);
    }
    return at;
}

constexpr Loop table[] = {
    {"memcpy8", On::FirstHart, 200 * buffer, copy_words, touch_buffers},
    {"memset8", On::FirstHart, 300 * buffer, fill_words, touch_buffers},
    {"memmove1", On::FirstHart, 20 * buffer, move_bytes, touch_buffers},
    {"chase", On::FirstHart, 4'000'000, chase, link_pages},
};

}  // namespace

std::span<const Loop> memory_loops() { return table; }

}  // namespace bench_guest
