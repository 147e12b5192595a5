// The smallest engine: runs the inputs in the files that it is given, one after the other, and says
// how many. For engines that are not libFuzzer, or to look at an input where there is none.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" [[gnu::weak]] int LLVMFuzzerInitialize(int* count, char*** words);

int main(int count, char** words) {
    if (LLVMFuzzerInitialize != nullptr) {
        LLVMFuzzerInitialize(&count, &words);
    }
    for (int n = 1; n < count; ++n) {
        std::ifstream file(words[n], std::ios::binary);
        const std::string input((std::istreambuf_iterator<char>(file)),
                                std::istreambuf_iterator<char>());
        if (!file) {
            std::fprintf(stderr, "%s: cannot be read\n", words[n]);
            return 1;
        }
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
    }
    std::fprintf(stderr, "%d inputs run\n", count - 1);
}
