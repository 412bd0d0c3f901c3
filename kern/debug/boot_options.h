// boot_options.h: the kernel's command line: words `name` or `name=value` between spaces. If a
// name occurs twice, the last one counts, so that words appended to a command line override it.
#pragma once

#include "kern.h"

// Use this command line from now on, not NULL; before, it is empty. The string is not copied and
// must stay valid. Returns the one used before, for tests.
const char *options_init(const char *command_line);

// Returns the value of option `name`: a pointer into the command line, with the length in
// *len_store; no NUL byte ends it. The value of an option without `=` is empty. Returns NULL, and
// stores nothing, if the option is not given.
const char *option_find(const char *name, size_t *len_store);

// Returns true if the option is given, with or without a value.
bool option_given(const char *name);

// Copy the option's value, with a NUL, into value[size]. Returns true; false, with value[]
// unchanged, if the option is not given, or if its value with the NUL has more than `size` bytes.
bool option_get(const char *name, char *value, size_t size);

// Returns true if the option is given and its value, a list with commas between the items, has the
// item `word`, which has no comma. A value without a comma is one item; one that is empty, or an
// option without `=`, is the empty item.
bool option_lists(const char *name, const char *word);

// Returns the option's value as a number: decimal, 0x hexadecimal, or 0 octal; 2^32 - 1 for a
// larger number. Returns `otherwise` if the option is not given or its value is not a number: also
// if it is empty, has a sign, or has other characters after the number.
uint32_t option_uint(const char *name, uint32_t otherwise);
