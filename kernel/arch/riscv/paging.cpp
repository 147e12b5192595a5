#include "kernel/arch/riscv/paging.h"

#include "kernel/arch/riscv/machine.h"
#include "kernel/arch/table.h"
#include "kernel/base/print.h"

namespace kernel::arch {

namespace {

struct alignas(page_size) Table {
    Pte entries[table_entries];
};

constexpr std::uint64_t gigabyte = table_span(2);
constexpr std::uint64_t megapage = table_span(1);
constexpr unsigned first_kernel_entry = table_entries / 2;
constexpr unsigned image_table_limit = 4;  // megapages that hold code or read-only data

constinit Table root{};
constinit unsigned last_kernel_entry = first_kernel_entry;
constinit Table ram_table{};  // the first gigabyte of memory
constinit Table image_tables[image_table_limit]{};

constexpr std::uint64_t data_page = Pte::read | Pte::write | Pte::global;

std::uint64_t image_permissions(PhysAddr page) {
    if (page < physical(image_text_end)) {
        return Pte::read | Pte::execute | Pte::global;
    }
    if (page < physical(image_rodata_end)) {
        return Pte::read | Pte::global;
    }
    return data_page;
}

// Code and read-only data: 4 KiB pages, each with its own permissions.
Pte map_image(PhysAddr megapage_begin, Table& table) {
    for (unsigned i = 0; i < table_entries; ++i) {
        PhysAddr page = megapage_begin + i * page_size;
        table.entries[i] = Pte::leaf(page, image_permissions(page));
    }
    return Pte::table(physical(&table));
}

}  // namespace

void paging_init(PhysAddr memory_end) {
    unsigned image_tables_used = 0;
    PhysAddr ram{ram_base};
    for (PhysAddr at = ram; at < memory_end && at < ram + gigabyte; at += megapage) {
        Pte& entry = ram_table.entries[(at - ram) / megapage];
        if (at < physical(image_rodata_end)) {
            if (image_tables_used == image_table_limit) {
                panic("the image's code and constants exceed %u megapages", image_table_limit);
            }
            entry = map_image(at, image_tables[image_tables_used++]);
        } else {
            entry = Pte::leaf(at, data_page);
        }
    }
    // devices lie in the first gigabyte
    root.entries[first_kernel_entry] = Pte::leaf({0}, data_page);
    last_kernel_entry = first_kernel_entry + ram_base / gigabyte;
    root.entries[last_kernel_entry] = Pte::table(physical(&ram_table));
    for (PhysAddr at = ram + gigabyte; at < memory_end; at += gigabyte) {
        root.entries[++last_kernel_entry] = Pte::leaf(at, data_page);
    }
}

std::span<const std::uint64_t> kernel_root_entries() {
    return {&root.entries[first_kernel_entry].bits, last_kernel_entry - first_kernel_entry + 1};
}

void use_kernel_page_table() { use_page_table(physical(&root), 0); }

}  // namespace kernel::arch
