// fuzz_program: programs for the kernel, read from bytes and from text, changed and lowered. Each
// input is both: bytes that are some program, and a text that may be one.
#include <fmt/format.h>

#include "fuzz/program/binary.h"
#include "fuzz/program/generate/mutate.h"
#include "fuzz/program/lowered.h"
#include "fuzz/program/text/text.h"
#include "fuzz/targets/require.h"

using namespace stampede;
using namespace stampede::fuzz;

namespace {

// A valid program whose bytes and text give it again, and that the guest can fetch.
void require_sound(const Program& program, std::string_view which) {
    const auto must = [&](bool holds, std::string_view what) {
        require(holds, fmt::format("{}: {}", which, what), flaw(program).value_or(print(program)));
    };
    must(!flaw(program), "it is a valid program");
    must(decode(encode(program)) == program, "its bytes are the program again");
    const Result<Program> read = parse(print(program));
    must(read.has_value(), read ? "" : "its text is read: " + read.error().message);
    must(*read == program, "its text is the program again");
    must(lower(program).size() <= abi::program_image_limit, "what the guest fetches fits");
}

// Changes hang on the input, so that it shows the same each time.
u64 seed_of(std::string_view bytes) {
    u64 seed = bytes.size();
    for (const char byte : bytes) {
        seed = seed * 31 + static_cast<u8>(byte);
    }
    return splitmix64(seed);
}

void change(const Program& program, RandomNumbers& random) {
    Program changed = program;
    const u32 changes = mutate(changed, random);
    require_sound(changed, fmt::format("changed by {:#x}", changes));
    require_sound(cross(program, changed, random), "crossed");
    trim(changed);
    require_sound(changed, "trimmed");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, std::size_t size) {
    const std::string_view input = text_of(data, size);
    RandomNumbers random(seed_of(input));
    const Program decoded = decode(input);
    require_sound(decoded, "decoded");
    change(decoded, random);
    if (const Result<Program> parsed = parse(input)) {
        require_sound(*parsed, "parsed");
        change(*parsed, random);
    } else {
        require(parsed.error().message.starts_with("line "), "an error names its line",
                parsed.error().message);
    }
    return 0;
}
