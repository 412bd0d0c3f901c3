// counted_name.h: a name that several areas show, and that lives as long as one of them does. vm
// knows only this of named areas (kern/named): a piece of a mapping keeps its name, not its named
// area.
#pragma once

#include "kern.h"

// Make a name: a copy of `text`, cut to `room` - 1 characters (`room` > 0), with one reference, the
// caller's. The rest of the room is filled with zeroes. Returns the characters; NULL if out of
// memory.
const char *counted_name_create(const char *text, size_t room);

// Take a reference on a name from counted_name_create.
void counted_name_get(const char *name);

// Drop a reference. The last one frees the name.
void counted_name_put(const char *name);
