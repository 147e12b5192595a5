#include "harts/isa/csr_names.h"

namespace stampede::isa {
namespace {

// invariant: a single register is a row of one whose name has no index.
struct Row {
    const char* name;
    u16 first;
    u16 last;
    i16 index;
    u16 step;
};
constexpr i16 no_index = -1;
constexpr Row rows[] = {
#define CSR(name, number) {#name, number, number, no_index, 1},
#define CSR_ROW(name, first, last, index, step) {#name, first, last, index, step},
#include "harts/isa/csr_names.inc"
#undef CSR
#undef CSR_ROW
};

}  // namespace

std::optional<std::string> csr_name(u32 number) {
    for (const Row& row : rows) {
        if (number < row.first || number > row.last || (number - row.first) % row.step != 0) {
            continue;
        }
        if (row.index == no_index) {
            return row.name;
        }
        return row.name + std::to_string(static_cast<u32>(row.index) + number - row.first);
    }
    return std::nullopt;
}

}  // namespace stampede::isa
