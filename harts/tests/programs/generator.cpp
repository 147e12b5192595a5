#include "harts/tests/programs/generator.h"

#include "harts/core/csr_numbers.h"
#include "harts/tests/programs/generator_context.h"
#include "harts/tests/programs/memory_map.h"

namespace stampede::programs {
namespace {

// Where a body runs, and what it descends to.
struct Plan {
    std::vector<Privilege> modes;
    Addressing addressing;  // of S and U
};

Plan random_plan(Random& random) {
    using enum Privilege;
    switch (random.below(20)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4: return {{Machine}, Addressing::Translated};
    case 5:
    case 6: return {{Machine, Supervisor}, Addressing::Translated};
    case 7: return {{Machine, User}, Addressing::Translated};
    case 8: return {{Machine, Supervisor, User}, Addressing::Translated};
    case 9: return {{Supervisor}, Addressing::Bare};
    case 10: return {{User}, Addressing::Bare};
    case 11: return {{Supervisor, User}, Addressing::Bare};
    case 12:
    case 13:
    case 14: return {{Supervisor}, Addressing::Translated};
    case 15:
    case 16: return {{Supervisor, User}, Addressing::Translated};
    default: return {{User}, Addressing::Translated};
    }
}

u64 random_window(Random& random, Privilege mode, Addressing addressing) {
    if (mode == Privilege::Machine || addressing == Addressing::Bare) {
        return 0;
    }
    return mode == Privilege::User
               ? random.one_of({user_code_4k, user_code_4k, user_code_2m, user_code_1g})
               : random.one_of({supervisor_code_4k, supervisor_code_4k, supervisor_code_2m,
                                supervisor_code_1g});
}

void choose_state(GeneratorContext& context, const Plan& plan) {
    Random& random = context.random;
    Body& body = context.body;
    // all but ecalls from S (the supervisor's handler makes them) and M
    constexpr u64 delegable = 0xb1ff;
    constexpr u64 status_bits = csr::status_sie | csr::status_spie | csr::status_mpie |
                                csr::status_spp | csr::status_sum | csr::status_mxr;
    constexpr u64 status_traps = csr::status_tvm | csr::status_tw | csr::status_tsr;
    context.interrupt = random.one_of({csr::ssi, csr::sti, csr::sei});
    context.asids = {static_cast<u16>(random.bits()), static_cast<u16>(random.bits())};
    context.asids[1] ^= context.asids[0] == context.asids[1] ? 1 : 0;
    body.mstatus = random.bits() & (status_bits | (random.chance(20) ? status_traps : 0));
    body.satp = plan.addressing == Addressing::Bare ? 0 : satp_of(Space::First, context.asids[0]);
    body.medeleg = random.chance(50) ? random.bits() & delegable : 0;
    body.mideleg = random.chance(50) ? context.interrupt : 0;
    body.mie = random.chance(50) ? context.interrupt : 0;
    body.mtvec_mode = random.below(2);
    body.stvec =
        (plan.addressing == Addressing::Bare ? supervisor_handler : supervisor_handler_window) |
        random.below(2);
    body.data_seed = random.bits();
    if (plan.addressing == Addressing::Translated) {
        body.pokes = random_tables(random);
        body.code_flags = random.bits() & 0x60;  // A and G
    }
    for (unsigned n = 0; n < poke_services && plan.addressing == Addressing::Translated; ++n) {
        const auto space = random.chance(70) ? Space::First : Space::Second;
        const auto page = static_cast<unsigned>(random.below(sound_user_page));
        body.services.at(n) = {random_change(random, space, page),
                               data_4k_window + page * page_size + random.below(page_size),
                               context.asids.at(static_cast<std::size_t>(space))};
    }
    for (u64& mask : body.status_masks) {
        mask = u64{1} << random.one_of({18, 18, 19, 19, 20, 21, 22, 5, 1});
    }
}

void choose_registers(GeneratorContext& context) {
    for (u8 x = 1; x < 32; ++x) {
        u64& value = context.body.registers.at(x);
        if (GeneratorContext::is_pointer(x)) {
            value = context.pointer_value();
        } else if (x == GeneratorContext::loop_counter) {
            value = context.random.below(4);
        } else if (context.addressing == Addressing::Translated && context.random.chance(30)) {
            value = random_data_address(context.random);
        } else {
            value = interesting_value(context.random);
        }
    }
}

void write_loop(GeneratorContext& context, void (*write_one)(GeneratorContext&)) {
    ItemWriter& out = context.out;
    out.begin();
    out.load_immediate(GeneratorContext::loop_counter, 1 + context.random.below(5));
    const u32 first = out.next_id();
    for (u64 n = 2 + context.random.below(6); n > 0; --n) {
        write_one(context);
    }
    out.begin();
    out.emit(isa::Op::Addi, GeneratorContext::loop_counter, GeneratorContext::loop_counter, -1);
    out.jump(isa::Op::Blt, {0, 0, zero, GeneratorContext::loop_counter}, first);
}

// What may stand anywhere, also in a loop.
void write_one(GeneratorContext& context) {
    const u64 dice = context.random.below(100);
    if (dice < 34) {
        write_computation(context);
    } else if (dice < 58) {
        write_access(context);
    } else if (dice < 68) {
        write_atomic(context);
    } else if (dice < 76) {
        write_branch(context);
    } else if (dice < 84) {
        write_csr(context);
    } else if (dice < 89) {
        write_trap(context);
    } else if (dice < 92) {
        write_bad_access(context);
    } else if (context.mode == Privilege::Machine) {
        dice < 96 ? write_borrowed_privilege(context) : write_modification(context);
    } else {
        write_translation_change(context);
    }
}

void write_region(GeneratorContext& context) {
    context.region_end = context.out.next_id() + 8 + static_cast<u32>(context.random.below(40));
    while (context.out.next_id() < context.region_end) {
        if (context.random.chance(5)) {
            write_loop(context, write_one);
        } else {
            write_one(context);
        }
    }
}

}  // namespace

u64 GeneratorContext::pointer_value() {
    if (addressing == Addressing::Translated) {
        return random_data_address(random);
    }
    constexpr u64 margin = 2048 + 16;  // what an offset and an access reach
    const u64 page = data_base + (1 + random.below(data_pages - 1)) * page_size;
    const u64 value = random.chance(50)
                          ? page - 12 + random.below(24)
                          : data_base + margin + random.below(data_bytes - 2 * margin);
    return random.chance(60) ? value & ~u64{7} : value;
}

u64 interesting_value(Random& random) {
    switch (random.below(6)) {
    case 0:
        return random.one_of<u64>({0, 1, 2, 63, 64, 0x7fff'ffff, 0x8000'0000, 0xffff'ffff,
                                   0x7fff'ffff'ffff'ffff, 0x8000'0000'0000'0000, ~u64{0}, ~u64{1},
                                   0xffff'ffff'8000'0000});
    case 1: return random.below(256);
    case 2: return ~random.below(256);
    case 3: return static_cast<u64>(static_cast<i64>(static_cast<i32>(random.bits())));
    case 4: return u64{1} << random.below(64);
    default: return random.bits();
    }
}

Body random_body(u64 seed) {
    GeneratorContext context(seed);
    context.body.seed = seed;
    const Plan plan = random_plan(context.random);
    context.mode = plan.modes.front();
    context.addressing = context.mode == Privilege::Machine ? Addressing::Bare : plan.addressing;
    context.body.mode = context.mode;
    context.window = random_window(context.random, context.mode, plan.addressing);
    context.body.window = context.window;
    choose_state(context, plan);
    choose_registers(context);
    write_region(context);
    for (std::size_t n = 1; n < plan.modes.size(); ++n) {
        const u64 window = random_window(context.random, plan.modes[n], plan.addressing);
        context.addressing = plan.addressing;
        write_descent(context, plan.modes[n], window);
        write_region(context);
    }
    if (context.random.chance(10)) {
        write_wild_jump(context);
    }
    context.body.items = context.out.take();
    return context.body;
}

}  // namespace stampede::programs
