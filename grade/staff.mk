# What only the labs' staff needs. Students' trees do not have this file.

.PHONY: student mutants proof handouts

## student: LAB=N OUT=DIR [FROM=TREE]: the tree that a student of lab N gets, with the student's code out of TREE
student:
	$(if $(and $(LAB),$(OUT)),,$(error make student LAB=N OUT=DIR [FROM=TREE]))
	$(grade_env) $(or $(grade_python),false) grade/student --lab '$(LAB)' --out '$(OUT)' $(if $(FROM),--from '$(FROM)')

## mutants: [LAB=N] [M=NAME] [J=JOBS]: try each wrong solution on the tests of its lab: a test of its exercise must fail
mutants: kernel
	$(grade_env) $(or $(grade_python),false) grade/mutants $(if $(LAB),--lab '$(LAB)') $(if $(M),--mutant '$(M)') \
		$(if $(J),--jobs '$(J)')

## proof: [LAB=N] [E=EXERCISE]: labs, trees and tests fit together (SAMPLE=TEXT: one lab, two of its exercises)
proof: all
	$(grade_env) $(or $(grade_python),false) grade/proof $(if $(LAB),--lab '$(LAB)') $(if $(E),--exercise '$(E)') \
		$(if $(SAMPLE),--sample '$(SAMPLE)') $(if $(J),--jobs '$(J)')

## handouts: the labs' handouts and the quick reference as HTML and PDF, in obj/handouts; STAFF=1: with answers
handouts: all
	$(grade_env) grade/handouts/render $(if $(STAFF),--staff)
