// lock_asserts.h: contracts of kern/vm that one lock alone does not express, as assertions for
// debug builds. The others are in thread/mutex.h and cpu/spinlock.h.
#pragma once

#include "kern.h"

struct aspace;

// - assert_areas_still: no other thread can change the areas of the space. The caller holds the
//   space's lock for writing; or the space has no reference any more; or it is a copy in which no
//   thread runs yet; or `as` is NULL (tests of the tree).
// - assert_may_unmap: as assert_areas_still, or the caller holds an object's lock (any object's),
//   because an object removes its pages from all spaces.
// - assert_object_held: the caller holds the object's lock, or the object has no reference any
//   more.
#ifdef DEBUG
void assert_areas_still(const struct aspace *as);
void assert_may_unmap(const struct aspace *as);
#define assert_object_held(obj) assert((obj)->refs == 0 || mutex_held(&(obj)->lock))
#else
#define assert_areas_still(as) ((void)(as))
#define assert_may_unmap(as) ((void)(as))
#define assert_object_held(obj) ((void)(obj))
#endif
