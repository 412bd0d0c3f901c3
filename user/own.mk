# A program of your own, which need not lie in this tree: `make cc` compiles it, `make run` runs it.

.PHONY: cc run

own_program = $(basename $(F))
own_object = $(O)/own/$(notdir $(own_program)).o

## cc: F=FILE.c: compile a program of your own with the library; it lies beside FILE.c, without the .c
cc: $(if $(filter cc,$(MAKECMDGOALS)),$(filter %.c,$(F))) $(program_parts)
	$(if $(filter %.c,$(F)),,$(error which program? make cc F=hello.c))
	@mkdir -p $(O)/own
	$(TCC) $(UCFLAGS) -c -o $(own_object) $(F)
	$(TLD) $(common_ldflags) --gc-sections -T user/program.ld $(crt0) $(own_object) $(libc) -o $(own_program)
	$(call say,$(own_program): `make run F=$(own_program)` runs it and `make gdb F=$(own_program)` debugs it)

## run: F=PROGRAM ARGS='...': run any static i386 Linux program in a fresh machine
# The end of the program is no failure of make. At a terminal the program has one too.
run: $(O)/quire.elf $(O)/archive.cpio
	$(if $(F),,$(error which program? make run F=hello))
	if test -t 0 && test -t 1; then tty=--tty; fi; QUIRE_OBJ=$(O) grade/run $$tty $(F) $(ARGS) || \
		echo "make run: the exit status is $$?"
