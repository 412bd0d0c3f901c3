# The kernel: boot/*.S, all of kern/, and the files that it shares with the library.
# The same rules build it three times: $(O)/quire.elf, with checks $(base_O)/debug/quire.elf, and with
# a measure $(base_O)/stretch/quire.elf.

# The part of lib/ that the kernel links too, compiled with the kernel's flags.
LIB_SHARED := lib/string.c lib/format.c lib/div64.c lib/strtol.c

# The kernel has no numbers with a point.
%/kobj/lib/format.o: KCFLAGS += -DNO_FLOATS

kernel_src := $(sort $(wildcard boot/*.S kern/*.[cS] kern/*/*.[cS] kern/*/test/*.[cS] \
	$(LIB_SHARED)))

compile_kernel = $(TCC) $(KCFLAGS) -MMD -MP -c

# Checks for undefined behaviour, whose calls kern/debug/ubsan.c takes. They need room on the stack,
# more of it than frames have a limit for. A user's pointer may be any number, also one that wraps.
ifeq ($(UBSAN),1)
KCFLAGS += -DUBSAN -fsanitize=undefined -fno-sanitize=pointer-overflow \
	-Wno-frame-larger-than
%/kobj/kern/debug/ubsan.o: KCFLAGS += -fno-sanitize=undefined
else
kernel_src := $(filter-out kern/debug/ubsan.c,$(kernel_src))
endif

# Sources that only one of the builds has.
stretch_src := kern/thread/stretch.c
debug_src := kern/thread/why.c kern/sys/failed_call.c
kernel_src := $(filter-out $(stretch_src) $(debug_src),$(kernel_src))

# Measures how long the kernel runs without a yield (kern/thread/stretch.h).
$(base_O)/stretch/kobj/%: private KCFLAGS += -DSTRETCH

# -Og keeps variables and lines for the debugger as they are in the source. This kernel checks lock ranks
# and assertions, and fills free memory with patterns. Local variables that a function does not set hold a
# pattern, too: so no test takes one for a value, and none is copied to a program unnoticed
# (user/tests/evil/evil_uninitialised).
$(base_O)/debug/kobj/%: private KCFLAGS += -Og -DDEBUG -ftrivial-auto-var-init=pattern

link_kernel = $(TLD) $(common_ldflags) -T boot/kernel.ld $(filter %.o,$^)

# Shown by the recipe of an object: its kernel is being compiled.
kernel_dir = $(firstword $(subst /kobj/, ,$@))
compiling_kernel = $(call step,$(kernel_dir),$(kernel_dir)/quire.elf: compiling ($(objects_of_$(kernel_dir)) files))

# Rules that depend on the kernel's directory are in kernel-rules.mk, which make reads once per kernel.
K := $(base_O)/debug
extra_src := $(debug_src)
include boot/kernel-rules.mk

K := $(base_O)/stretch
extra_src := $(stretch_src)
include boot/kernel-rules.mk

ifeq ($(filter $(O),$(base_O)/debug $(base_O)/stretch),)
K := $(O)
extra_src :=
include boot/kernel-rules.mk
endif

## asm: obj/quire.asm, the kernel's instructions among its source lines, and obj/quire.sym, its symbols
.PHONY: asm
asm: $(O)/quire.asm $(O)/quire.sym

$(O)/quire.asm: $(O)/quire.elf
	$(TOBJDUMP) -d -S --no-show-raw-insn $< > $@

$(O)/quire.sym: $(O)/quire.elf
	$(TNM) -n $< > $@
