// fill_area.c: the arguments of calls on named areas.

#include "fuzz.h"

#include <abi/area.h>
#include <string.h>

static void fill_area_name(char name[AREA_NAME_MAX], uint32_t *state)
{
	memset(name, one_in(state, 20) ? 'n' : '\0', AREA_NAME_MAX);
	if (!one_in(state, 8))
		memcpy(name, "area", 4);
	name[4] = (char)('a' + below(state, 8));
}

void fill_areas(void *requests, uint32_t count, uint32_t *state)
{
	struct area_request *at = requests;

	for (uint32_t i = 0; i < count; i++) {
		memset(&at[i], 0, sizeof(at[i]));
		fill_area_name(at[i].name, state);
		at[i].address = one_in(state, 2) ? 0 : raw_value('a', state);
		at[i].size = raw_value('L', state);
		at[i].maximum = one_in(state, 2) ? 0 : at[i].size * 2;
		at[i].protection = raw_value('r', state);
		at[i].lock = below(state, 5);
		at[i].access = below(state, 4);
	}
}

void fill_area_clone(void *request, uint32_t *state)
{
	struct area_clone_request *at = request;

	memset(at, 0, sizeof(*at));
	fill_area_name(at->name, state);
	at->source = (int32_t)raw_value('#', state);
	at->flags = below(state, 3);
	at->address = one_in(state, 2) ? 0 : raw_value('a', state);
	at->protection = raw_value('r', state);
	at->lock = below(state, 4);
	at->access = below(state, 4);
}
