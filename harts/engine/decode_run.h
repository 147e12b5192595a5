// From bytes to slots.
#pragma once
#include "harts/core/code_marks.h"
#include "harts/core/code_page.h"

namespace stampede {

// Decodes the run that begins at slot `k` of `page`, up to its end, the page's end or instructions
// decoded earlier, into handlers of `engine`. `marks` may be null.
void decode_run(const Ram& ram, const Engine& engine, const CodeMarks* marks, CodePage& page,
                unsigned k);

}  // namespace stampede
