// selectors.h: the segments. They have the same places as in Linux's i386 kernel, because programs
// can read their selectors.
#pragma once

#define GDT_TLS 6 // first of three slots for thread-local storage
#define TLS_SLOTS 3
#define GDT_KERNEL_CS 12
#define GDT_KERNEL_DS 13
#define GDT_USER_CS 14
#define GDT_USER_DS 15
#define GDT_TSS 16
#define GDT_DOUBLE_FAULT 17
#define GDT_ENTRIES 18

#define KERNEL_CS 0x60
#define KERNEL_DS 0x68 // only for SS: in DS and ES the kernel keeps the user's flat segment
#define USER_CS 0x73
#define USER_DS 0x7b
#define TSS_SELECTOR 0x80
#define DOUBLE_FAULT_SELECTOR 0x88
