// elf.h: ELF programs, and the dynamic linkers that some of them name as their interpreter.
#pragma once

#include <abi/elf.h>

#include "proc/exec.h"

struct aspace;
struct object;

// The headers of an ELF file, in the kernel's memory: a program that writes to the file meanwhile
// cannot change them after the checks.
struct elf {
	struct object *obj; // the file; not counted
	Elf32_Ehdr header;
	Elf32_Phdr *phdrs;
};

// Read the headers of the file `obj`, and check that this processor can run it. Returns 0: the
// caller releases *elf with elf_free. Returns -ENOEXEC; -ENOMEM.
int elf_read(struct object *obj, struct elf *elf);
void elf_free(struct elf *elf);

// Find the path in the first PT_INTERP header. Returns 0 with a new copy in *path_store, which the
// caller frees with kfree, or NULL there for a static program. Returns -ENOEXEC if the path is
// empty, too long or without its NUL; -EIO beyond the end of the file; -ENOMEM.
int elf_interpreter(const struct elf *elf, char **path_store);

// Map a program's segments into `as`, which is empty, at its own addresses. One that is
// position-independent (ET_DYN) comes to Linux's address for such programs. Returns 0 with *image
// filled as for a static program; -ENOEXEC if a segment cannot lie at its address; -ENOMEM;
// -EINVAL if a segment cannot be mapped.
int elf_map(struct aspace *as, const struct elf *elf, struct exec_image *image);

// Map the segments of a program's interpreter where the space has room, and let *image begin
// there. The program's own entry stays in image->entry (AT_ENTRY). Returns as elf_map.
int elf_map_interpreter(struct aspace *as, const struct elf *elf, struct exec_image *image);
