#include "harts/tests/programs/page_tables.h"

#include "harts/tests/programs/memory_map.h"

namespace stampede::programs {
namespace {

// Entry bits (privileged specification, Sv39), by their names there.
constexpr u64 v = 1, r = 2, w = 4, x = 8, u = 16, g = 32, a = 64, d = 128;
constexpr u64 software_bits = u64{3} << 8;
constexpr unsigned ppn_shift = 10;
constexpr u64 entries = 512;

// The tables, one page each.
// clang-format off
enum Table : u64 {
    root_first, root_second, low_first, low_second, data_first, data_second, user_code, user_code_leaves,
    supervisor_code, supervisor_code_leaves, user_code_large, supervisor_code_large, handler, handler_leaves,
    high, high_leaves
};
// clang-format on

u64 table_address(u64 table) { return tables_base + table * page_size; }
u64 entry_to(u64 physical, u64 flags) { return (physical / page_size) << ppn_shift | flags; }
u64 index_of(u64 address, unsigned level) { return (address >> (12 + 9 * level)) % entries; }
Poke entry(u64 table, u64 index, u64 value) { return {table_address(table) + index * 8, value}; }
Poke pointer(u64 table, u64 index, u64 to) {
    return entry(table, index, entry_to(table_address(to), v));
}

u64 data_page(Random& random) { return data_base + random.below(data_pages) * page_size; }

u64 sound_permissions(Random& random) {
    return random.one_of({r, r | w, r | w, r | w, r | x, r | w | x, x});
}

// A leaf for data: mostly sound, at times with each thing that a walk has to refuse or to set.
u64 random_leaf(Random& random, u64 physical) {
    u64 flags = v | a | d | sound_permissions(random) | (random.chance(50) ? u : 0);
    flags |= random.bits() & software_bits;
    switch (random.below(24)) {
    case 0:
    case 1:
    case 2: flags &= ~d; break;
    case 3:
    case 4:
    case 5: flags &= ~(a | d); break;
    case 6: flags &= ~a; break;
    case 7: return random.bits() & ~v & ~(u64{0x3ff} << 54);  // not valid, whatever else it says
    case 8: flags = (flags & ~r) | w; break;                  // reserved: writable, not readable
    case 9: flags &= ~(r | w | x); break;  // a pointer where there is no level below
    case 10:
        return entry_to(past_memory + random.below(16) * page_size,
                        flags & ~(w | d));  // nothing there: an access fault
    case 11: return entry_to(physical, flags) | u64{1} << (54 + random.below(10));  // reserved bits
    default: break;
    }
    return entry_to(physical, flags);
}

u64 random_superpage(Random& random, u64 physical, unsigned level) {
    const u64 misaligned = random.chance(15) ? (u64{1} << random.below(9 * level)) * page_size : 0;
    return random_leaf(random, physical + misaligned);
}

void map_code(std::vector<Poke>& pokes, Random& random) {
    const u64 global = random.chance(30) ? g : 0;
    const auto large = [&](u64 flags) {
        return entry_to(runtime_base, v | r | x | flags | (random.chance(80) ? a : 0));
    };
    for (const u64 root : {root_first, root_second}) {
        pokes.push_back(pointer(root, index_of(user_code_4k, 2), user_code));
        pokes.push_back(pointer(root, index_of(user_code_2m, 2), user_code_large));
        pokes.push_back(pointer(root, index_of(supervisor_code_4k, 2), supervisor_code));
        pokes.push_back(pointer(root, index_of(supervisor_code_2m, 2), supervisor_code_large));
        pokes.push_back(pointer(root, index_of(supervisor_handler_window, 2), handler));
        pokes.push_back(entry(root, index_of(user_code_1g, 2),
                              entry_to(runtime_base, v | r | x | a | u | global)));
        pokes.push_back(entry(root, index_of(supervisor_code_1g, 2),
                              entry_to(runtime_base, v | r | x | a | global)));
    }
    pokes.push_back(pointer(user_code, 0, user_code_leaves));
    pokes.push_back(pointer(supervisor_code, 0, supervisor_code_leaves));
    pokes.push_back(entry(user_code_large, 0, large(u | global)));
    pokes.push_back(entry(supervisor_code_large, 0, large(global)));
    pokes.push_back(pointer(handler, 0, handler_leaves));
    pokes.push_back(
        entry(handler_leaves, 0,
              entry_to(supervisor_handler, v | x | a | global | (random.chance(50) ? r : 0))));
}

void map_data(std::vector<Poke>& pokes, Random& random) {
    for (const auto& [root, low, data] :
         {std::array<u64, 3>{root_first, low_first, data_first},
          std::array<u64, 3>{root_second, low_second, data_second}}) {
        pokes.push_back(pointer(root, 0, low));
        pokes.push_back(pointer(low, 0, data));
        for (unsigned page = 0; page < data_2m_pages; ++page) {
            pokes.push_back(entry(low, 1 + page, random_superpage(random, data_base, 1)));
        }
        // read-only: an AMO past the memory's end would be a load's fault in QEMU
        pokes.push_back(entry(root, index_of(data_1g_window, 2),
                              random_superpage(random, runtime_base, 2) & ~w));
        for (unsigned page = 0; page < first_global_page; ++page) {
            pokes.push_back(entry(data, page, random_leaf(random, data_page(random))));
        }
        pokes.push_back(
            entry(data, sound_user_page, entry_to(data_page(random), v | r | w | u | a | d)));
        pokes.push_back(
            entry(data, sound_supervisor_page, entry_to(data_page(random), v | r | w | a | d)));
        pokes.push_back(pointer(root, index_of(data_high_window, 2), high));
    }
    for (unsigned page = first_global_page; page < data_4k_pages; ++page) {
        // A and D are set, since a hart may or may not walk again in the other space
        const u64 leaf = random_leaf(random, data_page(random)) | g | a | d;
        pokes.push_back(entry(data_first, page, leaf));
        pokes.push_back(entry(data_second, page, leaf));
    }
    pokes.push_back(pointer(high, index_of(data_high_window, 1), high_leaves));
    for (unsigned page = 0; page < data_high_pages; ++page) {
        pokes.push_back(entry(high_leaves, index_of(data_high_window, 0) + page,
                              random_leaf(random, data_page(random))));
    }
}

}  // namespace

u64 satp_of(Space space, u16 asid) {
    constexpr u64 sv39 = u64{8} << 60;
    const u64 root = table_address(space == Space::First ? root_first : root_second);
    return sv39 | u64{asid} << 44 | root / page_size;
}

std::vector<Poke> random_tables(Random& random) {
    std::vector<Poke> pokes;
    map_code(pokes, random);
    map_data(pokes, random);
    return pokes;
}

std::vector<Poke> all_pokes(const Body& body) {
    std::vector<Poke> pokes = body.pokes;
    if (pokes.empty()) {
        return pokes;
    }
    const u64 end = body.address + assemble(body.items).size();
    for (u64 page = body.address / page_size * page_size; page < end; page += page_size) {
        const u64 index = (page - runtime_base) / page_size;
        pokes.push_back(
            entry(user_code_leaves, index, entry_to(page, v | r | x | u | body.code_flags)));
        pokes.push_back(
            entry(supervisor_code_leaves, index, entry_to(page, v | x | body.code_flags)));
    }
    return pokes;
}

Poke random_change(Random& random, Space space, unsigned number) {
    return entry(space == Space::First ? data_first : data_second, number,
                 random_leaf(random, data_page(random)));
}

u64 random_data_address(Random& random) {
    const u64 page = random.below(data_pages) * page_size;
    const u64 at_end = page_size - 12 + random.below(24);  // across the end, too
    const u64 offset = random.chance(40) ? at_end : random.below(page_size);
    const u64 aligned = random.chance(60) ? ~u64{7} : ~u64{0};
    u64 address = 0;
    switch (random.below(8)) {
    case 0:
        address = data_2m_window + random.below(data_2m_pages) * 0x20'0000 + page + offset;
        break;
    case 1: address = data_1g_window + (data_base - runtime_base) + page + offset; break;
    case 2: address = data_high_window + random.below(data_high_pages) * page_size + offset; break;
    default: address = data_4k_window + random.below(data_4k_pages - 1) * page_size + offset; break;
    }
    if (random.chance(3)) {
        address ^= u64{1} << (39 + random.below(25));  // not canonical
    }
    return address & aligned;
}

u64 random_unfetchable_address(Random& random) {
    switch (random.below(4)) {
    case 0: return supervisor_code_4k + u64{300} * 0x20'0000;            // no such table
    case 1: return user_code_4k ^ u64 { 1 } << (39 + random.below(25));  // not canonical
    case 2: return data_4k_window + sound_user_page * page_size;         // not executable
    default: return random.bits() | u64{1} << 45;                        // very far away
    }
}

}  // namespace stampede::programs
