# The page in which Quire runs: grade/site. Only these goals need node; `make setup SITE=1` fetches it and the packages.

.PHONY: site site-check site-serve site-test

site_modules := $(base_O)/node/node_modules
SITE_PORT ?= 8000

$(site_modules)/v86/package.json:
	$(error the packages of the page are missing; `make setup SITE=1` gets them)

## site: Quire in a web page, as a folder that any web server can serve: obj/site
site: $(O)/quire.elf $(O)/archive.cpio $(site_modules)/v86/package.json
	STRIP='$(TSTRIP)' $(grade_env) grade/site/build --modules $(site_modules) --out $(O)/site

## site-check: boot that folder in node; compare what the page would show with what the machine says
site-check: site
	node $(O)/site/check.mjs $(O)/site $(O)/quire.elf

## site-serve: serve the folder on this machine only, at SITE_PORT (8000)
site-serve: site
	@echo "http://127.0.0.1:$(SITE_PORT)/ (ctrl-c ends)"
	$(PYTHON) -m http.server --bind 127.0.0.1 --directory $(O)/site $(SITE_PORT)


## site-test: use the page in a headless Chromium (Debian's chromium), and keep pictures of it in obj/site-test
site-test: site $(O)/user/seq $(O)/user/tests/evil_frame_forged
	$(grade_env) grade/site/test --site $(O)/site --out $(O)/site-test
