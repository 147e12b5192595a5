// Load-reserved and store-conditional, and how a page that has seen one becomes ordinary again.
//
// While a page is marked (PageAttributes::reservation), every store to it changes its line's
// version under the line's lock, and a reservation is a version: the store-conditional locks
// exactly that version or fails. A page is marked by revocation: no hart stores fast to it from
// then on. A page that only sees stores loses its mark again. From then on stores change no
// version, so a reservation must not outlive the mark:
//
//     unmarker   locks all 64 lines ───────── clears the mark ───────── unlocks each with a new
//                version
//     SC         before: has its line's lock or finds it unchanged, page marked    after: another
//                version, fails
//     LR         before: reads version, value, mark, version: marked all along      after: finds no
//                mark, marks again
//     store      finds the mark, gets its line's lock only afterwards: stores all the same, before
//                its next safe point
//     fast store                                             from here: no reservation is left that
//                                                            it could break
//
// To clear the mark between two rounds of new versions would not do: an LR between the first round
// and the clearing gets a version that is good until the second round, and a fast store right after
// the clearing breaks it unseen. With every line locked, an LR that finds its line unlocked with
// one version before and after it looked at the mark knows that the mark was there with that
// version; an SC that gets that version's lock knows that no unmarker came between, for it would
// have changed the version. Nobody who holds a line waits for another line or for a revocation (a
// line kept from LR to SC is given up first), so the unmarker gets them all. A page marked anew is
// revoked anew: its marker waits for every store that saw no mark.
#include "harts/access/reservations.h"

#include <array>
#include <optional>

#include "harts/access/host_access.h"
#include "harts/access/revoke.h"
#include "harts/core/machine_context.h"

namespace stampede {
namespace {

// failed store-conditionals after which the line is kept from LR to SC
constexpr u32 patience = 64;

bool is_marked(const MachineContext& machine, u64 page) {
    return (machine.attributes.of(page) & PageAttributes::reservation) != 0;
}

void mark(Hart& hart, u64 page) {
    if (!is_marked(hart.machine, page)) {
        revoke_write(hart, page, PageAttributes::reservation);
    }
}

struct Seen {
    u64 version;
    u64 value;
};

// The value and the version that it had while the page was marked; nothing: the page has lost its
// mark.
std::optional<Seen> look(const MachineContext& machine, const LineVersions::Word& line, u64 page,
                         const u8* at, unsigned size) {
    for (;;) {
        // acquire: value and mark were there while no store to the line was under way.
        const u64 version = line.load(std::memory_order_acquire);
        const u64 value = load_host(at, size);
        // the value before the version's second look
        std::atomic_thread_fence(std::memory_order_acquire);
        const bool marked = is_marked(machine, page);
        if ((version & 1) == 0 && line.load(std::memory_order_relaxed) == version) {
            return marked ? std::optional(Seen{version, value}) : std::nullopt;
        }
        cpu_relax();
    }
}

// Takes the reservation's value, version and, if asked to, the line's lock; false: the page has
// lost its mark.
bool try_reserve(Hart& hart, u64 page, PhysAddr physical, unsigned size, u64& value) {
    MachineContext& machine = hart.machine;
    Reservation& reservation = hart.own.reservation;
    LineVersions::Word& line = machine.lines.of(physical);
    const u8* at = machine.ram.host(physical);
    if (reservation.failures < patience) {
        const std::optional<Seen> seen = look(machine, line, page, at, size);
        if (!seen) {
            return false;
        }
        reservation.version = seen->version;
        value = seen->value;
        return true;
    }
    reservation.version = LineVersions::lock(line);
    if (!is_marked(machine, page)) {
        LineVersions::unlock_unchanged(line, reservation.version);
        return false;
    }
    reservation.held = &line;
    value = load_host(at, size);
    return true;
}

void unmark(Hart& hart, u64 page) {
    MachineContext& machine = hart.machine;
    constexpr u64 lines_in_page = page_size / LineVersions::line_size;
    const PhysAddr base = ram_base + page * page_size;
    exclusively(hart, [&] {
        if (!is_marked(machine, page)) {
            return;  // another store was first
        }
        std::array<u64, lines_in_page> versions;
        for (u64 n = 0; n < lines_in_page; ++n) {
            versions[n] = LineVersions::lock(machine.lines.of(base + n * LineVersions::line_size));
        }
        machine.attributes.clear(page, PageAttributes::reservation);
        for (u64 n = 0; n < lines_in_page; ++n) {
            LineVersions::unlock_changed(machine.lines.of(base + n * LineVersions::line_size),
                                         versions[n]);
        }
        machine.reservation_use.reserved(page);  // counts from zero if it is marked again
    });
}

}  // namespace

u64 reserve(Hart& hart, u64 page, PhysAddr at, unsigned size) {
    hart.machine.reservation_use.reserved(page);
    u64 value = 0;
    do {
        mark(hart, page);
    } while (!try_reserve(hart, page, at, size, value));
    return value;
}

void note_slow_store(Hart& hart, u64 page) {
    if (hart.machine.reservation_use.stored(page)) [[unlikely]] {
        unmark(hart, page);
    }
}

void give_up_reservation(Hart& hart) {
    hart.own.reservation.release_line();
    hart.own.reservation.valid = false;
}

}  // namespace stampede
