// Segments of a program's own: every kind, every base and limit that is interesting, loaded and used.
// None may be a system segment, and none reaches more than the program may.

#include "evil.h"
#include <asm/ldt.h>

static struct user_desc desc;

// Set the segment, load it, and read and jump through it.
static void use_segment(void)
{
	struct {
		uint32_t offset;
		uint16_t selector;
	} far;
	uint32_t entry, word;

	if (syscall(SYS_set_thread_area, &desc))
		_exit(1);
	entry = desc.entry_number << 3 | 3;
	asm volatile("movw %w1, %%gs\n\tmovl %%gs:0, %0" : "=r"(word) : "r"(entry));
	asm volatile("movw %w0, %%fs\n\tmovl $1, %%fs:0xfffffff0" : : "r"(entry));
	far.offset = 0;
	far.selector = (uint16_t)entry;
	asm volatile("ljmp *%0" : : "m"(far));
}

int main(void)
{
	static const uint32_t bases[] = { 0, REGION, ULIM - 8, ULIM, KERNEL_TEXT, 0xffffffff };
	static const uint32_t limits[] = { 0, 1, 0xfffff, 0xffffffff };
	int refused = 0, killed = 0, other = 0, numbers = 0;

	evil_begin();
	for (uint32_t number = 0; number != 0x80000010; number++) {
		if (number == 0x2010)
			number = 0x7ffffff0;
		desc = (struct user_desc){ .entry_number = number,
			                   .limit = 0xfffff,
			                   .limit_in_pages = 1,
			                   .seg_32bit = 1,
			                   .useable = 1 };
		numbers += syscall(SYS_set_thread_area, &desc) == 0;
	}
	show("entries that can be set", numbers);
	for (size_t base = 0; base < COUNT(bases); base++) {
		for (size_t limit = 0; limit < COUNT(limits); limit++) {
			for (uint32_t kind = 0; kind < 0x80; kind++) {
				int status;

				desc = (struct user_desc){ 6, bases[base], limits[limit],
					                   0, 0,           0,
					                   0, 0,           0 };
				memcpy((uint32_t *)&desc + 3, &kind, 4);
				status = run_child(use_segment);
				refused += status == 0x100;
				killed += WIFSIGNALED(status);
				other += status != 0x100 && !WIFSIGNALED(status);
			}
		}
	}
	check("each is refused or ends by a signal", refused > 0 && killed > 0 && other == 0);
	return evil_end();
}
