#include "harts/report/forms/sarif_rules.h"

#include "harts/report/finding_kind.h"

namespace stampede {
namespace {

using enum FindingKind;

// Security severity where memory of one owner can be seen or changed by another; 7.0 and more is
// "high".
constexpr std::array<SarifRule, 16> rules{{
    {race, "DataRace", "error", "high", "",
     "Two harts access the same memory, at least one writes, and nothing orders them.",
     "No lock, atomic access or fence orders the two accesses; what the reader sees depends on "
     "timing.",
     "Compare the locks that both sides hold: one that both hold is missing, or an access has to "
     "be atomic."},
    {lock_order, "LockOrderInversion", "warning", "high", "", "Two locks are taken in both orders.",
     "A hart that holds one lock and wants the other, against a hart the other way round, waits "
     "for ever. It is "
     "reported even when no run came to that.",
     "Give the locks one order, and take them in it everywhere."},
    {deadlock, "Deadlock", "error", "very-high", "",
     "Harts wait for each other's locks in a circle.",
     "Each hart of the circle holds the lock that the one before it waits for.",
     "The stacks say where each hart waits and which locks it holds."},
    {panic, "Panic", "error", "very-high", "", "The kernel panicked.",
     "The kernel found its own state wrong and stopped.",
     "The stack leads from the panic to what the kernel was doing."},
    {guest_trap, "UnexpectedTrap", "error", "very-high", "",
     "An exception that nobody had foreseen.",
     "Kernel or program raised an exception which its handler does not expect, or which has no "
     "handler.",
     "Look at the instruction at the given address and at the address it used."},
    {audit, "FailedAudit", "error", "very-high", "7.0",
     "Page tables, reference counts and free lists contradict each other.",
     "With all harts parked, a frame's count must equal its mappings and holders, and a frame must "
     "be free exactly "
     "when its count is zero.",
     "Look for a path that changes a mapping without its count, a count without its lock, or both "
     "out of order."},
    {leak, "FrameLeak", "error", "very-high", "", "Frames that nobody holds are not free.",
     "After the last process is gone there are fewer free frames than before the first.",
     "The allocation's stack says what the frame was for; look for the path that does not give it "
     "back."},
    {use_after_free, "UseAfterFree", "error", "very-high", "8.8",
     "A frame was accessed after it had been freed.",
     "The frame may already belong to somebody else.",
     "A reference was dropped too early, or a mapping outlived its reference."},
    {double_free, "DoubleFree", "error", "very-high", "8.8", "A frame was freed twice.",
     "It can be handed out to two owners.", "A reference was dropped twice, or never taken."},
    {shared_write, "WriteToSharedFrame", "error", "very-high", "9.1",
     "A frame with more than one owner was written in place.",
     "Copy on write promises each owner its own contents; the others now see a write that is not "
     "theirs.",
     "The kernel has to copy the frame, or take it over as its last owner, before it writes."},
    {stale_translation, "StaleTranslation", "error", "very-high", "8.8",
     "An access went through a translation that the page table no longer allows.",
     "The page-table entry had changed, and no sfence.vma of this hart had covered the change.",
     "After a change of a mapping every hart that may hold it has to be told before the frame is "
     "given away."},
    {check_failed, "FailedCheck", "error", "very-high", "",
     "A program in the guest found a result that must not be.",
     "The workload checks its own bytes and the results of its system calls.",
     "The detail says what was expected and what was there."},
    {no_progress, "NoProgress", "error", "high", "",
     "The guest executes instructions and gets nowhere.",
     "A hart spins with nobody to release it, or nothing will ever wake the guest.",
     "The stacks say where each hart is and what it waits for."},
    {device_misuse, "DeviceMisuse", "error", "very-high", "",
     "A driver asked a device for what no driver may ask.",
     "The device's specification forbids it: a real one may do anything then, to any memory.",
     "The detail says what the device was given and what it expects; the stack says by whom."},
    {timeout, "Timeout", "warning", "medium", "",
     "The run did not end within its time on the host.",
     "The guest may be stuck, or the host slow.",
     "Run it again with a larger --timeout; the stacks say where each hart was."},
    {harness_fault, "HarnessFault", "warning", "medium", "", "The harness itself failed.",
     "Nothing is known about the guest.", "Report it with the command that runs it again."},
}};

consteval bool in_order_and_short() {
    for (std::size_t n = 0; n < rules.size(); ++n) {
        if (static_cast<std::size_t>(rules[n].kind) != n || rules[n].name.size() > 255 ||
            rules[n].summary.size() + 1 + rules[n].explanation.size() > 1024) {
            return false;
        }
    }
    return rules.size() == finding_kind_names.size();
}
static_assert(in_order_and_short());

}  // namespace

const std::array<SarifRule, 16>& sarif_rules() { return rules; }

}  // namespace stampede
