// boot_options.h: the kernel's command line: words `name` or `name=value` between spaces. Where a name
// stands twice the last one counts, so that whoever appends to a command line has the last say.
#pragma once

#include "kern.h"

// Use this command line from now on; without a call it is empty. The string is not copied and must
// stay. Returns the one used before, for tests.
const char *options_init(const char *command_line);

// The value of option `name`: a pointer into the command line, its length through `len_store`. An
// option without `=` has an empty value. NULL when it is not given.
const char *option_find(const char *name, size_t *len_store);

// Is the option given, with or without a value?
bool option_given(const char *name);

// Copy the value as a string into value[size]. false, and `value` untouched, when the option is not
// given or its value does not fit.
bool option_get(const char *name, char *value, size_t size);

// Is the option's value, a list between commas, given, and does it have `word` in it?
bool option_lists(const char *name, const char *word);

// The value as a number: decimal, 0x hexadecimal or 0 octal, at most 2^32 - 1. `otherwise` when the
// option is not given or its value is no number.
uint32_t option_uint(const char *name, uint32_t otherwise);
