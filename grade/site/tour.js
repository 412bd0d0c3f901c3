// tour.js: seven scenes of memory. The program steps (user/steps.c) plays them in the machine; a step of the tour
// types what it waits for, and says what to look at.

const CTRL_C = new Uint8Array([3]);

// [title, scene, steps]: a step is [text, what it points at].
const SCENES = [
	["1. A page that is there only when it is used", "zero", [
		["The program asks for 64 pages of memory. Nothing happens in the picture: the kernel only notes that the " +
			"range is the program's. Look at the page tables: the entries are empty.", "tables"],
		["It has read each page. Each read was a page fault. All 64 entries now name one page, the page of zeroes; " +
			"half a square means that it may only be read.", "tables"],
		["It has written to each page. Each write was a fault again, and now each entry has a page of its own: 64 " +
			"new cells in the picture.", "memory"],
	]],
	["2. fork: two processes, one memory", "fork", [
		["The program has written to 32 pages. They have its colour.", "memory"],
		["It has called fork. There is a second process, but the 32 pages were not copied: they have the colour of pages " +
			"of several processes. No entry allows writing any more.", "memory"],
		["The child has written to 16 of them. Each first write was a fault, and the kernel made a copy: copy-on-write.", "memory"],
		["The child has ended. Its copies are free.", "memory"],
	]],
	["3. A page table for two", "table", [
		["512 pages that lie in a page table of their own, the one of entry 320.", "tables"],
		["fork again. This time not even the table was copied: both directories name it, and the picture marks it as shared.", "tables"],
		["The child has written one byte. First it got a table of its own, then a copy of one page.", "tables"],
		["The child has ended, and the table has one directory again.", "tables"],
	]],
	["4. A file in memory", "file", [
		["The program maps the file /bin/sh. All files of this machine lie in memory; their cells have the colour of files.", "memory"],
		["It has read the mapping. The entries name the file's own pages: no cell of the picture has changed its colour.", "tables"],
		["It has written to the first page of its private mapping. That page was copied; the file is as it was.", "memory"],
	]],
	["5. Pages that are freed", "free", [
		["256 pages, all written.", "memory"],
		["munmap: the entries are empty, and 256 cells are free. Who allocates next gets them.", "memory"],
	]],
	["6. A stack that grows", "stack", [
		["The stack is at the top of the program's addresses. Only the pages that were used are there: the table of entry 767.", "tables"],
		["64 calls, one below the other, each with a page of local variables. The stack grew by a fault at each page.", "tables"],
	]],
	["7. No memory left", "memory", [
		["A child will ask for memory and write to it until there is none. Choose Next, and watch the free pages.", "memory"],
		["Nothing was free any more. The kernel killed the largest process, and all its pages came back.", "memory"],
	]],
];

const $ = (id) => document.getElementById(id);

export class Tour {
	// `parts`: { host, screen, chooseTab, ... } of the page.
	constructor(parts) {
		Object.assign(this, parts);
		$("tour-next").addEventListener("click", () => this.#next());
		$("tour-back").addEventListener("click", () => this.#begin(this.scene - (this.step === 0 ? 1 : 0)));
		$("tour-close").addEventListener("click", () => this.close());
	}

	open() {
		$("tour").hidden = false;
		this.chooseTab("terminal");
		this.#begin(0);
	}

	// Leave the tour, and end its program.
	close() {
		$("tour").hidden = true;
		this.#point(null);
		this.#leave();
		this.screen.focus();
	}

	#leave() {
		if (this.running) this.host.type(CTRL_C);
		this.running = false;
	}

	// Begin a scene: once the shell waits for a command, start it.
	async #begin(scene) {
		this.#leave();
		this.scene = Math.min(Math.max(scene, 0), SCENES.length - 1);
		this.step = 0;
		$("tour-next").disabled = true;
		await this.host.atPrompt();
		this.running = true;
		this.host.command(`steps ${SCENES[this.scene][1]}`);
		$("tour-next").disabled = false;
		this.#show();
		$("tour-title").focus();
	}

	#next() {
		const steps = SCENES[this.scene][2];
		this.host.command(""); // Enter
		if (this.step + 1 < steps.length) {
			this.step++;
			this.#show();
			return;
		}
		this.running = false; // the program ends
		if (this.scene + 1 < SCENES.length) this.#begin(this.scene + 1);
		else this.close();
	}

	#show() {
		const [title, , steps] = SCENES[this.scene];
		const [text, part] = steps[this.step];
		$("tour-title").textContent = title;
		$("tour-text").textContent = text;
		$("tour-back").disabled = this.scene === 0 && this.step === 0;
		$("tour-next").textContent = this.scene + 1 === SCENES.length && this.step + 1 === steps.length ? "Finish" : "Next";
		this.#point(part);
	}

	// Mark what the step is about: the picture of memory, or the page tables.
	#point(part) {
		for (const [name, id] of [["memory", "memory"], ["tables", "tables"]]) $(id).classList.toggle("pointed", name === part);
	}
}
