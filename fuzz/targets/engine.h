// What an engine may offer to a target. libFuzzer does; one that only runs inputs does not.
#pragma once
#include <cstddef>
#include <cstdint>

extern "C" [[gnu::weak]] std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size,
                                                      std::size_t room);

namespace stampede::fuzz {

// The engine's own mutation of bytes: the new size.
inline std::size_t mutate_as_the_engine_does(std::uint8_t* data, std::size_t size,
                                             std::size_t room) {
    return LLVMFuzzerMutate != nullptr ? LLVMFuzzerMutate(data, size, room) : size;
}

}  // namespace stampede::fuzz
