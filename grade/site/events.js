// events.js: what programs do, event by event. The kernel gives a notice of each (kern/debug/notice.h), in the middle of
// which the machine's memory is read; two such readings, compared, tell in words what has happened.
import { PRESENT, WRITABLE, hex, pageOf } from "./memory.js";
import { ZERO, page, scan, tree, walk, zombies } from "./scan.js";

const LIMIT = 300; // events that are kept
const TREES = 12; // processes whose page tables are kept with each

// The kinds of notices: enum notice.
const SAY = { f: fork, e: exec, x: exit, w: reap, p: fault, s: wait };

const name = (process) => `${process.name} (${process.pid})`;
const pages = (n) => `${n} page${n === 1 ? "" : "s"}`;

// All of memory at this moment, with the page tables of the first processes. `current` is the processor's directory.
function look(memory, current) {
	const found = scan(memory);
	found.current = current;
	found.zombies = zombies(memory);
	found.trees = new Map(found.processes.slice(0, TREES).map((each) => [each.pid, tree(memory, each.directory)]));
	return found;
}

// The first of these processes that is not among the others.
const missing = (these, others) => these.find((each) => !others.some((other) => other.pid === each.pid));

const running = (found) => found.processes.find((each) => each.directory === found.current);

// The entry for an address in a tree; 0 where there is none.
function entryAt(found, va) {
	return found?.tables[va >>> 22]?.words[(va >>> 12) & 1023] ?? 0;
}

// The user's entries that keep a page: [va, entry].
function* entries(found) {
	for (const [i, { words }] of Object.entries(found?.tables ?? {}))
		for (let j = 0; j < 1024; j++) if (pageOf(words[j]) >= 0) yield [(i * 1024 + j) * 4096, words[j]];
}

function fork({ before, after }) {
	const child = missing(after.processes, before.processes);
	const parent = running(after);
	if (!child || !parent) return null;
	if (child.directory === parent.directory) return [`${name(parent)} starts ${name(child)}. Both use one address space.`, child];
	let both = 0, own = 0, tables = 0;
	const theirs = after.trees.get(parent.pid), its = after.trees.get(child.pid);
	for (const [va, entry] of entries(its)) pageOf(entry) === pageOf(entryAt(theirs, va)) ? both++ : own++;
	for (const each of Object.values(its?.tables ?? {})) if (each.count > 1) tables++;
	return [`${name(parent)} forks: ${name(child)} comes, with a directory of its own. Both name the same ${pages(both)}; ` +
		"a page that was writable may only be read now, until somebody writes to it." +
		(own ? ` ${pages(own)} ${own === 1 ? "was" : "were"} copied at once.` : "") +
		(tables ? ` They share ${tables} page table${tables === 1 ? "" : "s"}.` : ""), child];
}

// The pages that only this process had, in words: "4 pages were".
function own(found, process) {
	const n = found.uses.reduce((sum, use) => sum + (use === process.use ? 1 : 0), 0);
	return `${n === 0 ? "no page" : pages(n)} ${n > 1 ? "were" : "was"}`;
}

function exec({ before, after }) {
	const now = running(after), old = before.processes.find((each) => each.pid === now?.pid);
	if (!now || !old) return null;
	const there = [...entries(after.trees.get(now.pid))].length;
	return [`${name(old)} executes ${now.name}: another directory, page ${hex(now.directory)}, with ${pages(there)}, most of them the file's own. ` +
		`More of ${now.name} comes when it is needed. Of ${old.name}'s memory ${own(before, old)} its own: free now.`, now];
}

function exit({ before, after }) {
	const gone = missing(before.processes, after.processes);
	if (!gone) return null;
	return [`${name(gone)} ends. Of its memory ${own(before, gone)} its own: free now. The kernel keeps its directory and tables ` +
		"for the next process.", null];
}

function reap({ before, after }) {
	const parent = running(after);
	const dead = missing(before.zombies, after.zombies);
	return parent && dead ? [`${name(parent)} learns that ${name(dead)} has ended. Its number is free.`, parent] : null;
}

function wait({ after }) {
	const process = running(after);
	return process && [`${name(process)} waits for the other end of a pipe. Somebody else runs.`, process];
}

// What a fault has brought, in words. `memory` serves until the machine runs on.
function fault({ before, after, memory, address }) {
	const process = running(after);
	const kept = before.trees.get(process?.pid), found = after.trees.get(process?.pid);
	if (!process || !found || (kept && kept.directory !== found.directory)) return null;
	const old = entryAt(kept, address), now = entryAt(found, address);
	const was = pageOf(old), is = pageOf(now), at = hex(address & ~0xfff, 8);
	if (is < 0 || !(now & PRESENT)) return null; // a signal comes, or a copy that must not wait is tried again
	if (was === is && !(old & WRITABLE) && now & WRITABLE)
		return [`${name(process)} writes to ${at}. Nobody else has page ${hex(is)} any more, so it may be written now.`, process];
	if (was === is) return null;
	if (was >= 0 && before.uses[was] === ZERO)
		return [`${name(process)} writes to ${at}, which was the page of zeroes: it gets a page of its own, ${hex(is)}.`, process];
	if (was >= 0)
		return [`${name(process)} writes to ${at}. Others have page ${hex(was)} too, so the kernel copies it, to page ${hex(is)}.`, process];
	const others = [...entries(found)].filter(([va]) => pageOf(entryAt(kept, va)) < 0).length - 1;
	const more = others > 0 ? ` ${pages(others)} beside it came with it.` : "";
	return [`${name(process)} touches ${at}, where nothing is yet: ${what(memory, process, address, is, after)}${more}`, process];
}

// A page that was mapped where nothing was.
function what(memory, process, address, is, after) {
	const { file, kind } = page(memory, is);
	if (after.uses[is] === ZERO) return "it gets the page of zeroes, as long as it only reads.";
	if (kind === "object") return file ? `page ${hex(is)} of the file ${file} is there.` : `page ${hex(is)} of shared memory is there.`;
	const { area } = walk(memory, process.directory, address);
	const from = / (?:anonymous memory|\[\w+\])$/.test(area) ? "full of zeroes" : "a copy of the program's file";
	return `it gets a new page, ${hex(is)}, ${from}.`;
}

// Records the events since `begin`.
export class Recorder {
	constructor() {
		this.list = [];
		this.on = false;
		this.last = null;
	}

	// Forget what was recorded, and record from now on, if `on`. Without `machine` nothing can be recorded.
	begin(machine, on) {
		this.list = [];
		this.full = false;
		this.on = on;
		this.last = on && machine ? look(machine.memory(), machine.directory()) : null;
	}

	// A notice has come: the machine stands still meanwhile.
	take(machine, kind) {
		if (!this.on || !this.last || !(kind in SAY)) return;
		if (this.list.length >= LIMIT) {
			this.full = true;
			this.on = false;
			return;
		}
		const memory = machine.memory(), after = look(memory, machine.directory());
		const found = SAY[kind]({ before: this.last, after, memory, address: machine.faultAddress() });
		if (found) this.list.push({ text: found[0], process: found[1] ?? running(after) ?? after.processes[0], before: this.last, after });
		this.last = after;
	}

	// The picture of an event, and what was before: as worker.js sends pictures. `directory`: whose tables; null: those
	// of the process that the event is about.
	picture(index, directory) {
		const { after, before, process } = this.list[index];
		const wanted = after.processes.find((each) => each.directory === directory) ?? process;
		const { total, uses, counts, processes } = after;
		return { total, uses, counts, processes, tree: after.trees.get(wanted?.pid), before: before.uses, treeBefore: before.trees.get(wanted?.pid) };
	}
}
