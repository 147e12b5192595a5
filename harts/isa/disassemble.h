// Instructions as text, as llvm-objdump -M no-aliases writes it with one space for its tab.
#pragma once
#include <string>

#include "harts/base/types.h"
#include "harts/isa/instruction.h"

namespace stampede::isa {

// "sp", by the calling convention's names; sink_register reads as "zero".
[[nodiscard]] std::string_view register_name(u8 number);

// `word` as fetched (a compressed instruction's low 16 bits count) at `pc`: "c.beqz a0,
// 0x80000010". What is no instruction is
// "<unknown>". Any thread.
[[nodiscard]] std::string disassemble(u32 word, VirtAddr pc);

// The same of an instruction that is decoded: a compressed one appears as what it stands for.
[[nodiscard]] std::string disassemble(const Decoded& decoded, VirtAddr pc);

}  // namespace stampede::isa
