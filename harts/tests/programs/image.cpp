#include "harts/tests/programs/image.h"

#include <fmt/format.h>

#include <cassert>
#include <cstring>

#include "harts/isa/disassemble.h"
#include "harts/tests/programs/elf_writer.h"
#include "harts/tests/programs/memory_map.h"
#include "harts/tests/programs/page_tables.h"

namespace stampede::programs {
namespace {

class Image {
public:
    Image() : bytes_(code_limit - runtime_base) {}

    void put(u64 address, std::span<const u8> bytes, u64 limit) {
        assert(address + bytes.size() <= limit &&
               "the image's parts have room for that many bodies");
        std::memcpy(&bytes_.at(address - runtime_base), bytes.data(), bytes.size());
    }
    void put_word(u64 address, u64 word) {
        assert(address + 8 <= code_base);
        std::memcpy(&bytes_.at(address - runtime_base), &word, sizeof word);
    }
    std::span<const u8> upto(u64 address) {
        return std::span(bytes_).first(address - runtime_base);
    }

private:
    std::vector<u8> bytes_;
};

void put_record(Image& image, u64 record, const Body& body, u64& lists) {
    const auto put = [&](unsigned word, u64 value) { image.put_word(record + 8 * word, value); };
    const auto append = [&](u64 value) {
        image.put_word(lists, value);
        lists += 8;
    };
    put(record_mstatus, body.mstatus | static_cast<u64>(body.mode) << 11);
    put(record_entry,
        body.window == 0 ? body.address : body.window + (body.address - runtime_base));
    put(record_satp, body.satp);
    put(record_medeleg, body.medeleg);
    put(record_mideleg, body.mideleg);
    put(record_mie, body.mie);
    put(record_mtvec_mode, body.mtvec_mode);
    put(record_stvec, body.stvec);
    put(record_data_seed, body.data_seed);
    for (unsigned x = 0; x < 32; ++x) {
        put(record_registers + x, body.registers.at(x));
    }
    const std::vector<Poke> pokes = all_pokes(body);
    put(record_pokes, lists);
    put(record_poke_count, pokes.size());
    for (const Poke& poke : pokes) {
        append(poke.address);
        append(poke.value);
    }
    put(record_services, lists);
    for (const PokeService& service : body.services) {
        append(service.poke.address);
        append(service.poke.value);
        append(service.virtual_address);
        append(service.asid);
    }
    put(record_status_masks, lists);
    for (const u64 mask : body.status_masks) {
        append(mask);
    }
}

}  // namespace

void place(std::span<Body> bodies) {
    u64 free = code_base;
    for (Body& body : bodies) {
        body.address = free;
        free += assemble(body.items).size();
    }
}

std::vector<std::byte> make_image(std::span<const Body> bodies, Detail detail) {
    Image image;
    image.put(runtime_base, runtime_image(bodies.size(), detail), frame_base);
    u64 lists = records_base + bodies.size() * record_words * 8;
    u64 end = code_base;
    for (std::size_t n = 0; n < bodies.size(); ++n) {
        const Body& body = bodies[n];
        const auto bytes = assemble(body.items);
        image.put(body.address, bytes, code_limit);
        put_record(image, records_base + n * record_words * 8, body, lists);
        end = body.address + bytes.size();
    }
    return elf_around(image.upto(end), runtime_base);
}

std::vector<std::string> dump_names(const Body& body) {
    std::vector<std::string> names;
    for (u8 x = 1; x < 32; ++x) {
        names.push_back(fmt::format("x{} ({})", x, isa::register_name(x)));
    }
    for (const char* name :
         {"hash of the traps", "number of traps", "satp", "sstatus", "sepc", "scause", "stval",
          "sscratch", "stvec", "medeleg", "mideleg", "mie", "mip"}) {
        names.emplace_back(name);
    }
    for (const Poke& poke : all_pokes(body)) {
        names.push_back(fmt::format("page-table entry at {:#x}", poke.address));
    }
    for (u64 address = data_base; address < data_base + data_bytes; address += 8) {
        names.push_back(fmt::format("memory at {:#x}", address));
    }
    for (unsigned trap = 0; trap < logged_traps; ++trap) {
        for (const char* word : {"vector", "mcause", "mepc", "mtval", "mstatus", "scause", "sepc",
                                 "stval", "sstatus"}) {
            names.push_back(fmt::format("trap {}: {}", trap, word));
        }
    }
    names.emplace_back("hash");
    return names;
}

}  // namespace stampede::programs
