# What only the labs' staff needs. Students' trees do not have this file.

.PHONY: student

## student: LAB=N OUT=DIR [FROM=TREE]: the tree that a student of lab N gets, with the student's code out of TREE
student:
	$(if $(and $(LAB),$(OUT)),,$(error make student LAB=N OUT=DIR [FROM=TREE]))
	$(grade_env) $(or $(grade_python),false) grade/student --lab '$(LAB)' --out '$(OUT)' $(if $(FROM),--from '$(FROM)')
