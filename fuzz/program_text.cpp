// program_text FILE...: the programs in inputs of fuzz_syscalls, as text; --binary: the other way,
// one FILE to standard output. Exit: 0, or 1 with what is wrong.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "fuzz/program/binary.h"
#include "fuzz/program/text/text.h"

using namespace stampede;
using namespace stampede::fuzz;

namespace {

Result<std::string> contents_of(const std::string& name) {
    std::ifstream file(name, std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    return file ? Result<std::string>(std::move(bytes)) : error(name + ": cannot be read");
}

// Error: `name` and what is wrong with it.
Result<std::string> converted(const std::string& name, bool binary) {
    const Result<std::string> bytes = contents_of(name);
    if (!bytes || !binary) {
        return bytes ? Result<std::string>(print(input_program(*bytes))) : bytes;
    }
    const Result<Program> program = parse(*bytes);
    return program ? Result<std::string>(encode(*program))
                   : error(fmt::format("{}: {}", name, program.error().message));
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::string> names;
    bool binary = false;
    CLI::App app("The programs in inputs of fuzz_syscalls, as text.");
    app.add_option("FILE", names)->required();
    app.add_flag("--binary", binary, "from text to bytes, on standard output");
    CLI11_PARSE(app, argc, argv);
    if (binary && names.size() != 1) {
        fmt::print(stderr, "program_text: --binary with {} files, one is expected\n", names.size());
        return 1;
    }
    for (const std::string& name : names) {
        const Result<std::string> text = converted(name, binary);
        if (!text) {
            fmt::print(stderr, "program_text: {}\n", text.error().message);
            return 1;
        }
        if (names.size() > 1) {
            fmt::print("# {}\n", name);
        }
        std::fwrite(text->data(), 1, text->size(), stdout);
    }
    return 0;
}
