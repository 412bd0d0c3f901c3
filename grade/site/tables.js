// tables.js: a page directory and the tables below it.
import { Grid } from "./grid.js";
import { LARGE, PRESENT, PROT_NONE, USER_ENTRIES, WRITABLE, hex, pageOf } from "./memory.js";
import { permissions } from "./scan.js";

const FLASH = 1200; // ms for which a change is marked
const EMPTY = "#88888822";
const NOTHING = new Uint32Array(1024);

function mark() {
	return getComputedStyle(document.documentElement).getPropertyValue("--mark");
}

// A grid of 1,024 entries that marks those that change.
class Entries {
	constructor(canvas, colour, on) {
		this.colour = colour; // of an entry that has a page or table
		this.words = null;
		this.changed = new Map();
		this.grid = new Grid(canvas, (room) => (room < 500 ? 64 : 128), on);
	}

	// `before`: the words that changes are counted from, if those are not the ones that were shown.
	show(words, before = this.words) {
		const now = performance.now();
		this.words = words;
		this.grid.set(1024, (i) => this.#draw(i));
		for (let i = 0; i < 1024; i++) {
			const differs = before && ((before[i] ^ words[i]) & ~0x60); // not the bits that the processor sets
			if (differs) this.changed.set(i, now + FLASH);
			if (differs || !before) this.#draw(i);
		}
	}

	// Take away the marks of changes that are old.
	expire() {
		const now = performance.now();
		for (const [i, until] of this.changed) {
			if (until > now) continue;
			this.changed.delete(i);
			this.#draw(i);
		}
	}

	#draw(i) {
		if (!this.grid.context || !this.words) return;
		const entry = this.words[i];
		const there = entry & PRESENT || pageOf(entry) >= 0;
		const frame = this.changed.has(i) ? mark() : null;
		this.grid.fill(i, there ? this.colour(entry, i) : EMPTY, { half: there && !(entry & WRITABLE), frame });
	}
}

export class Tables {
	// `elements`: canvas, cell, tables, entries, note. `on`: { address(va), page(number) }.
	constructor(elements, colours, on) {
		Object.assign(this, elements);
		this.colours = colours;
		this.on = on;
		this.shown = new Map(); // index of the directory: { box, text, entries }
		this.top = new Entries(this.canvas, (entry, i) => this.#topColour(entry, i),
			{ hover: (i) => this.#say(i), choose: (i) => on.address(i * 0x400000) });
	}

	reset() {
		this.shown.clear();
		this.tables.replaceChildren();
		this.top.words = null;
		this.top.changed.clear();
	}

	#topColour(entry, i) {
		if (i >= USER_ENTRIES) return this.colours.of(1);
		if (entry & LARGE) return this.colours.of(8);
		return this.tree.tables[i]?.count > 1 ? mark() : this.colours.of(2);
	}

	#say(i) {
		this.cell.textContent = i < 0 || !this.tree ? "" : this.#words(i);
	}

	// An entry of the directory in words.
	#words(i) {
		const entry = this.tree.words[i], place = `entry ${i}, from ${hex(i * 0x400000, 8)}`;
		if (!(entry & PRESENT)) return `${place}: nothing`;
		const target = entry & LARGE ? `a large page, ${hex(entry >>> 12)}` : `table, page ${hex(entry >>> 12)}`;
		const shared = this.tree.tables[i]?.count > 1 ? `, shared by ${this.tree.tables[i].count} directories` : "";
		return `${place}: ${target}, ${permissions(entry)}${shared}${i >= USER_ENTRIES ? ", the kernel's" : ""}`;
	}

	// Show a tree (scan.js), of whose pages `uses` says what they are. `before`: the tree that changes are counted from, if
	// that is not what was shown; null: all is new.
	show(tree, uses, before) {
		if (before !== undefined || tree.directory !== this.tree?.directory) this.reset();
		this.tree = tree;
		this.uses = uses;
		this.top.show(tree.words);
		if (before?.directory === tree.directory) this.top.show(tree.words, before.words);
		this.note.textContent = `The directory is page ${hex(tree.directory)}. The last quarter is the kernel's. A full square ` +
			"may be written, half a square only read.";
		for (const [i, { box }] of this.shown) {
			if (i in tree.tables) continue;
			box.remove();
			this.shown.delete(i);
		}
		for (const i of Object.keys(tree.tables).map(Number)) {
			const entries = this.#table(i);
			entries.show(tree.tables[i].words);
			if (before?.directory === tree.directory) entries.show(tree.tables[i].words, before.tables[i]?.words ?? NOTHING);
		}
		this.#list();
		this.top.grid.refresh();
		for (const { entries } of this.shown.values()) entries.grid.refresh();
		this.expire();
	}

	expire() {
		this.top.expire();
		for (const { entries } of this.shown.values()) entries.expire();
	}

	// The grid of a table, made when the table first appears, with its text brought up to date.
	#table(i) {
		let found = this.shown.get(i);
		if (!found) {
			const box = document.createElement("div"), text = document.createElement("p");
			const canvas = document.createElement("canvas"), cell = document.createElement("p");
			box.className = "table";
			cell.className = "cell";
			canvas.tabIndex = 0;
			canvas.setAttribute("role", "application");
			canvas.setAttribute("aria-label", `The table of entry ${i}. The arrow keys move, Enter shows an entry.`);
			box.append(text, canvas, cell);
			const next = [...this.shown].filter(([other]) => other > i).sort(([a], [b]) => a - b)[0];
			this.tables.insertBefore(box, next ? next[1].box : null);
			const entries = new Entries(canvas, (entry) => this.colours.of(this.uses[pageOf(entry)] ?? 1), {
				hover: (j) => (cell.textContent = j < 0 ? "" : this.#entryWords(i, j)),
				choose: (j) => this.on.address(i * 0x400000 + j * 4096),
			});
			found = { box, text, entries };
			this.shown.set(i, found);
		}
		const { page, count, words } = this.tree.tables[i];
		const used = words.reduce((sum, entry) => sum + (pageOf(entry) >= 0 ? 1 : 0), 0);
		const key = `${page} ${count} ${used}`;
		if (key !== found.key) {
			found.key = key;
			found.text.textContent = `Entry ${i}, from ${hex(i * 0x400000, 8)}: table in page ${hex(page)}, ${used} ${used === 1 ? "page" : "pages"}`;
			if (count > 1) {
				const shared = document.createElement("b");
				shared.textContent = ` shared by ${count} directories`;
				found.text.append(shared);
			}
		}
		return found.entries;
	}

	#entryWords(i, j) {
		const entry = this.tree.tables[i]?.words[j] ?? 0, page = pageOf(entry);
		const what = page < 0 ? (entry & (PRESENT | PROT_NONE) ? "device memory" : "nothing")
			: `page ${hex(page)}, ${permissions(entry)}, ${this.colours.name(this.uses[page] ?? 1)}`;
		return `${hex(i * 0x400000 + j * 4096, 8)}: ${what}`;
	}

	// The user's entries in words: ranges with the same permissions.
	#list() {
		const lines = [];
		for (const [i, { words }] of Object.entries(this.tree.tables)) {
			let run = null;
			for (let j = 0; j <= 1024; j++) {
				const entry = words[j] ?? 0, has = pageOf(entry) >= 0;
				const key = has ? permissions(entry & ~0x60) : "";
				if (run && (key !== run.key || j === 1024)) {
					const start = i * 0x400000 + run.from * 4096, end = i * 0x400000 + j * 4096;
					lines.push(`${hex(start, 8)}-${hex(end, 8)}: ${j - run.from} ${j - run.from === 1 ? "page" : "pages"}, ${run.key}`);
					run = null;
				}
				if (has && !run) run = { key, from: j };
			}
		}
		const text = lines.join("\n");
		if (text === this.listed) return;
		this.listed = text;
		this.entries.replaceChildren(...lines.map((line) => Object.assign(document.createElement("li"), { textContent: line })));
	}

	// Mark the way of an address.
	point(va) {
		this.top.grid.move(va >>> 22);
		this.shown.get(va >>> 22)?.entries.grid.move((va >>> 12) & 1023);
	}
}
