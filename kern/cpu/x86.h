// x86.h: the processor's special instructions as functions. No other C header has inline assembly.
#pragma once

#include "cpu/paging.h"
#include <stdint.h>

// EFLAGS (Intel SDM vol. 1, 3.4.3)
#define EFLAGS_CF 0x00000001u
#define EFLAGS_FIXED 0x00000002u // always 1
#define EFLAGS_TF 0x00000100u    // trap after each instruction
#define EFLAGS_IF 0x00000200u    // interrupts on
#define EFLAGS_DF 0x00000400u    // string instructions go down
#define EFLAGS_NT 0x00004000u
#define EFLAGS_RF 0x00010000u
#define EFLAGS_VM 0x00020000u
#define EFLAGS_AC \
	0x00040000u // alignment checks for users; with SMAP, the kernel may touch user pages

// The flags that a program may set, and that a frame of a signal or a tracer may therefore change.
#define EFLAGS_USER                                                                              \
	(EFLAGS_CF | 0x4u | 0x10u | 0x40u | 0x80u | EFLAGS_TF | EFLAGS_DF | 0x800u | EFLAGS_RF | \
	 EFLAGS_AC)

// Control registers (Intel SDM vol. 3, 2.5); cpu/paging.h has the bits that concern paging.
#define CR0_MP 0x00000002u // wait/fwait obey TS
#define CR0_EM 0x00000004u
#define CR0_TS 0x00000008u // the next FPU instruction traps
#define CR0_NE 0x00000020u
#define CR0_AM 0x00040000u
#define CR4_OSFXSR 0x00000200u
#define CR4_OSXMMEXCPT 0x00000400u
#define CR4_UMIP 0x00000800u
#define CR4_SMEP 0x00100000u
#define CR4_SMAP 0x00200000u

// Registers of the kernel at one instruction. Without those that a function may change for its
// caller, if registers_save has filled it.
struct registers {
	uint32_t ebx, ecx, edx, esi, edi, ebp, eax, eip, esp;
};

// Store at *here the registers as they are at this place in the calling function, for a debugger
// that finds the function's callers and their arguments. EIP is an address in the calling function.
// EAX, ECX and EDX become 0 in *here.
static inline __attribute__((always_inline)) void registers_save(struct registers *here)
{
	*here = (struct registers){ 0 };
	__asm__ volatile("movl %%ebx, %0; movl %%esi, %1; movl %%edi, %2; movl %%ebp, %3\n\t"
	                 "movl %%esp, %4; movl $1f, %5; 1:"
	                 : "=m"(here->ebx), "=m"(here->esi), "=m"(here->edi), "=m"(here->ebp),
	                   "=m"(here->esp), "=m"(here->eip));
}

// Read a byte from the I/O port `port`. Returns it.
static inline uint8_t inb(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

// Write the byte `value` to the I/O port `port`.
static inline void outb(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

// Write the two bytes of `value` to the I/O port `port` at once.
static inline void outw(uint16_t port, uint16_t value)
{
	__asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

// Write the four bytes of `value` to the I/O port `port` at once.
static inline void outl(uint16_t port, uint32_t value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

// Write bytes[n] to the I/O port `port`, one byte after another, the first first; `n` may be 0.
// Does not wait until the device can take them.
static inline void outsb(uint16_t port, const void *bytes, uint32_t n)
{
	__asm__ volatile("rep outsb" : "+S"(bytes), "+c"(n) : "d"(port) : "memory");
}

// Store `value` in the `n` words of 4 bytes from `dst` on; `n` may be 0, and `dst` need not be
// aligned. `rep` counts as `n` instructions of the guest.
static inline void stosl(void *dst, uint32_t value, uint32_t n)
{
	__asm__ volatile("rep stosl" : "+D"(dst), "+c"(n) : "a"(value) : "memory");
}

// Copy `n` words of 4 bytes from `src` to `dst`, the lowest first; `n` may be 0, and neither need
// be aligned. The ranges must not overlap, unless `dst` is below `src`.
static inline void movsl(void *dst, const void *src, uint32_t n)
{
	__asm__ volatile("rep movsl" : "+D"(dst), "+S"(src), "+c"(n) : : "memory");
}

// Returns CR0: whether paging, write protection and the FPU are on.
static inline uint32_t read_cr0(void)
{
	uint32_t value;

	__asm__ volatile("movl %%cr0, %0" : "=r"(value));
	return value;
}

// Set CR0 to `value`, all of it: to change a bit, begin with read_cr0. "memory": the compiler must
// not move memory accesses across a change of paging.
static inline void write_cr0(uint32_t value)
{
	__asm__ volatile("movl %0, %%cr0" : : "r"(value) : "memory");
}

// Returns the linear address whose access caused the last page fault; the next one overwrites it.
static inline uint32_t read_cr2(void)
{
	uint32_t value;

	__asm__ volatile("movl %%cr2, %0" : "=r"(value));
	return value;
}

// Store the address `value` in CR2, as a page fault does. Only the grader's operations need it.
static inline void write_cr2(uint32_t value)
{
	__asm__ volatile("movl %0, %%cr2" : : "r"(value));
}

// Returns the physical address of the page directory in use.
static inline uint32_t read_cr3(void)
{
	uint32_t value;

	__asm__ volatile("movl %%cr3, %0" : "=r"(value));
	return value;
}

// Switch to the page directory at physical address `value`, which is page-aligned. Flushes every
// TLB entry that is not global, also if `value` is the directory in use. The code and the stack in
// use must be mapped there too.
static inline void write_cr3(uint32_t value)
{
	__asm__ volatile("movl %0, %%cr3" : : "r"(value) : "memory");
}

// Returns CR4: which extensions of the processor are on.
static inline uint32_t read_cr4(void)
{
	uint32_t value;

	__asm__ volatile("movl %%cr4, %0" : "=r"(value));
	return value;
}

// Set CR4 to `value`, all of it, for example to turn SMAP on: to change a bit, begin with read_cr4.
// Faults for a bit that the processor does not know.
static inline void write_cr4(uint32_t value)
{
	__asm__ volatile("movl %0, %%cr4" : : "r"(value) : "memory");
}

// Set the linear address of breakpoint `n`, 0 to 3; any other `n` means 3 (Intel SDM vol. 3,
// 17.2.1). Does not turn the breakpoint on (write_dr7).
static inline void write_dr(unsigned int n, uint32_t address)
{
	switch (n) {
	case 0:
		__asm__ volatile("movl %0, %%dr0" : : "r"(address));
		break;
	case 1:
		__asm__ volatile("movl %0, %%dr1" : : "r"(address));
		break;
	case 2:
		__asm__ volatile("movl %0, %%dr2" : : "r"(address));
		break;
	default:
		__asm__ volatile("movl %0, %%dr3" : : "r"(address));
		break;
	}
}

// Returns the reasons for the debug exceptions since write_dr6(0), DEBUG_ bits, and reserved bits
// that are 1; the processor sets bits of reasons and never clears any.
static inline uint32_t read_dr6(void)
{
	uint32_t value;

	__asm__ volatile("movl %%dr6, %0" : "=r"(value));
	return value;
}

// Set DR6 to `value`; 0 clears the reasons that the processor has noted. Reserved bits stay 1.
static inline void write_dr6(uint32_t value)
{
	__asm__ volatile("movl %0, %%dr6" : : "r"(value));
}

// Set DR7 to `value`: which breakpoints are on, and their kinds and lengths
// (cpu/debug_registers.h). 0 switches all off.
static inline void write_dr7(uint32_t value)
{
	__asm__ volatile("movl %0, %%dr7" : : "r"(value) : "memory");
}

// Flush this CPU's TLB entry of the page that contains `va`, also a global one, and that of a large
// page as a whole. Does nothing if there is none; never faults.
static inline void invlpg(uintptr_t va)
{
	__asm__ volatile("invlpg (%0)" : : "r"(va) : "memory");
}

// Returns the flags register.
static inline uint32_t read_eflags(void)
{
	uint32_t value;

	__asm__ volatile("pushfl; popl %0" : "=r"(value));
	return value;
}

// The address of the instruction that this expression becomes, so that a report can name the place.
#define code_address()                                         \
	({                                                     \
		uint32_t here_;                                \
		__asm__ volatile("movl $., %0" : "=r"(here_)); \
		here_;                                         \
	})

// Turn interrupts off.
static inline void cli(void)
{
	__asm__ volatile("cli" : : : "memory");
}

// Wait for an interrupt, handle it, and return with interrupts off. `sti` takes effect only after
// the next instruction (Intel SDM vol. 2, STI), so no interrupt can come between it and `hlt`: the
// processor would then sleep although something happened. Handlers take spinlocks, so the caller
// must have none; they run on this stack.
static inline void halt_for_interrupt(void)
{
	__asm__ volatile("sti; hlt; cli" : : : "memory");
}

// Handle the interrupts that are pending, if any, and return with interrupts off. The `nop` is the
// instruction after which `sti` takes effect. Handlers take spinlocks, so the caller must have
// none; they run on this stack.
static inline void take_interrupts(void)
{
	__asm__ volatile("sti; nop; cli" : : : "memory");
}

// Stop this CPU for good, with interrupts off. A non-maskable interrupt is still handled; then it
// stops again.
static inline void __attribute__((noreturn)) halt_forever(void)
{
	for (;;)
		__asm__ volatile("cli; hlt" : : : "memory");
}

// The result of CPUID for a leaf and a subleaf (Intel SDM vol. 2, CPUID).
struct cpuid_regs {
	uint32_t eax, ebx, ecx, edx;
};

// Execute CPUID for `leaf` and `subleaf` (0 for a leaf without subleaves). A leaf above the highest
// one may return the data of another leaf. So compare first, unless the leaf is known to exist:
// with EAX of leaf 0; from 0x80000000 on with EAX of that leaf.
static inline struct cpuid_regs cpuid(uint32_t leaf, uint32_t subleaf)
{
	struct cpuid_regs r;

	__asm__ volatile("cpuid"
	                 : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
	                 : "a"(leaf), "c"(subleaf));
	return r;
}

// Returns model-specific register `number`. A protection fault in the kernel if the processor does
// not have it: ask cpuid() first.
static inline uint64_t rdmsr(uint32_t number)
{
	uint64_t value;

	__asm__ volatile("rdmsr" : "=A"(value) : "c"(number));
	return value;
}

// Store `value` in model-specific register `number`. A protection fault in the kernel if the
// processor does not have it, or refuses the value.
static inline void wrmsr(uint32_t number, uint64_t value)
{
	__asm__ volatile("wrmsr" : : "c"(number), "A"(value) : "memory");
}

// Returns the time-stamp counter. Under QEMU's -icount shift=0 it counts instructions.
static inline uint64_t rdtsc(void)
{
	uint64_t value;

	__asm__ volatile("rdtsc" : "=A"(value));
	return value;
}

// The operand of lgdt and lidt (Intel SDM vol. 3, 2.4).
struct pseudo_descriptor {
	uint16_t limit;
	uint32_t base;
} __attribute__((packed));

// Load the address and the limit (bytes - 1) of the global descriptor table, which must stay where
// it is; *pd itself is only read now. Segment registers keep their old descriptors until they are
// loaded again.
static inline void lgdt(const struct pseudo_descriptor *pd)
{
	__asm__ volatile("lgdt %0" : : "m"(*pd));
}

// Load the address and the limit (bytes - 1) of the interrupt descriptor table, which must stay
// where it is; *pd itself is only read now.
static inline void lidt(const struct pseudo_descriptor *pd)
{
	__asm__ volatile("lidt %0" : : "m"(*pd));
}

// Load the task register with `selector`, that of a task-state segment in the global descriptor
// table: from now on the processor finds the kernel's stack in this TSS. Marks its descriptor as
// busy; faults if it is busy already.
static inline void ltr(uint16_t selector)
{
	__asm__ volatile("ltr %0" : : "r"(selector));
}

// Load the local descriptor table that `selector` names; 0: there is none.
static inline void lldt(uint16_t selector)
{
	__asm__ volatile("lldt %0" : : "r"(selector));
}

// Returns the selector in FS, which belongs to the running program.
static inline uint16_t read_fs(void)
{
	uint16_t value;

	__asm__ volatile("movw %%fs, %0" : "=r"(value));
	return value;
}

// Returns the selector in GS, which belongs to the running program.
static inline uint16_t read_gs(void)
{
	uint16_t value;

	__asm__ volatile("movw %%gs, %0" : "=r"(value));
	return value;
}

// Clear CR0.TS: FPU and SSE instructions do not trap any more.
static inline void clts(void)
{
	__asm__ volatile("clts");
}

// Save the registers of FPU and SSE to `area`: 512 bytes, aligned to 16 (struct fpu_state). The
// registers keep their values. Traps if CR0.TS is set; faults if `area` is not aligned.
static inline void fxsave(void *area)
{
	__asm__ volatile("fxsave (%0)" : : "r"(area) : "memory");
}

// Load the registers of FPU and SSE from `area`: as for fxsave, 512 bytes, aligned to 16. Traps if
// CR0.TS is set; faults if `area` is not aligned, or if it sets a bit of mxcsr that the processor
// lacks (fpu_mxcsr_mask).
static inline void fxrstor(const void *area)
{
	__asm__ volatile("fxrstor (%0)" : : "r"(area) : "memory");
}
