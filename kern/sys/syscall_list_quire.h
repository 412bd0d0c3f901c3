// syscall_list_quire.h: the system calls that Linux does not have, in the form of
// syscall_list.h.

// sys_named_areas.c: named areas
X(area_create)
X(area_clone)
X(area_find)
X(area_resize)
X(area_map)
X(area_remap)
X(area_protect)
X(area_info)
X(area_next)
X(area_physical)
X(area_delete)
