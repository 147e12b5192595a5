#include "harts/observe/kernel/kernel_description.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harts/observe/kernel/marker.h"
#include "harts/observe/kernel/quiet_memory.h"

namespace stampede {
namespace {

// Where a segment is linked and loaded at different addresses, pointers in memory are no physical
// addresses, and this is another kind of kernel.
Result<void> find_image(const ElfImage& image, KernelDescription& into) {
    into.image_begin = ~u64{0};
    for (const ElfSegment& segment : image.segments()) {
        if (segment.virtual_address != segment.physical) {
            return error(
                fmt::format("{}: linked at {:#x} and loaded at {:#x}, expected a kernel "
                            "that maps its memory one to one",
                            image.name(), segment.virtual_address, segment.physical));
        }
        into.image_begin = std::min(into.image_begin, segment.virtual_address);
        into.image_end = std::max(into.image_end, segment.virtual_address + segment.memory_size);
    }
    return {};
}

// A line of a description that names nothing is an error, not something that was not found.
template <class T>
Result<void> refuse_said(const Inferred<T>& part, bool said) {
    return !part && said ? error(part.how) : Result<void>();
}

std::optional<u64> value_of(const std::string& name, const Symbols& symbols, const Ram& ram,
                            const KernelDescription& kernel) {
    if (name == "KERNBASE") {
        return ram_base.value;
    }
    if (name == "PGROUNDUP(end)") {
        return (kernel.image_end + page_size - 1) / page_size * page_size;
    }
    if (name == "PGROUNDDOWN(end)") {
        return kernel.image_end / page_size * page_size;
    }
    if (name == "end") {
        return kernel.image_end;
    }
    if (const auto number = number_in(name)) {
        return number;
    }
    std::optional<u64> found;
    visit_data(symbols.data_types(), [&](const Datum& datum) {
        if (datum.path == name && datum.type->size == 8 && !found) {
            found = load_unsigned(ram, datum.address, 8);
        }
    });
    return found ? found : symbols.address_of(name);
}

}  // namespace

Result<KernelDescription> describe_kernel(const Symbols& symbols, const DescriptionFile& said) {
    const ElfImage& image = symbols.image();
    const DataTypes& types = symbols.data_types();
    KernelDescription kernel;
    kernel.kernel = image.name();
    if (Result<void> found = find_image(image, kernel); !found) {
        return std::unexpected(found.error());
    }
    if (!types.refused().empty()) {
        return error(fmt::format("{}: {}; expected that of a kernel, compiled with -g",
                                 image.name(), types.refused()));
    }
    kernel.processes = find_process_table(types, said);
    if (!kernel.processes) {
        return error(said.processes ? kernel.processes.how
                                    : fmt::format("{}: {}", image.name(), kernel.processes.how));
    }
    kernel.harts = find_hart_table(types);
    kernel.locks = find_locks(types);
    kernel.allocate = find_function(image, usual_allocator, said.allocate);
    if (const ElfSymbol* const code =
            kernel.allocate ? image.function_at(*kernel.allocate) : nullptr) {
        kernel.allocate_end = code->address + code->size;
    }
    kernel.free = find_function(image, usual_free, said.free);
    for (const auto& [part, is_said] : {std::pair{&kernel.allocate, said.allocate.has_value()},
                                        std::pair{&kernel.free, said.free.has_value()}}) {
        if (Result<void> found = refuse_said(*part, is_said); !found) {
            return std::unexpected(found.error());
        }
    }
    return kernel;
}

Result<KernelDescription> describe_kernel(const Symbols& symbols, const Ram& ram,
                                          const DescriptionFile& said) {
    Result<KernelDescription> of_file = describe_kernel(symbols, said);
    if (!of_file) {
        return of_file;
    }
    KernelDescription kernel = std::move(*of_file);
    if (const std::string awake = awake_process(*kernel.processes, ram); !awake.empty()) {
        return error(fmt::format("{}: {}, expected a moment at which all processes sleep",
                                 kernel.kernel, awake));
    }
    const DataTypes& types = symbols.data_types();
    kernel.kernel_page_table = find_kernel_page_table(types, ram, kernel);
    const u64 rounded = (kernel.image_end + page_size - 1) / page_size * page_size;
    kernel.free_lists = find_free_lists(types, ram, rounded, said);
    if (Result<void> found = refuse_said(kernel.free_lists, !said.free_lists.empty()); !found) {
        return std::unexpected(found.error());
    }
    kernel.user = find_user_layout(ram, kernel);
    kernel.frames = find_frames(ram, kernel, said);
    if (!kernel.frames) {
        return error(said.end ? kernel.frames.how
                              : fmt::format("{}: {}", kernel.kernel, kernel.frames.how));
    }
    const std::vector<MappedFrame> mapped = mapped_frames(ram, kernel);
    kernel.counts = find_counts(
        {types, ram, *kernel.frames, kernel.image_end, mapped, said,
         [&](const std::string& name) { return value_of(name, symbols, ram, kernel); }});
    if (Result<void> found = refuse_said(kernel.counts, said.counts && said.counts->name != "none");
        !found) {
        return std::unexpected(found.error());
    }
    kernel.marker = find_marker(ram, kernel, said);
    kernel.kernel_count = find_kernel_count(ram, kernel);
    return kernel;
}

std::vector<InferredPart> KernelDescription::parts() const {
    std::vector<InferredPart> all;
    const auto add = [&](std::string_view name, const auto& part) {
        all.push_back({std::string(name), part.value.has_value(), part.how});
    };
    add("processes", processes);
    add("harts", harts);
    add("locks", locks);
    add("allocate", allocate);
    add("free", free);
    add("free lists", free_lists);
    add("frames", frames);
    add("kernel page table", kernel_page_table);
    add("user addresses", user);
    add("counts", counts);
    add("kernel's counts", kernel_count);
    add("marker", marker);
    return all;
}

std::string KernelDescription::explain() const {
    std::string text = fmt::format("{}:\n", kernel);
    for (const InferredPart& part : parts()) {
        text += fmt::format("  {:<18}{}{}\n", part.name, part.found ? "" : "not found: ", part.how);
    }
    return text;
}

}  // namespace stampede
