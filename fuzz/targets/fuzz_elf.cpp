// fuzz_elf: the reader of a guest's file: segments and symbols of the kernel that is loaded, and
// what reports ask of it: functions, files and lines, by its symbol table and its debug
// information. Each input is the file's bytes.
#include <elf.h>

#include <algorithm>
#include <cstring>

#include "fuzz/targets/engine.h"
#include "fuzz/targets/require.h"
#include "harts/image/elf_builder.h"
#include "harts/image/elf_image.h"
#include "harts/image/symbols.h"
#include "harts/schedule/random_numbers.h"

using namespace stampede;
using namespace stampede::fuzz;

namespace {

void image(const ElfImage& image, std::string_view bytes) {
    std::size_t held = 0;
    bool entered = false;
    for (const ElfSegment& segment : image.segments()) {
        held += segment.bytes.size();
        require(segment.bytes.size() <= segment.memory_size,
                "a segment's bytes fit into its memory", "");
        entered = entered || image.entry() - segment.physical < segment.memory_size;
    }
    require(held <= bytes.size(), "no more is held than the file has", "");
    held = 0;
    require(entered, "the entry is in a segment", "");
    require(std::ranges::is_sorted(image.symbols(), {}, &ElfSymbol::address),
            "symbols are by address", "");
    for (const ElfSymbol& symbol : image.symbols()) {
        held += symbol.name.size();
        require(symbol.kind == ElfSymbol::Kind::Label || image.address_of(symbol.name).has_value(),
                "a symbol is found by its name", symbol.name);
    }
    require(held <= 4 * bytes.size(),
            "symbols' names take no more than a few times the file's bytes", "");
}

// Where something may be: as the headers say, however wrong they are, and a little behind it.
std::vector<u64> interesting_addresses(std::string_view bytes) {
    std::vector<u64> addresses{0, 0x8000'0000, ~u64{0}};
    constexpr std::size_t most = 64;
    for (std::size_t at = 24; at + 8 <= bytes.size() && addresses.size() < most; at += 8) {
        u64 value = 0;
        std::memcpy(&value, bytes.data() + at, sizeof value);
        for (const u64 behind : {0, 6, 0x20, 0x60}) {
            addresses.push_back(value + behind);
        }
    }
    return addresses;
}

void names(const Symbols& symbols, std::string_view bytes) {
    const std::vector<u64> addresses = interesting_addresses(bytes);
    for (const u64 address : addresses) {
        const ElfSymbol* datum = symbols.image().datum_at(address);
        require(datum == nullptr || address - datum->address < datum->size,
                "a datum holds what it was found by", "");
        const auto frames = symbols.frames(address);
        require(!frames.empty() && frames.front().pc == address, "every address has a frame", "");
        require(symbols.find(address).function == frames.front().function,
                "the innermost frame is the first", "");
        require(symbols.member_at(address, address % 509).size() <= 64 * bytes.size() + 64,
                "a member's name takes no more than the file's names", "");
    }
    require(symbols.stack(addresses).size() >= addresses.size(),
            "a stack has a frame for each of its addresses", "");
    (void)symbols.address_of("kernel::panic");
}

ElfBuilder some_file(RandomNumbers& random) {
    constexpr u64 base = 0x8000'0000, apart = 0x1000;
    ElfBuilder builder;
    builder.segments.clear();
    for (u64 n = 0; n <= random.below(3); ++n) {
        const std::string bytes(random.below(40), static_cast<char>('a' + n));
        builder.segments.push_back(
            {base + n * apart, base + n * apart, bytes, bytes.size() + random.below(100)});
    }
    builder.entry = base + random.below(20);
    for (u64 n = random.below(4); n != 0; --n) {
        constexpr const char* names[] = {"start", "_ZN6kernel5panicEPKcz", "", "$x", ".L1", "_Z"};
        builder.symbols.push_back(
            {base + random.below(200), random.below(20), names[random.below(std::size(names))],
             static_cast<unsigned>(random.below(3)), static_cast<u16>(random.below(4))});
    }
    return builder;
}

// A field of a header gets a number that somebody may stumble over.
void set_field(u8* data, std::size_t size, RandomNumbers& random) {
    const u64 numbers[] = {0,           1,           size - 1,     size,         size + 1,
                           0x7fff'ffff, 0xffff'ffff, u64{1} << 60, ~u64{0} >> 1, ~u64{0} - 7,
                           ~u64{0}};
    const u64 value = numbers[random.below(std::size(numbers))];
    const std::size_t width = std::size_t{2} << random.below(3);
    if (size >= width) {
        const std::size_t within =
            random.chance(1, 2) ? std::min<std::size_t>(size, sizeof(Elf64_Ehdr)) : size;
        std::memcpy(data + random.below((within - width) / 2 + 1) * 2, &value, width);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, std::size_t size) {
    const std::string_view bytes = text_of(data, size);
    const Result<ElfImage> read = ElfImage::parse(std::as_bytes(std::span(bytes)), "input");
    if (!read) {
        require(read.error().message.starts_with("input: "), "an error names the file",
                read.error().message);
        return 0;
    }
    image(*read, bytes);
    names(Symbols(*read), bytes);
    return 0;
}

// Mere chance does not bring about an ELF file.
extern "C" std::size_t LLVMFuzzerCustomMutator(u8* data, std::size_t size, std::size_t room,
                                               unsigned seed) {
    RandomNumbers random(seed);
    constexpr u64 afresh = 50;  // one in so many is a new file
    if (size < sizeof(Elf64_Ehdr) || random.chance(1, afresh)) {
        const std::vector<std::byte> file = some_file(random).build();
        if (file.size() <= room) {
            std::memcpy(data, file.data(), file.size());
            size = file.size();
        }
    }
    if (random.chance(1, 2)) {
        set_field(data, size, random);
        return size;
    }
    return mutate_as_the_engine_does(data, size, room);
}
