# Finds a compiler that makes 32-bit x86 code and sets the flags of kernel and programs.
# Sets TCC, TLD, TAR, TNM, TSTRIP, TOBJDUMP (the tools), KCFLAGS (kernel), LCFLAGS (library), UCFLAGS (programs).

ifneq ($(need_compiler),)

# What the search found, with the compiler's version. The file changes only when the answer
# does, and make then starts again with the new one. `make setup qemu` installs first.
# Without a compiler the file says so where a recipe wants one.
$(O)/toolchain-found.mk: $(if $(filter setup,$(MAKECMDGOALS)),setup) FORCE
	$(call write_if_new,sh grade/tools/find-toolchain --make $(@D) \
		'$(if $(filter default undefined,$(origin CC)),,$(CC))' '$(CROSS)')

-include $(O)/toolchain-found.mk

endif

ifneq ($(filter true,$(CI))$(filter 1,$(WERROR)),)
werror := -Werror
endif

warnings := -Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes -Wvla $(werror)

# Every C file: no header but ours, i686, frame pointers for backtraces, position fixed.
common_flags := $(TCC_FLAGS) -m32 -march=i686 -std=gnu11 -nostdinc \
	-O2 -g -fno-pic -fno-pie -fno-strict-aliasing -fno-common \
	-fno-omit-frame-pointer -fno-asynchronous-unwind-tables -fcf-protection=none \
	$(warnings)

# The kernel uses no FPU, MMX or SSE register: they belong to the running program. Its functions
# take their first three arguments in registers (eax, edx, ecx).
KCFLAGS := -iquote kern -Iinc $(common_flags) -mregparm=3 -ffreestanding -mgeneral-regs-only \
	-fstack-protector-strong -mstack-protector-guard=global -Wframe-larger-than=1024

# The library implements what a hosted compiler takes for granted, so it is not hosted.
LCFLAGS := -Iinc $(common_flags) -fno-stack-protector -ffreestanding

UCFLAGS := -Iinc $(common_flags) -fno-stack-protector

# Options that both GNU ld and lld take. No library is ever linked but our own.
common_ldflags := -m elf_i386 -nostdlib -static --build-id=none -z noexecstack \
	-z max-page-size=4096
