// The programs of plan.h that schedules are measured on.
#pragma once
#include <memory>
#include <span>
#include <string>

#include "harts/base/error.h"
#include "harts/image/elf_image.h"
#include "harts/machine/machine.h"
#include "harts/tests/races/micro/plan.h"

namespace stampede::races {

using ::races::micro::Access;
using ::races::micro::Outcome;
using ::races::micro::Shape;

struct MicroProgram {
    std::string_view name;  // unique
    Shape shape;
};
// Depths 1 and 2, 2 to 4 harts, at most 200 events; the decisive moment at the first event, in the
// middle, near the last.
[[nodiscard]] std::span<const MicroProgram> micro_programs();

// The guest's file, read once; makes machines that stand before their first instruction.
class MicroGuest {
public:
    [[nodiscard]] static Result<MicroGuest> read();
    [[nodiscard]] Result<std::unique_ptr<Machine>> load(const Shape& shape) const;
    // None until hart 0 has looked.
    [[nodiscard]] Outcome outcome(Machine& machine) const;

private:
    MicroGuest(ElfImage image, PhysAddr plans, PhysAddr outcome)
        : image_(std::move(image)), plans_(plans), outcome_(outcome) {}
    ElfImage image_;
    PhysAddr plans_, outcome_;
};

}  // namespace stampede::races
