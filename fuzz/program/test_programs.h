// What the tests of this folder share.
#pragma once
#include <gtest/gtest.h>

#include <functional>

#include "fuzz/program/generate/generate.h"
#include "fuzz/program/text/text.h"

namespace stampede::fuzz {

// The program of a text without header: `process 0:` and so on.
inline Program program_of(std::string_view processes) {
    Result<Program> parsed = parse("stampede-program 1\n" + std::string(processes));
    EXPECT_TRUE(parsed.has_value()) << processes << (parsed ? "" : parsed.error().message);
    return parsed ? std::move(*parsed) : Program{{}, {Process{}}};
}

inline void for_each_call(const Calls& calls, const std::function<void(const Call&)>& body) {
    for (const Call& call : calls) {
        body(call);
        for_each_call(call.body, body);
    }
}
inline void for_each_call(const Program& program, const std::function<void(const Call&)>& body) {
    for (const Process& process : program.processes) {
        for_each_call(process.calls, body);
    }
}

// Generated programs from seeds 1 to `count`.
inline void for_each_generated(u64 count, const std::function<void(const Program&)>& body) {
    for (u64 seed = 1; seed <= count; ++seed) {
        RandomNumbers random(seed);
        body(generate(random));
    }
}

}  // namespace stampede::fuzz
