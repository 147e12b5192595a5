#include "harts/tests/programs/runtime.h"

#include <cassert>

#include "harts/core/csr_numbers.h"
#include "harts/tests/programs/assembler.h"
#include "harts/tests/programs/body.h"
#include "harts/tests/programs/memory_map.h"

namespace stampede::programs {
namespace {

using isa::Op;

// Offsets from mscratch.
enum Frame : i64 {
    frame_registers = 0,  // x0 to x31
    frame_vector = 256,   // which entry of the vector table was taken
    frame_trap_hash = 264,
    frame_trap_count = 272,
    frame_record = 280,
    frame_left = 288,  // bodies to go, the current one included
};

constexpr u64 uart = 0x1000'0000;
constexpr i64 uart_line_status = 5;
constexpr i64 uart_can_send = 0x20;
constexpr u64 finisher = 0x10'0000;
constexpr u64 finisher_passed = 0x5555;
constexpr u64 clint_mtimecmp = 0x200'4000;
constexpr u64 hash_factor = 0x9e37'79b9'7f4a'7c15;
constexpr unsigned vectors = 16;
constexpr i64 supervisor_return = 64;  // of supervisor_handler: behind its vectors
constexpr u64 software_interrupts = csr::ssi | csr::sti | csr::sei;

class Runtime {
public:
    Runtime(std::size_t bodies, Detail detail) : detail_(detail), bodies_(bodies) {}

    std::vector<u8> build() {
        start();
        next_body();
        finish_body();
        trap_entry();
        log_trap();
        handle_trap();
        handle_service();
        skip_instruction();
        resume();
        subroutines();
        assert(a_.here() <= supervisor_handler);
        while (a_.here() < supervisor_handler) {
            a_.raw_halfword(0);
        }
        supervisor_vectors();
        return a_.finish();
    }

private:
    void emit(Op op, i64 first = 0, i64 second = 0, i64 third = 0) {
        a_.emit(op, first, second, third);
    }
    void li(Register rd, u64 value) { a_.load_immediate(rd, value); }
    void read(Register rd, u32 number) { emit(Op::Csrrs, rd, number, zero); }
    void write(u32 number, Register rs) { emit(Op::Csrrw, zero, number, rs); }
    void move(Register rd, Register rs) { emit(Op::Addi, rd, rs, 0); }
    void call(Label routine) { a_.jump(ra, routine); }
    void ret() { emit(Op::Jalr, zero, ra, 0); }

    void start() {
        const Label first_hart = a_.label();
        read(t0, csr::mhartid);
        a_.branch(Op::Beq, t0, zero, first_hart);
        const Label parked = a_.bound_label();
        emit(Op::Wfi);
        a_.jump(zero, parked);
        a_.bind(first_hart);
        li(t0, ~u64{0});
        write(csr::pmpaddr0, t0);
        li(t1, 0x1f);  // all of memory, for reading, writing and executing
        write(csr::pmpcfg0, t1);
        li(t1, clint_mtimecmp);
        emit(Op::Sd, t0, t1, 0);  // no timer interrupt, ever
        write(csr::mcounteren, zero);
        li(t0, frame_base);
        write(csr::mscratch, t0);
        li(t1, records_base);
        emit(Op::Sd, t1, t0, frame_record);
        li(t1, bodies_);
        emit(Op::Sd, t1, t0, frame_left);
    }

    void next_body() {
        a_.bind(next_body_);
        li(s11, frame_base);
        emit(Op::Ld, t0, s11, frame_left);
        const Label more = a_.label();
        a_.branch(Op::Bne, t0, zero, more);
        li(t0, finisher);
        li(t1, finisher_passed);
        emit(Op::Sw, t1, t0, 0);
        const Label stopped = a_.bound_label();
        a_.jump(zero, stopped);
        a_.bind(more);
        emit(Op::Ld, s0, s11, frame_record);
        fill_data();
        apply_pokes();
        enter_body();
    }

    void fill_data() {
        emit(Op::Ld, t0, s0, 8 * record_data_seed);
        li(t1, data_base);
        li(t2, data_base + data_bytes);
        li(t3, hash_factor);
        const Label loop = a_.bound_label();
        emit(Op::Sd, t0, t1, 0);
        emit(Op::Mul, t0, t0, t3);
        emit(Op::Addi, t0, t0, 1);
        emit(Op::Srli, t4, t0, 29);
        emit(Op::Xor, t0, t0, t4);
        emit(Op::Addi, t1, t1, 8);
        a_.branch(Op::Bne, t1, t2, loop);
    }

    void apply_pokes() {
        emit(Op::Ld, t0, s0, 8 * record_pokes);
        emit(Op::Ld, t1, s0, 8 * record_poke_count);
        const Label done = a_.label();
        const Label loop = a_.bound_label();
        a_.branch(Op::Beq, t1, zero, done);
        emit(Op::Ld, t2, t0, 0);
        emit(Op::Ld, t3, t0, 8);
        emit(Op::Sd, t3, t2, 0);
        emit(Op::Addi, t0, t0, 16);
        emit(Op::Addi, t1, t1, -1);
        a_.jump(zero, loop);
        a_.bind(done);
    }

    void enter_body() {
        emit(Op::Sd, zero, s11, frame_trap_hash);
        emit(Op::Sd, zero, s11, frame_trap_count);
        emit(Op::Addi, t0, s11, frame_vector);
        emit(Op::ScD, zero, zero, t0);  // no reservation is left
        for (const auto& [number, word] : {std::pair<u32, unsigned>{csr::mstatus, record_mstatus},
                                           {csr::mepc, record_entry},
                                           {csr::satp, record_satp},
                                           {csr::medeleg, record_medeleg},
                                           {csr::mideleg, record_mideleg},
                                           {csr::mie, record_mie},
                                           {csr::stvec, record_stvec}}) {
            emit(Op::Ld, t0, s0, 8 * word);
            write(number, t0);
        }
        a_.load_address(t0, vector_table_);
        emit(Op::Ld, t1, s0, 8 * record_mtvec_mode);
        emit(Op::Or, t0, t0, t1);
        write(csr::mtvec, t0);
        for (const u32 number :
             {csr::sepc, csr::scause, csr::stval, csr::sscratch, csr::mcause, csr::mtval}) {
            write(number, zero);
        }
        emit(Op::SfenceVma, zero, zero);
        emit(Op::FenceI);
        for (u8 x = 1; x < 32; ++x) {
            if (x != s0) {
                emit(Op::Ld, x, s0, 8 * (record_registers + x));
            }
        }
        emit(Op::Ld, s0, s0, 8 * (record_registers + i64{s0}));
        emit(Op::Mret);
    }

    // One word into the hash, and onto the console if everything is asked for. Value in a0, hash in
    // s10, factor in s9.
    void account() { call(account_); }
    void account_csr(u32 number, u64 mask) {
        read(a0, number);
        if (mask != ~u64{0}) {
            li(t0, mask);
            emit(Op::And, a0, a0, t0);
        }
        account();
    }

    void finish_body() {
        a_.bind(body_done_);
        li(s11, frame_base);
        li(s9, hash_factor);
        li(s10, 0);
        const auto account_words = [&](u64 from, u64 to) {
            li(s1, from);
            li(s2, to);
            const Label loop = a_.bound_label();
            emit(Op::Ld, a0, s1, 0);
            account();
            emit(Op::Addi, s1, s1, 8);
            a_.branch(Op::Bne, s1, s2, loop);
        };
        account_words(frame_base + 8, frame_base + 256);
        account_words(frame_base + frame_trap_hash, frame_base + frame_trap_count + 8);
        for (const u32 number : {csr::satp, csr::sstatus, csr::sepc, csr::scause, csr::stval,
                                 csr::sscratch, csr::stvec, csr::medeleg}) {
            account_csr(number, ~u64{0});
        }
        for (const u32 number : {csr::mideleg, csr::mie, csr::mip}) {
            account_csr(number, software_interrupts);
        }
        account_pokes();
        account_words(data_base, data_base + data_bytes);
        if (detail_ == Detail::Everything) {
            account_words(trap_log_base, trap_log_base + logged_traps * logged_trap_words * 8);
        }
        move(a0, s10);
        call(print_);
        for (const u32 number : {csr::satp, csr::mstatus, csr::mie}) {
            write(number, zero);
        }
        li(t0, software_interrupts);
        emit(Op::Csrrc, zero, csr::mip, t0);
        emit(Op::SfenceVma, zero, zero);
        emit(Op::Ld, t0, s11, frame_record);
        emit(Op::Addi, t0, t0, 8 * record_words);
        emit(Op::Sd, t0, s11, frame_record);
        emit(Op::Ld, t0, s11, frame_left);
        emit(Op::Addi, t0, t0, -1);
        emit(Op::Sd, t0, s11, frame_left);
        a_.jump(zero, next_body_);
    }

    // The page-table entries as they are now; then they go, so that the next body finds none but
    // its own.
    void account_pokes() {
        emit(Op::Ld, s0, s11, frame_record);
        emit(Op::Ld, s1, s0, 8 * record_pokes);
        emit(Op::Ld, s2, s0, 8 * record_poke_count);
        const Label done = a_.label();
        const Label loop = a_.bound_label();
        a_.branch(Op::Beq, s2, zero, done);
        emit(Op::Ld, s3, s1, 0);
        emit(Op::Ld, a0, s3, 0);
        emit(Op::Sd, zero, s3, 0);
        account();
        emit(Op::Addi, s1, s1, 16);
        emit(Op::Addi, s2, s2, -1);
        a_.jump(zero, loop);
        a_.bind(done);
    }

    void trap_entry() {
        a_.align(64);
        a_.bind(vector_table_);
        std::vector<Label> entries;
        for (unsigned n = 0; n < vectors; ++n) {
            entries.push_back(a_.label());
            a_.jump(zero, entries.back());
        }
        const Label common = a_.label();
        for (unsigned n = 0; n < vectors; ++n) {
            a_.bind(entries[n]);
            emit(Op::Csrrw, t6, csr::mscratch, t6);
            emit(Op::Sd, t5, t6, frame_registers + 8 * t5);
            emit(Op::Addi, t5, zero, n);
            a_.jump(zero, common);
        }
        a_.bind(common);
        emit(Op::Sd, t5, t6, frame_vector);
        for (u8 x = 1; x < t5; ++x) {
            emit(Op::Sd, x, t6, frame_registers + 8 * x);
        }
        emit(Op::Csrrw, t5, csr::mscratch, t6);
        emit(Op::Sd, t5, t6, frame_registers + 8 * t6);
    }

    // From here: s0 frame, s1 cause, s2 pc, s3 tval, s4 mstatus, s5 whether the supervisor's
    // handler passes on a trap, s6 stvec's base, s9 and s10 for the hash.
    void log_trap() {
        move(s0, t6);
        read(s1, csr::mcause);
        read(s2, csr::mepc);
        forget_choices(s1, csr::mtval);
        read(s3, csr::mtval);
        read(s4, csr::mstatus);
        li(s9, hash_factor);
        emit(Op::Ld, s10, s0, frame_trap_hash);
        log_place();
        emit(Op::Ld, a0, s0, frame_vector);
        log_word(0, a0);
        log_word(1, s1);
        log_word(2, s2);
        log_word(3, s3);
        log_word(4, s4);
        // Does it come from the supervisor's handler? Then the trap proper is in the supervisor's
        // CSRs.
        const Label own = a_.label();
        li(s5, 0);
        read(s6, csr::stvec);
        emit(Op::Andi, s6, s6, -4);
        emit(Op::Addi, t1, s1, -9);  // ecall from S
        a_.branch(Op::Bne, t1, zero, own);
        emit(Op::Sub, t1, s2, s6);
        li(t2, supervisor_return);
        a_.branch(Op::Bgeu, t1, t2, own);
        li(s5, 1);
        read(s1, csr::scause);
        read(s2, csr::sepc);
        forget_choices(s1, csr::stval);
        read(s3, csr::stval);
        log_word(5, s1);
        log_word(6, s2);
        log_word(7, s3);
        read(a0, csr::sstatus);
        log_word(8, a0);
        a_.bind(own);
        emit(Op::Sd, s10, s0, frame_trap_hash);
        emit(Op::Ld, t0, s0, frame_trap_count);
        emit(Op::Addi, t0, t0, 1);
        emit(Op::Sd, t0, s0, frame_trap_count);
        li(t1, trap_limit);
        const Label few = a_.label();
        a_.branch(Op::Bltu, t0, t1, few);
        a_.jump(zero, body_done_);
        a_.bind(few);
    }

    // What implementations choose: an ebreak's tval is its address or zero; an access fault's names
    // the access, or, as in QEMU, the aligned words around a misaligned one.
    void forget_choices(Register cause, u32 tval) {
        const Label other = a_.label();
        emit(Op::Addi, t1, cause, -3);
        a_.branch(Op::Bne, t1, zero, other);
        write(tval, zero);
        a_.bind(other);
        const Label done = a_.label();
        emit(Op::Andi, t1, cause, -3);
        emit(Op::Addi, t1, t1, -5);  // causes 5 and 7
        a_.branch(Op::Bne, t1, zero, done);
        emit(Op::Csrrci, zero, tval, 7);
        a_.bind(done);
    }

    // s7: where this trap's words go.
    void log_place() {
        if (detail_ != Detail::Everything) {
            return;
        }
        emit(Op::Ld, s7, s0, frame_trap_count);
        li(t1, logged_traps - 1);
        const Label fits = a_.label();
        a_.branch(Op::Bgeu, t1, s7, fits);
        move(s7, t1);
        a_.bind(fits);
        li(t1, logged_trap_words * 8);
        emit(Op::Mul, s7, s7, t1);
        li(t1, trap_log_base);
        emit(Op::Add, s7, s7, t1);
    }
    void log_word(unsigned number, Register value) {
        if (detail_ == Detail::Everything) {
            emit(Op::Sd, value, s7, 8 * number);
        }
        if (value != a0) {
            move(a0, value);
        }
        call(mix_);
    }

    void handle_trap() {
        const Label exception = a_.label();
        a_.branch(Op::Bge, s1, zero, exception);
        li(t0, software_interrupts);
        emit(Op::Csrrc, zero, csr::mip, t0);
        a_.jump(zero, resume_);
        a_.bind(exception);
        for (const u64 fetch_cause : {1, 12}) {  // there is no instruction to skip
            li(t0, fetch_cause);
            const Label other = a_.label();
            a_.branch(Op::Bne, s1, t0, other);
            a_.jump(zero, body_done_);
            a_.bind(other);
        }
    }

    // An illegal instruction that is service_call(n).
    void handle_service() {
        li(t0, 2);
        a_.branch(Op::Bne, s1, t0, skip_);
        li(t0, service_call(31) & ~service_call(0));  // the number's bits
        emit(Op::And, t1, s3, t0);
        emit(Op::Sub, t2, s3, t1);
        li(t0, service_call(0));
        a_.branch(Op::Bne, t2, t0, skip_);
        emit(Op::Srli, t1, t1, 15);
        li(t0, finish_service);
        const Label stays = a_.label();
        a_.branch(Op::Bne, t1, t0, stays);
        a_.jump(zero, body_done_);
        a_.bind(stays);
        li(t0, poke_services + status_services);
        a_.branch(Op::Bgeu, t1, t0, skip_);
        emit(Op::Ld, t2, s0, frame_record);
        li(t0, poke_services);
        const Label status = a_.label();
        a_.branch(Op::Bgeu, t1, t0, status);
        poke_and_fence();
        a_.jump(zero, skip_);
        a_.bind(status);
        emit(Op::Sub, t1, t1, t0);
        emit(Op::Slli, t1, t1, 3);
        emit(Op::Ld, t2, t2, 8 * record_status_masks);
        emit(Op::Add, t2, t2, t1);
        emit(Op::Ld, t3, t2, 0);
        emit(Op::Xor, s4, s4, t3);
        write(csr::mstatus, s4);
    }

    // Service t1 of the record at t2.
    void poke_and_fence() {
        emit(Op::Slli, t3, t1, 5);
        emit(Op::Ld, t2, t2, 8 * record_services);
        emit(Op::Add, t2, t2, t3);
        emit(Op::Ld, t3, t2, 0);
        emit(Op::Ld, t4, t2, 8);
        a_.branch(Op::Beq, t3, zero, skip_);
        emit(Op::Ld, a0, t3, 0);  // its A and D so far
        emit(Op::Sd, t4, t3, 0);
        call(mix_);
        emit(Op::Sd, s10, s0, frame_trap_hash);
        emit(Op::Ld, a0, t2, 16);
        emit(Op::Ld, a1, t2, 24);
        const Label fenced = a_.label();
        for (const auto& [address, asid] :
             {std::pair{zero, zero}, {a0, zero}, {zero, a1}, {a0, a1}}) {
            const Label next = a_.label();
            emit(Op::Andi, t4, t1, 3);
            a_.branch(Op::Bne, t4, zero, next);
            emit(Op::SfenceVma, address, asid);
            a_.jump(zero, fenced);
            a_.bind(next);
            emit(Op::Addi, t1, t1, -1);
        }
        a_.bind(fenced);
    }

    // Reads the instruction at s2 as the mode that executed it would (MPRV), executable pages
    // included (MXR).
    void skip_instruction() {
        a_.bind(skip_);
        move(t1, s4);
        const Label own = a_.label();
        a_.branch(Op::Beq, s5, zero, own);
        li(t0, csr::status_mpp);  // SPP is the mode: into MPP
        emit(Op::Xori, t2, t0, -1);
        emit(Op::And, t1, t1, t2);
        emit(Op::Andi, t2, s4, csr::status_spp);
        emit(Op::Slli, t2, t2, 3);
        emit(Op::Or, t1, t1, t2);
        a_.bind(own);
        li(t0, csr::status_mprv | csr::status_mxr);
        emit(Op::Or, t1, t1, t0);
        write(csr::mstatus, t1);
        emit(Op::Lhu, t2, s2, 0);
        write(csr::mstatus, s4);
        emit(Op::Andi, t2, t2, 3);
        li(t0, 3);
        emit(Op::Addi, s2, s2, 2);
        a_.branch(Op::Bne, t2, t0, resume_);
        emit(Op::Addi, s2, s2, 2);
    }

    // To s2, through the supervisor's sret if it passed the trap on.
    void resume() {
        a_.bind(resume_);
        const Label own = a_.label();
        const Label restore = a_.label();
        a_.branch(Op::Beq, s5, zero, own);
        write(csr::sepc, s2);
        li(t0, csr::status_tsr);  // the handler's sret must not trap
        emit(Op::Csrrc, zero, csr::mstatus, t0);
        emit(Op::Addi, s6, s6, supervisor_return);
        write(csr::mepc, s6);
        a_.jump(zero, restore);
        a_.bind(own);
        write(csr::mepc, s2);
        a_.bind(restore);
        read(t6, csr::mscratch);
        for (u8 x = 1; x < 32; ++x) {
            emit(Op::Ld, x, t6, frame_registers + 8 * x);
        }
        emit(Op::Mret);
    }

    void subroutines() {
        a_.bind(account_);
        if (detail_ == Detail::Everything) {
            move(s8, ra);
            call(mix_);
            call(print_);
            move(ra, s8);
            ret();
        }
        a_.bind(mix_);  // a0 into s10; uses t0
        emit(Op::Xor, s10, s10, a0);
        emit(Op::Mul, s10, s10, s9);
        emit(Op::Srli, t0, s10, 29);
        emit(Op::Xor, s10, s10, t0);
        ret();

        a_.bind(print_);  // a0 as 16 hexadecimal digits and a line's end; uses t0 to t4
        li(t0, uart);
        li(t1, 60);
        const Label digit = a_.bound_label();
        emit(Op::Srl, t2, a0, t1);
        emit(Op::Andi, t2, t2, 15);
        emit(Op::Sltiu, t3, t2, 10);
        const Label decimal = a_.label();
        a_.branch(Op::Bne, t3, zero, decimal);
        emit(Op::Addi, t2, t2, 'a' - '0' - 10);
        a_.bind(decimal);
        emit(Op::Addi, t2, t2, '0');
        send(t2);
        emit(Op::Addi, t1, t1, -4);
        a_.branch(Op::Bge, t1, zero, digit);
        li(t2, '\n');
        send(t2);
        ret();
    }
    void send(Register byte) {
        const Label full = a_.bound_label();
        emit(Op::Lbu, t4, t0, uart_line_status);
        emit(Op::Andi, t4, t4, uart_can_send);
        a_.branch(Op::Beq, t4, zero, full);
        emit(Op::Sb, byte, t0, 0);
    }

    // Each of the supervisor's entries passes its trap on to M-mode, which recognises it by the
    // address.
    void supervisor_vectors() {
        for (unsigned n = 0; n < vectors; ++n) {
            emit(Op::Ecall);
        }
        assert(a_.here() == supervisor_handler + supervisor_return);
        emit(Op::Sret);
    }

    Assembler a_{runtime_base};
    Detail detail_;
    std::size_t bodies_;
    Label next_body_ = a_.label();
    Label body_done_ = a_.label();
    Label vector_table_ = a_.label();
    Label skip_ = a_.label();
    Label resume_ = a_.label();
    Label account_ = a_.label();
    Label mix_ = a_.label();
    Label print_ = a_.label();
};

}  // namespace

std::vector<u8> runtime_image(std::size_t bodies, Detail detail) {
    return Runtime(bodies, detail).build();
}

}  // namespace stampede::programs
