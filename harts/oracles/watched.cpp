#include "harts/oracles/watched.h"

#include "harts/observe/kernel/inferred_view.h"

namespace stampede {

Watched::Watched(Machine& its_machine, const ElfImage& kernel, ConsoleLog& its_console,
                 const OracleSetup& its_setup)
    : setup(its_setup),
      machine(its_machine),
      console(its_console),
      symbols(kernel, setup.user_program, setup.find_program),
      events(machine.ram(), [this] { machine.request_stop(); }, setup.trace) {
    if (setup.described != nullptr) {
        if (const auto processes = inferred_processes(machine.ram(), *setup.described)) {
            events.know(*processes);
        }
    }
}

std::vector<HartStatus> Watched::harts() const {
    std::vector<HartStatus> all;
    for (u32 n = 0; n < machine.harts(); ++n) {
        all.push_back(status_of(machine.hart({n}), machine.ram(), events.traps({n})));
    }
    return all;
}

std::vector<HartAtEnd> Watched::harts_and_places() const {
    std::vector<HartAtEnd> all;
    for (const HartStatus& status : harts()) {
        all.push_back({status, events.place_of(machine.hart({status.hart}).own)});
    }
    return all;
}

Feeds Watched::heard() const {
    Feeds feeds;
    for (const auto& [feed, given] :
         {std::pair(Feed::AuditTable, events.audit_table() || setup.described != nullptr),
          {Feed::QuiescentPoint, was_quiescent},
          {Feed::FrameCalls, frames != nullptr && frames->told()},
          {Feed::GuestCalls, events.called()}}) {
        if (given) {
            feeds.put(feed);
        }
    }
    return feeds;
}

}  // namespace stampede
