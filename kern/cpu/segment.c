// segment.c: the segments. With paging they are of little use, but the processor needs some: flat
// code and data segments for kernel and users, a task-state segment that holds the address of the
// kernel stack, and a second task-state segment for double faults.
#include "cpu/segment.h"

#include "cpu/smep_smap.h"
#include "cpu/trap.h"
#include "cpu/x86.h"
#include "layout.h"

// Intel SDM vol. 3, 7.2.1
struct tss {
	uint32_t link, esp0, ss0, esp1, ss1, esp2, ss2, cr3, eip, eflags;
	uint32_t eax, ecx, edx, ebx, esp, ebp, esi, edi;
	uint32_t es, cs, ss, ds, fs, gs, ldt;
	uint16_t trap, io_map;
};

#define SEG_TSS 0x00000900u // system segment: 32-bit task state, not busy

extern uint32_t boot_pgdir[]; // boot/start.S
void segment_reload(void);
void double_fault_entry(void);

static struct segment_desc gdt[GDT_ENTRIES] __aligned(16);
static struct tss tss, double_fault_tss;
static uint8_t double_fault_stack[PAGE_SIZE] __aligned(16);

// Fill both task-state segments and their descriptors. The main one is never loaded again: the
// processor takes esp0 and ss0 from it when a program traps, and saves the victim's registers into
// it on a double fault.
static void tss_init(void)
{
	uint32_t tss_flags = SEG_PRESENT | SEG_TSS;

	tss.ss0 = KERNEL_DS;
	tss.io_map = sizeof(tss); // beyond the limit: no port is open to users

	// The double-fault task runs on a stack of its own: the reason is most often that the
	// kernel's stack is used up.
	double_fault_tss = (struct tss){
		.cr3 = virt_to_phys(boot_pgdir),
		.eip = (uintptr_t)double_fault_entry,
		.eflags = EFLAGS_FIXED,
		.esp = (uintptr_t)double_fault_stack + sizeof(double_fault_stack),
		.es = USER_DS,
		.cs = KERNEL_CS,
		.ss = KERNEL_DS,
		.ds = USER_DS,
		.io_map = sizeof(tss),
	};
	gdt[GDT_TSS] = segment_make((uintptr_t)&tss, sizeof(tss) - 1, tss_flags);
	gdt[GDT_DOUBLE_FAULT] = segment_make((uintptr_t)&double_fault_tss, sizeof(tss) - 1,
	                                     tss_flags);
}

// The order matters. The table must be complete before lgdt loads it.
void segment_init(void)
{
	uint32_t flat = SEG_PRESENT | SEG_CODE_OR_DATA | SEG_32BIT | SEG_PAGES | SEG_ACCESSED |
	                SEG_WRITABLE;
	struct pseudo_descriptor pd = { sizeof(gdt) - 1, (uintptr_t)gdt };

	gdt[GDT_KERNEL_CS] = segment_make(0, 0xFFFFF, flat | SEG_CODE);
	gdt[GDT_KERNEL_DS] = segment_make(0, 0xFFFFF, flat);
	gdt[GDT_USER_CS] = segment_make(0, 0xFFFFF, flat | SEG_CODE | SEG_DPL3);
	gdt[GDT_USER_DS] = segment_make(0, 0xFFFFF, flat | SEG_DPL3);
	tss_init();
	lgdt(&pd);
	segment_reload();
	lldt(0);
	ltr(TSS_SELECTOR);
	smep_smap_init();
}

void segment_set_kernel_stack(uintptr_t top)
{
	tss.esp0 = top;
}

void segment_load_tls(const struct segment_desc tls[TLS_SLOTS])
{
	for (size_t i = 0; i < TLS_SLOTS; i++)
		gdt[GDT_TLS + i] = tls[i];
}

// A task switch saves registers in the TSS instead of pushing a frame (Intel SDM vol. 3, 8.3).
void segment_victim_frame(struct trapframe *frame)
{
	*frame = (struct trapframe){
		.edi = tss.edi,
		.esi = tss.esi,
		.ebp = tss.ebp,
		.ebx = tss.ebx,
		.edx = tss.edx,
		.ecx = tss.ecx,
		.eax = tss.eax,
		.es = tss.es,
		.ds = tss.ds,
		.trapno = TRAP_DOUBLE_FAULT,
		.eip = tss.eip,
		.cs = tss.cs,
		.eflags = tss.eflags,
		.esp = tss.esp,
		.ss = tss.ss,
	};
}
