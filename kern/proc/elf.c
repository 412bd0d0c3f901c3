// elf.c: mapping an ELF program. The headers are a program's data, so every value in them is
// checked before it is used.
#include "proc/elf.h"

#include "mem/heap.h"
#include "thread/why.h"
#include "thread/yield.h"
#include "vm/aspace.h"
#include "vm/object.h"
#include <abi/limits.h>
#include <abi/mman.h>

#define PHDRS_MAX 2048 // Linux's limit: 64 KiB of headers
#define PIE_BASE \
	0x56555000u // Linux's address for position-independent programs, without randomisation
#define RESIDENT_MAX (64u << 10) // bytes of a segment that are mapped before they are touched

// Returns true if this is the header of a program for this processor.
static bool header_ok(const Elf32_Ehdr *header)
{
	return memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 &&
	       header->e_ident[EI_CLASS] == ELFCLASS32 && header->e_ident[EI_DATA] == ELFDATA2LSB &&
	       (header->e_type == ET_EXEC || header->e_type == ET_DYN) &&
	       (header->e_machine == EM_386 || header->e_machine == EM_486) &&
	       header->e_phentsize == sizeof(Elf32_Phdr) && header->e_phnum > 0 &&
	       header->e_phnum <= PHDRS_MAX;
}

// Returns the protection of the area that a segment becomes.
static int prot_of(const Elf32_Phdr *phdr)
{
	return (phdr->p_flags & PF_R ? PROT_READ : 0) | (phdr->p_flags & PF_W ? PROT_WRITE : 0) |
	       (phdr->p_flags & PF_X ? PROT_EXEC : 0);
}

// Segments must end below this address, since the stack may grow down to it.
#define SEGMENT_TOP (ULIM - STACK_LIMIT - STACK_GUARD)

// Returns true if a segment lies below the stack, and its part of the file can be mapped at its
// address: a mapping can only move whole pages.
static bool segment_ok(const Elf32_Phdr *phdr, uintptr_t bias)
{
	uintptr_t va = phdr->p_vaddr + bias;

	return phdr->p_filesz <= phdr->p_memsz && va >= USER_MIN && va <= SEGMENT_TOP &&
	       phdr->p_memsz <= SEGMENT_TOP - va &&
	       (!phdr->p_filesz || va % PAGE_SIZE == phdr->p_offset % PAGE_SIZE);
}

// Map a segment's part of the file, from the start of its first page. The first pages are entered
// in the page table at once, because nearly every program touches them: that saves their faults.
static int map_file_part(struct aspace *as, struct object *obj, const Elf32_Phdr *phdr, uintptr_t va)
{
	size_t before = va % PAGE_SIZE;
	struct map_request request = {
		.va = va - before,
		.len = phdr->p_filesz + before,
		.prot = (uint8_t)prot_of(phdr),
		.fixed = true,
		.object = obj,
		.offset = phdr->p_offset - before,
	};
	int error = aspace_map(as, &request, &va);

	if (!error)
		aspace_map_resident(as, va, MIN(ROUND_UP(request.len, PAGE_SIZE), RESIDENT_MAX));
	return error;
}

// Clear the rest of the page from `va` on, through the linear map: all of it, since a dynamic
// linker allocates its first memory after its .bss. Returns 0; -ENOMEM; -EINVAL if the program
// could not write there.
static int clear_tail(struct aspace *as, uintptr_t va)
{
	size_t at = va % PAGE_SIZE;
	page_t *pp;
	int error = aspace_pin_page(as, va, ACCESS_WRITE, &pp);

	if (error)
		return error == -ENOMEM ? error : -EINVAL;
	memset((char *)page_to_virt(pp) + at, 0, PAGE_SIZE - at);
	page_unpin(pp);
	return 0;
}

// Make the memory of a segment after its part of the file zero: clear the rest of the last page,
// and map anonymous pages for the rest (this is where .bss lies).
static int map_zero_part(struct aspace *as, const Elf32_Phdr *phdr, uintptr_t start, uintptr_t end)
{
	uintptr_t pages = ROUND_UP(start, PAGE_SIZE);
	struct map_request request = {
		.va = pages,
		.len = end - pages,
		.prot = (uint8_t)prot_of(phdr),
		.fixed = true,
	};
	int error = 0;

	if (phdr->p_filesz && (phdr->p_flags & PF_W) && start % PAGE_SIZE)
		error = clear_tail(as, start);
	return !error && end > pages ? aspace_map(as, &request, &pages) : error;
}

// Map one PT_LOAD segment, `bias` bytes above the address in its header.
static int map_segment(struct aspace *as, struct object *obj, const Elf32_Phdr *phdr, uintptr_t bias)
{
	uintptr_t va = phdr->p_vaddr + bias;
	int error = 0;

	if (!segment_ok(phdr, bias))
		return WHY(-ENOEXEC,
		           "the segment at %#x, %#x bytes of memory, cannot be mapped there",
		           phdr->p_vaddr + bias, phdr->p_memsz);
	if (phdr->p_filesz)
		error = map_file_part(as, obj, phdr, va);
	else
		va = ROUND_DOWN(va, PAGE_SIZE);
	if (!error && phdr->p_memsz > phdr->p_filesz)
		error = map_zero_part(as, phdr, va + phdr->p_filesz,
		                      phdr->p_vaddr + bias + phdr->p_memsz);
	return error;
}

// Returns true for a segment that takes memory.
static bool is_loaded(const Elf32_Phdr *phdr)
{
	return phdr->p_type == PT_LOAD && phdr->p_memsz;
}

#define SEGMENT_COST 10000 // instructions to map one, roughly

// Map all segments, `bias` bytes above the addresses in their headers.
static int map_segments(struct aspace *as, const struct elf *elf, uintptr_t bias)
{
	bool any = false;
	int error = 0;

	for (unsigned int i = 0; i < elf->header.e_phnum && !error; i++) {
		const Elf32_Phdr *phdr = &elf->phdrs[i];

		if (!is_loaded(phdr))
			continue;
		error = map_segment(as, elf->obj, phdr, bias);
		if (!error)
			error = yield_after(SEGMENT_COST);
		any = true;
	}
	return any ? error : WHY(-ENOEXEC, "the program has no segment to load");
}

// The range of addresses that a file's segments ask for, in whole pages, and the largest alignment
// among them. 64 bits wide, since the headers may name any address; map_segment checks them.
struct extent {
	uint64_t start, end;
	uint32_t align;
};

// Find the extent of all segments; start > end without any.
static struct extent extent_of(const struct elf *elf)
{
	struct extent all = { .start = UINT32_MAX, .align = PAGE_SIZE };

	for (unsigned int i = 0; i < elf->header.e_phnum; i++) {
		const Elf32_Phdr *phdr = &elf->phdrs[i];

		if (!is_loaded(phdr))
			continue;
		all.start = MIN(all.start, (uint64_t)ROUND_DOWN(phdr->p_vaddr, PAGE_SIZE));
		all.end = MAX(all.end, (uint64_t)phdr->p_vaddr + phdr->p_memsz);
		if (phdr->p_align && (phdr->p_align & (phdr->p_align - 1)) == 0) // a power of 2
			all.align = MAX(all.align, phdr->p_align);
	}
	return all;
}

// Find the address of the program headers in memory, by the segment that contains them in the
// file: programs read them through AT_PHDR. Returns 0 if no segment does.
static uintptr_t find_phdrs(const struct elf *elf, uintptr_t bias)
{
	uint32_t at = elf->header.e_phoff;

	for (unsigned int i = 0; i < elf->header.e_phnum; i++) {
		const Elf32_Phdr *phdr = &elf->phdrs[i];

		if (phdr->p_type == PT_LOAD && at >= phdr->p_offset &&
		    at - phdr->p_offset < phdr->p_filesz)
			return at - phdr->p_offset + phdr->p_vaddr + bias;
	}
	return 0;
}

// May the stack be executed? Linux allows it where no PT_GNU_STACK header says otherwise.
static bool wants_executable_stack(const struct elf *elf)
{
	bool wanted = true;

	for (unsigned int i = 0; i < elf->header.e_phnum; i++)
		if (elf->phdrs[i].p_type == PT_GNU_STACK)
			wanted = elf->phdrs[i].p_flags & PF_X;
	return wanted;
}

// Record where the program's segments lie (proc(5), startcode and the fields after it). Each segment
// counts as data, only executable ones as code.
static void record_layout(struct program_layout *layout, const struct elf *elf, uintptr_t bias)
{
	layout->code_start = UINTPTR_MAX;
	for (unsigned int i = 0; i < elf->header.e_phnum; i++) {
		const Elf32_Phdr *phdr = &elf->phdrs[i];
		uintptr_t start = phdr->p_vaddr + bias, end = start + phdr->p_filesz;

		if (phdr->p_type != PT_LOAD || phdr->p_memsz == 0)
			continue;
		layout->data_start = MAX(layout->data_start, start);
		layout->data_end = MAX(layout->data_end, end);
		if (!(phdr->p_flags & PF_X))
			continue;
		layout->code_start = MIN(layout->code_start, start);
		layout->code_end = MAX(layout->code_end, end);
	}
	layout->code_start = MIN(layout->code_start, layout->code_end); // none is executable
}

int elf_map(struct aspace *as, const struct elf *elf, struct exec_image *image)
{
	struct extent extent = extent_of(elf);
	uintptr_t bias = 0;

	assert_no_lock();
	if (elf->header.e_type == ET_DYN)
		bias = ROUND_DOWN(PIE_BASE, extent.align) - (uintptr_t)extent.start;
	*image = (struct exec_image){
		.start = elf->header.e_entry + bias,
		.entry = elf->header.e_entry + bias,
		.phdr = find_phdrs(elf, bias),
		.phnum = elf->header.e_phnum,
		.end = (uintptr_t)extent.end + bias,
		.stack_executable = wants_executable_stack(elf),
	};
	record_layout(as->layout, elf, bias);
	return map_segments(as, elf, bias);
}

// The range that the segments need is mapped as a whole first, to find room for it.
int elf_map_interpreter(struct aspace *as, const struct elf *elf, struct exec_image *image)
{
	struct extent extent = extent_of(elf);
	struct map_request request = { .prot = PROT_NONE };
	uintptr_t va = 0;
	int error = 0;

	assert_no_lock();
	if (extent.end > SEGMENT_TOP || extent.start >= extent.end)
		return WHY(-ENOEXEC, "the interpreter's segments cannot be mapped");
	if (elf->header.e_type == ET_DYN) {
		request.len = (size_t)(extent.end - extent.start);
		error = aspace_map(as, &request, &va);
		if (!error)
			error = aspace_unmap(as, va, request.len);
		image->base = va - (uintptr_t)extent.start;
	}
	if (error)
		return error;
	image->start = elf->header.e_entry + image->base;
	return map_segments(as, elf, image->base);
}

int elf_interpreter(const struct elf *elf, char **path_store)
{
	const Elf32_Phdr *phdr = elf->phdrs, *end = phdr + elf->header.e_phnum;
	ssize_t n;
	char *path;

	*path_store = NULL;
	while (phdr < end && phdr->p_type != PT_INTERP)
		phdr++;
	if (phdr == end)
		return 0;
	if (phdr->p_filesz < 2 || phdr->p_filesz > PATH_MAX)
		return WHY(-ENOEXEC, "the path of the interpreter has %u bytes", phdr->p_filesz);
	path = kmalloc(phdr->p_filesz);
	if (!path)
		return -ENOMEM;
	n = object_read(elf->obj, phdr->p_offset, path, phdr->p_filesz);
	if (n == (ssize_t)phdr->p_filesz && path[n - 1] == '\0') {
		*path_store = path;
		return 0;
	}
	kfree(path);
	if (n < 0)
		return (int)n;
	return n < (ssize_t)phdr->p_filesz ?
	               WHY(-EIO, "the file ends before the path of its interpreter does") :
	               WHY(-ENOEXEC, "the path of the interpreter has no NUL");
}

int elf_read(struct object *obj, struct elf *elf)
{
	ssize_t n = object_read(obj, 0, &elf->header, sizeof(elf->header));
	size_t size;

	if (n < 0)
		return (int)n;
	if (n != sizeof(elf->header) || memcmp(elf->header.e_ident, ELFMAG, SELFMAG) != 0)
		return WHY(-ENOEXEC, "the file has no ELF header");
	if (!header_ok(&elf->header))
		return WHY(-ENOEXEC,
		           "not a program for an i386: class %u, type %u, machine %u, %u program "
		           "headers of %u bytes",
		           elf->header.e_ident[EI_CLASS], elf->header.e_type, elf->header.e_machine,
		           elf->header.e_phnum, elf->header.e_phentsize);
	size = elf->header.e_phnum * sizeof(*elf->phdrs);
	elf->obj = obj;
	elf->phdrs = kmalloc(size);
	if (!elf->phdrs)
		return -ENOMEM;
	n = object_read(obj, elf->header.e_phoff, elf->phdrs, size);
	if (n == (ssize_t)size)
		return 0;
	elf_free(elf);
	return n < 0 ? (int)n : WHY(-ENOEXEC, "the file ends before its program headers do");
}

void elf_free(struct elf *elf)
{
	kfree(elf->phdrs);
}
