// Flags of preadv2 and pwritev2.
#pragma once

#define RWF_HIPRI 0x01u
#define RWF_DSYNC 0x02u
#define RWF_SYNC 0x04u
#define RWF_NOWAIT 0x08u
#define RWF_APPEND 0x10u   // to the end of the file, as with O_APPEND
#define RWF_NOAPPEND 0x20u // to the position, in spite of O_APPEND
#define RWF_ATOMIC 0x40u
#define RWF_DONTCACHE 0x80u
