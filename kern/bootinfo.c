// bootinfo.c: reading the Multiboot information (Multiboot Specification 0.6.96, section 3.3).
// Every pointer in it is a physical address that the linear map may not reach, so each is checked
// before its use.
#include "bootinfo.h"

#include <stdlib.h>

#include "debug/boot_options.h"
#include "dev/exitport.h"

#define MULTIBOOT_BOOTLOADER_MAGIC 0x2BADB002u
#define MULTIBOOT2_BOOTLOADER_MAGIC 0x36D76289u

// Bits of multiboot_info.flags: which of its fields are valid.
#define INFO_COMMAND_LINE 0x04u
#define INFO_MODULES 0x08u
#define INFO_MEMORY_MAP 0x40u

struct multiboot_info {
	uint32_t flags;
	uint32_t mem_lower, mem_upper;
	uint32_t boot_device;
	uint32_t command_line;
	uint32_t module_count, modules;
	uint32_t symbols[4];
	uint32_t map_length, map;
};

struct multiboot_module {
	uint32_t start, end, string, reserved;
};

struct multiboot_range {
	uint32_t size; // of the fields after this one
	uint64_t base, length;
	uint32_t type; // 1: RAM
} __packed;

#define LAST_PAGE 0xFFFFF000u // the last page of physical addresses: firmware on every PC

struct bootinfo bootinfo;

extern const char tests_start[], kernel_start[], kernel_end[];

// Print why the machine cannot be booted, and end it with `code`.
static void __noreturn __printf(2, 3) refuse(enum exit_code code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintk(LOG_EMERG, format, args);
	va_end(args);
	machine_end(code);
}

// Returns the address of the loader's data in [pa, pa + len), or NULL if the linear map does not
// reach all of it.
static const void *loader_data(physaddr_t pa, size_t len)
{
	return pa < LINEAR_SIZE && len <= LINEAR_SIZE - pa ? phys_to_virt(pa) : NULL;
}

// Insert [start, end) into `list`, which is sorted by start and stays so. `list` must have room.
static void insert_range(struct mem_range *list, size_t *count, physaddr_t start, physaddr_t end)
{
	size_t i = (*count)++;

	for (; i > 0 && list[i - 1].start > start; i--)
		list[i] = list[i - 1];
	list[i] = (struct mem_range){ start, end };
}

// Merge ranges of a sorted list that touch or overlap.
static void merge_ranges(struct mem_range *list, size_t *count)
{
	size_t kept = 0;

	for (size_t i = 1; i < *count; i++) {
		if (list[i].start <= list[kept].end)
			list[kept].end = MAX(list[kept].end, list[i].end);
		else
			list[++kept] = list[i];
	}
	if (*count)
		*count = kept + 1;
}

// Add the RAM [base, base + length) to both lists. `ram` gets every page that holds some of it;
// `usable` gets only whole pages within the linear map, because the kernel can hand out only
// those.
static void add_ram(uint64_t base, uint64_t length)
{
	uint64_t end = base + length < base ? UINT64_MAX : base + length;

	if (base < MIN(end, LAST_PAGE) && bootinfo.ram_count < BOOT_RANGES)
		insert_range(bootinfo.ram, &bootinfo.ram_count,
		             (physaddr_t)ROUND_DOWN(base, PAGE_SIZE),
		             (physaddr_t)ROUND_UP(MIN(end, LAST_PAGE), PAGE_SIZE));
	if (end > LINEAR_SIZE)
		bootinfo.beyond_bytes += end - MAX(base, LINEAR_SIZE);
	base = ROUND_UP(base, PAGE_SIZE);
	end = ROUND_DOWN(MIN(end, LINEAR_SIZE), PAGE_SIZE);
	if (base < end && bootinfo.usable_count < BOOT_RANGES)
		insert_range(bootinfo.usable, &bootinfo.usable_count, (physaddr_t)base,
		             (physaddr_t)end);
}

// Take [start, end) out of a list of disjoint ranges.
static void cut_range(struct mem_range *list, size_t *count, physaddr_t start, physaddr_t end)
{
	for (size_t i = 0; i < *count; i++) {
		struct mem_range range = list[i];

		if (start >= range.end || end <= range.start)
			continue;
		list[i].end = MAX(range.start, start);
		if (range.end > end && *count < BOOT_RANGES) {
			for (size_t j = (*count)++; j > i + 1; j--)
				list[j] = list[j - 1];
			list[i + 1] = (struct mem_range){ end, range.end };
		}
		if (list[i].start == list[i].end) {
			for (size_t j = i; j + 1 < *count; j++)
				list[j] = list[j + 1];
			(*count)--;
			i--;
		}
	}
}

// Act as if there were no memory in the ranges of the option `hole`: START-END,... in whole pages.
// For tests, which want maps with holes.
static void make_holes(void)
{
	char holes[128], *at = holes;

	if (!option_get("hole", holes, sizeof(holes)))
		return;
	do {
		physaddr_t start = strtoul(at, &at, 0);
		physaddr_t end = *at == '-' ? strtoul(at + 1, &at, 0) : 0;

		if (start >= end || start % PAGE_SIZE || end % PAGE_SIZE)
			refuse(EXIT_BOOT_NO_MAP, "boot: hole=%s: not a list of START-END\n", holes);
		cut_range(bootinfo.usable, &bootinfo.usable_count, start, end);
		cut_range(bootinfo.ram, &bootinfo.ram_count, start, end);
	} while (*at++ == ',');
}

// Read the memory map (Multiboot 3.3, mmap_*). Each entry begins with the size of its rest, so a
// newer loader may use longer entries. Ends the machine if there is no map or too little memory.
static void read_map(const struct multiboot_info *info)
{
	const char *at = NULL, *end;

	if (info->flags & INFO_MEMORY_MAP)
		at = loader_data(info->map, info->map_length);
	if (!at)
		refuse(EXIT_BOOT_NO_MAP, "boot: the loader gave no memory map\n");
	end = at + info->map_length;
	while ((size_t)(end - at) >= sizeof(struct multiboot_range)) {
		const struct multiboot_range *range = (const void *)at;

		if (range->type == 1)
			add_ram(range->base, range->length);
		if (range->size > (size_t)(end - at) - sizeof(range->size))
			break;
		at += range->size + sizeof(range->size);
	}
	merge_ranges(bootinfo.usable, &bootinfo.usable_count);
	merge_ranges(bootinfo.ram, &bootinfo.ram_count);
	make_holes();
	for (size_t i = 0; i < bootinfo.usable_count; i++)
		bootinfo.usable_bytes += bootinfo.usable[i].end - bootinfo.usable[i].start;
	if (bootinfo.usable_bytes < BOOT_MEMORY_MIN)
		refuse(EXIT_BOOT_NO_MEMORY, "boot: %llu KiB of memory are usable; %u are needed\n",
		       bootinfo.usable_bytes >> 10, BOOT_MEMORY_MIN >> 10);
}

// Read the list of modules. A module must lie within the linear map, where the kernel reads it. At
// least one module is needed, since programs come from the first one.
static void read_modules(const struct multiboot_info *info)
{
	const struct multiboot_module *modules = NULL;
	size_t count = MIN(info->module_count, BOOT_MODULES);

	if (info->flags & INFO_MODULES)
		modules = loader_data(info->modules, count * sizeof(*modules));
	if (!modules || count == 0)
		refuse(EXIT_BOOT_NO_MODULE,
		       "boot: no module: the archive of programs is missing\n");
	for (size_t i = 0; i < count; i++) {
		struct init_module module = { modules[i].start, modules[i].end };

		if (module.start > module.end || module.end > LINEAR_SIZE)
			refuse(EXIT_BOOT_OUT_OF_REACH,
			       "boot: module %zu lies at [%#x, %#x), beyond the %u MiB in reach\n",
			       i, module.start, module.end, LINEAR_SIZE >> 20);
		bootinfo.modules[bootinfo.module_count++] = module;
		if (module.start < module.end)
			insert_range(bootinfo.taken, &bootinfo.taken_count, module.start,
			             module.end);
	}
}

// Returns how many bytes of [start, end) are usable memory.
static physaddr_t usable_within(physaddr_t start, physaddr_t end)
{
	physaddr_t bytes = 0;

	for (size_t i = 0; i < bootinfo.usable_count; i++) {
		physaddr_t from = MAX(start, bootinfo.usable[i].start);
		physaddr_t to = MIN(end, bootinfo.usable[i].end);

		if (from < to)
			bytes += to - from;
	}
	return bytes;
}

// Check that all modules lie in memory, and that kernel and modules leave enough of it. Some
// loaders place modules beyond the end of memory; reading them would return all ones.
static void check_room(void)
{
	uint64_t needed = BOOT_FREE_MIN + bootinfo.usable_bytes / BOOT_FREE_SHARE;
	uint64_t left = bootinfo.usable_bytes;

	for (size_t i = 0; i < bootinfo.taken_count; i++) {
		const struct mem_range *taken = &bootinfo.taken[i];
		physaddr_t bytes = usable_within(taken->start, taken->end);

		if (bytes < ROUND_DOWN(taken->end - taken->start, PAGE_SIZE))
			refuse(EXIT_BOOT_NO_MEMORY,
			       "boot: there is not memory in all of [%#x, %#x), where a module "
			       "lies\n",
			       taken->start, taken->end);
		left -= bytes;
	}
	if (left < needed)
		refuse(EXIT_BOOT_NO_MEMORY,
		       "boot: kernel and modules leave %llu KiB of memory; %llu are needed\n",
		       left >> 10, needed >> 10);
}

// Returns where the memory that the kernel occupies begins: after its tests, unless an option runs these.
static const char *image_start(void)
{
	return option_given("ktest") || option_given("trace") ? tests_start : kernel_start;
}

// Runs before anything can be printed, so it skips what is wrong instead of reporting it.
void bootinfo_read_options(uint32_t magic, physaddr_t pa)
{
	const struct multiboot_info *info = loader_data(pa, sizeof(*info));
	const char *text = NULL;

	if (magic == MULTIBOOT_BOOTLOADER_MAGIC && info && (info->flags & INFO_COMMAND_LINE))
		text = loader_data(info->command_line, 1);
	if (text) {
		size_t len = strnlen(text, BOOT_COMMAND_LINE - 1);

		memcpy(bootinfo.command_line, text, len);
	}
}

// The order matters: read_map needs no module, read_modules fills `taken`, check_room compares
// both.
void bootinfo_read(uint32_t magic, physaddr_t pa)
{
	const struct multiboot_info *info = loader_data(pa, sizeof(*info));

	if (magic == MULTIBOOT2_BOOTLOADER_MAGIC)
		refuse(EXIT_BOOT_MAGIC,
		       "boot: the loader speaks Multiboot 2; version 1 is needed: in GRUB's menu "
		       "`multiboot` and `module`, not `multiboot2` and `module2`\n");
	if (magic != MULTIBOOT_BOOTLOADER_MAGIC || !info)
		refuse(EXIT_BOOT_MAGIC, "boot: magic number %#x is not a multiboot loader's\n",
		       magic);
	insert_range(bootinfo.taken, &bootinfo.taken_count, virt_to_phys(image_start()),
	             virt_to_phys(kernel_end));
	read_map(info);
	read_modules(info);
	check_room();
}
