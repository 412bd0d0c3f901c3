// Values that the system passes to the program in the auxiliary vector.

#include <errno.h>
#include <sys/auxv.h>

const Elf32_auxv_t *auxiliary_vector; // set by start_program

// The value of an entry; 0 with errno ENOENT if there is none of that type.
unsigned long getauxval(unsigned long type)
{
	const Elf32_auxv_t *entry = auxiliary_vector;

	for (; entry->a_type != AT_NULL; entry++)
		if (entry->a_type == type)
			return entry->a_un.a_val;
	errno = ENOENT;
	return 0;
}
