# Running the kernel: QEMU, GDB, the ISO image.

QEMU ?= $(firstword $(foreach name,qemu-system-i386 qemu-system-x86_64,\
	$(shell command -v $(name))) qemu-system-i386)
# On a host of another processor gdb knows only that one; gdb-multiarch knows all.
GDB ?= $(if $(filter i386 i486 i586 i686 x86_64,$(shell uname -m)),gdb,$(or $(shell command -v gdb-multiarch),gdb))
QEMU_CPU ?= max
MEM ?= 128
SMP ?= 1

# The kernel that these goals boot: the one with checks, unless RELEASE=1 asks for the normal one.
boot_kernel := $(if $(filter 1,$(RELEASE) $(DEBUG) $(STRETCH)),$(O),$(base_O)/debug)/quire.elf

# Starts QEMU, again when a program restarts the machine, and says how a machine ended that failed.
start = $(if $(filter-out 1,$(SMP)),$(info Quire uses one processor so far: of the $(SMP) of this machine the others stay idle.))
start += QUIRE_OBJ=$(O) $(PYTHON) -E -s -X pycache_prefix=$(base_O)/pycache grade/quire/start.py

# Only the devices that Quire has drivers for. The port at 0xf4 ends the machine; a reset ends it too.
qemu_machine = $(start) $(QEMU) -nodefaults -no-user-config -machine pc -cpu $(QEMU_CPU) -m $(MEM) \
	-smp $(SMP) -vga std -no-reboot -device isa-debug-exit,iobase=0xf4,iosize=4 \
	$(qemu_nmi) $(QEMU_FLAGS)

# Non-maskable interrupts reach a kernel that answers nothing else: `make nmi` sends one through this
# socket, and the watchdog sends one if the kernel takes no timer interrupt for some seconds. Machines
# that run at the same time need sockets of their own: the first one's end removes its socket's name.
NMI_SOCKET ?= $(base_O)/qmp.sock
qemu_nmi = -chardev socket,id=qmp,path=$(NMI_SOCKET),server=on,wait=off \
	-mon chardev=qmp,mode=control -device ib700 -action watchdog=inject-nmi

# The first serial line in this terminal. It is shared with QEMU's monitor (ctrl-a c), so that
# ctrl-c goes to the guest; ctrl-a x ends QEMU.
qemu_console = -serial mon:stdio

# A window for the VGA screen, where there is a display and this QEMU can draw on it.
qemu_display = $(shell if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$$(uname)" = Darwin ]; then \
	$(QEMU) -display help 2>&1 | grep -m 1 -x -e gtk -e sdl -e cocoa; fi)

# Where somebody sits at a terminal, a panic opens the monitor.
qemu_monitor = $(shell test -t 0 && echo monitor)

# What the kernel unpacks: the shell and its tools, with TESTS=1 the programs of user/tests too.
archives := $(O)/archive.cpio $(if $(filter 1,$(TESTS)),$(O)/tests.cpio)
comma := ,
empty :=

# $(call qemu_kernel,OPTIONS,ARCHIVES): kernel and archives, also ARCHIVES, with these kernel options and those of APPEND.
qemu_kernel = -kernel $(boot_kernel) -initrd $(subst $(empty) $(empty),$(comma),$(strip $(archives) $(2))) \
	-append "$(strip $(1) watchdog=4 $(qemu_monitor) $(APPEND))"
qemu_gdb = -S -chardev socket,id=gdb,path=$(O)/gdb.sock,server=on,wait=off -gdb chardev:gdb

bootable := $(boot_kernel) $(archives)

.PHONY: qemu qemu-nox explain qemu-gdb qemu-iso gdb rewind iso nmi

## qemu: boot to a shell in this terminal (ctrl-a x ends QEMU)
qemu: $(bootable)
	$(qemu_machine) -display $(or $(qemu_display),none) $(qemu_console) $(call qemu_kernel)

## qemu-nox: the same, never with a window
qemu-nox: $(bootable)
	$(qemu_machine) -display none $(qemu_console) $(call qemu_kernel)

# $(call path_in_machine,NAME): where the program of that name is in the machine.
path_in_machine = $(if $(filter $(O)/user/$(1),$(tools)),/bin/$(1),$(if \
	$(call archive_if_test,$(1)),/tests/$(1),$(error there is no program $(1) in user/ or user/tests)))
archive_if_test = $(if $(filter $(O)/user/tests/$(1),$(tests)),$(call archive_of,$(1)))

## run-NAME: boot straight into a program of user/ or of user/tests
run-%: $(bootable) $$(call archive_if_test,$$*)
	$(qemu_machine) -display none $(qemu_console) $(call qemu_kernel,\
		init=$(call path_in_machine,$*),$(call archive_if_test,$*))

## qemu-gdb: boot, and wait for `make gdb` in another terminal before the first instruction
qemu-gdb: $(bootable)
	@rm -f $(O)/gdb.sock
	@echo "Waiting for 'make gdb' in another terminal."
	$(qemu_machine) -display $(or $(qemu_display),none) $(qemu_console) $(call qemu_kernel) \
		$(qemu_gdb)

## explain: after a machine that reset itself or hung: run it once more, show its exceptions with file and line; T=TEST, F=PROGRAM, or C='COMMANDS' of the shell
explain: $(bootable) $(if $(T)$(C),$(tests))
	QUIRE_OBJ=$(O) $(PYTHON) -E -s -X pycache_prefix=$(base_O)/pycache grade/quire/explain.py --kernel $(boot_kernel) \
		$(if $(T),--test '$(T)' $(lab_test)) $(own_options) --commands '$(subst ','\'',$(C))' --append '$(APPEND)' --mem $(MEM) --cpu $(QEMU_CPU)

## nmi: in another terminal: let the kernel of `make qemu` say where it is, and open its monitor
nmi:
	QUIRE_OBJ=$(base_O) $(PYTHON) -E -s -X pycache_prefix=$(base_O)/pycache grade/quire/nmi.py $(NMI_SOCKET)

# Which of a lab's tests: its lab, what it draws at random, and the operation to stop at.
lab_test = $(if $(LAB),--lab $(LAB)) $(if $(SEED),--seed $(SEED)) $(if $(AT),--at $(AT))

# A program of your own, compiled by `make cc`.
own_options = $(if $(F),--program '$(own_program)' --arguments '$(subst ','\'',$(ARGS))')

# $(call debugger,OPTIONS): the debugger, with a machine of its own.
debugger = QEMU='$(QEMU)' QUIRE_OBJ=$(base_O) $(PYTHON) -E -s -X pycache_prefix=$(base_O)/pycache \
	grade/quire/debugger.py --kernel $(boot_kernel) --gdb '$(GDB)' --gdb-flags='$(GDB_FLAGS)' --test '$(T)' \
	$(lab_test) $(own_options) --append '$(APPEND)' --mem $(MEM) --cpu $(QEMU_CPU) $(1)

## gdb: the debugger and a machine, or the machine of `make qemu-gdb` if that waits; T=TEST: stopped where the test begins; AT=N: at operation N of a lab's test; F=PROGRAM ARGS='...': a program of your own, stopped in its main; DUMP=FILE: a memory from grade/run --dump
gdb: $(bootable) $(if $(T),$(tests))
	$(call debugger,--attach $(O)/gdb.sock $(if $(DUMP),--dump '$(DUMP)'))

## rewind: T=TEST, or F=PROGRAM: record it and debug a replay, which goes backwards: `watch`, then `reverse-continue`
rewind: $(bootable) $(if $(T),$(tests))
	$(call debugger,--rewind)

# The same kernel from a CD, through GRUB.
grub_mkrescue = $(firstword $(foreach name,grub-mkrescue grub2-mkrescue,\
	$(shell command -v $(name))) grub-mkrescue)

# Only what GRUB needs to find and load two files on a CD.
grub_options := --install-modules="normal multiboot iso9660 biosdisk" \
	--locales= --fonts= --themes=

$(O)/iso/boot/grub/grub.cfg: boot/grub.cfg FORCE
	$(call write_if_new,sed -e 's|@APPEND@|$(strip $(APPEND))|' -e '$(if $(filter 1,$(TESTS)),,/tests/d)' $<)

$(O)/quire.iso: $(O)/quire.elf $(archives) $(O)/iso/boot/grub/grub.cfg
	$(call say,$@: GRUB puts together an image of a CD ($(words $(filter-out %.cfg,$^)) files))
	rm -f $(O)/iso/boot/*.cpio
	$(TSTRIP) -s -o $(O)/iso/boot/quire.elf $(O)/quire.elf
	cp $(archives) $(O)/iso/boot/
	$(grub_mkrescue) $(grub_options) -o $@ $(O)/iso > $(O)/iso.log 2>&1 || { cat $(O)/iso.log >&2; exit 1; }

## iso: obj/quire.iso, a CD that boots the kernel through GRUB (x86 hosts only)
iso: $(O)/quire.iso

## qemu-iso: boot that CD
qemu-iso: $(O)/quire.iso
	$(qemu_machine) -display $(or $(qemu_display),none) $(qemu_console) \
		-cdrom $(O)/quire.iso -boot d

## TESTS=1: these goals boot with the programs of user/tests too, in /tests
## RELEASE=1: these goals boot the normal kernel, instead of the debug kernel
## APPEND='...': kernel options for these goals
## MEM=MIB, SMP=N, QEMU_CPU=...: the machine (128, 1, max); QEMU_FLAGS=... for the rest
