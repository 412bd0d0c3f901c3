// check.mjs: boot the folder that `make site` has made, in node, and compare what the page would show with what
// the machine says. `node check.mjs FOLDER KERNEL`: KERNEL is the kernel with its symbols.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [folder, kernel] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(path.resolve(folder, name)).href);
const { Machine } = await load("machine.js");
const { TERMINAL, REPORTS } = await load("ports.js");
const { Shell } = await load("shell.js");
const { V86 } = await load("vendor/libv86.js");
const { symbols } = await load("elf.js");
const { pack, unpack } = await load("state.js");
const { stripped } = await load("files.js");
const scan = await load("scan.js");
const { Recorder } = await load("events.js");

const PROMPT = "$ ";
const BOOT_LIMIT = 5; // seconds of processor time
const MEM = 16; // MiB

function buffer(name) {
	const bytes = fs.readFileSync(path.join(folder, name));
	return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
}

const layout = JSON.parse(fs.readFileSync(path.join(folder, "layout.json"), "utf-8"));
const seconds = () => (process.cpuUsage().user + process.cpuUsage().system) / 1e6;

// A machine whose terminal is text, and whose prompt can be waited for.
class Console {
	constructor(state) {
		this.text = "";
		this.reports = "";
		this.recorder = new Recorder();
		this.shell = new Shell((bytes) => this.machine.type(bytes));
		const setup = { V86, wasm: path.join(folder, "vendor/v86.wasm"), mem: MEM, state };
		setup.kernel = buffer("quire.elf");
		setup.archive = buffer("archive.cpio");
		this.over = new Promise((resolve) => (this.end = resolve));
		this.machine = new Machine(setup, layout, {
			output: (port, bytes) => this.take(port, bytes),
			end: this.end,
			notice: (kind) => this.recorder.take(this.machine, kind),
		});
	}

	take(port, bytes) {
		if (port === REPORTS) this.reports += Buffer.from(bytes).toString();
		if (port !== TERMINAL) return;
		this.text += Buffer.from(this.shell.take(bytes)).toString();
		this.wanted?.();
	}

	// Wait until what has been printed since the last wait ends with `end`; return it, with "\n" as lines end.
	async wait(end) {
		while (!this.text.endsWith(end)) await new Promise((resolve) => (this.wanted = resolve));
		const found = this.text.slice(0, -end.length);
		this.text = "";
		return found.replaceAll("\r\n", "\n");
	}

	// What a command prints.
	async command(line) {
		this.machine.type(Buffer.from(line + "\n"));
		const found = await this.wait(PROMPT);
		return found.slice(line.length + 1);
	}
}

const started = seconds();
const console_ = new Console();
await console_.wait(PROMPT);
const boot = seconds() - started;
assert(boot < BOOT_LIMIT, `the prompt came after ${boot.toFixed(1)} s of processor time`);

// Three commands.
assert.equal(await console_.command("ls / | wc -l"), "      6 \n");
assert.equal(await console_.command("echo '\u20ac'"), "\u20ac\n");
assert.equal(await console_.command("seq 3 | grep -c ."), "3\n");

// The totals, at the moment when the first byte of the second copy comes out: by then cat's memory is complete.
let picture;
const scanAt = (byte) => {
	scanAt.text += String.fromCharCode(byte);
	if (scanAt.text.split("MemTotal").length === 3) picture ??= scan.scan(console_.machine.memory());
};
scanAt.text = "";
console_.machine.emulator.add_listener(`serial${TERMINAL}-output-byte`, scanAt);
const info = (await console_.command("cat /proc/meminfo /proc/meminfo")).split("MemTotal")[2];
console_.machine.emulator.remove_listener(`serial${TERMINAL}-output-byte`, scanAt);
const pages = (name) => Number(new RegExp(`^${name}: +(\\d+) kB`, "m").exec(info)[1]) / 4;
const counted = (...kinds) => kinds.reduce((sum, kind) => sum + picture.counts[scan.KINDS.indexOf(kind)], 0);
assert.equal(counted("object"), pages("Cached"));
assert.equal(counted("anonymous"), pages("AnonPages"));
assert.equal(counted("stack"), pages("KernelStack"));
assert.equal(counted("table", "directory"), pages("PageTables"));
const cached = pages("MemFree") - counted("free"); // pages kept for reuse are free, too
assert(cached >= 0 && cached <= counted("table", "directory", "heap"), `${cached} more pages are free`);

// The processes, and every entry that names a page of the shell.
const memory = console_.machine.memory();
const [shell] = scan.processes(memory);
assert.equal(shell.name, "sh");
for (const found of scan.mappings(memory, shell.directory)) {
	const page = scan.page(memory, found.page);
	assert(page.references.some((each) => each.va === found.va && each.entry === found.entry), `page ${found.page}`);
	assert.equal(scan.walk(memory, shell.directory, found.va).page, found.page);
}
assert.match(scan.walk(memory, shell.directory, 0x08048000).area, /^0x8048000-.* r-x sh$/);

// The symbols of a kernel that a student brings.
assert.deepEqual(symbols(fs.readFileSync(kernel).buffer.slice(0), Object.keys(layout.symbols)), layout.symbols);
assert.throws(() => symbols(new ArrayBuffer(100), []), /no ELF file/);

// What happens in memory when two programs run, in words.
console_.recorder.begin(console_.machine, true);
await console_.command("ls / | wc -l");
console_.recorder.on = false;
const told = console_.recorder.list.map((each) => each.text);
const has = (pattern, times) => assert.equal(told.filter((text) => pattern.test(text)).length, times, `${pattern} in ${told.join("\n")}`);
has(/^sh \(2\) forks: sh \(\d+\) comes, .* name the same 19 pages;/, 2);
has(/^sh \(\d+\) executes (ls|wc): another directory, page 0x\w+, with [5-9] pages, .* Of sh's memory [3-6] pages were its own: free now\.$/, 2);
has(/^(ls|wc) \(\d+\) ends\. Of its memory [2-6] pages were its own: free now\./, 2);
has(/^sh \(2\) learns that (ls|wc) \(\d+\) has ended\./, 2);
has(/ touches 0x\w+, where nothing is yet: it gets a new page, 0x\w+, full of zeroes\.$/, 4);
const copied = console_.recorder.list.findIndex(({ text }) => text.includes("the kernel copies it"));
const [, at, from, to] = /writes to (0x\w+)\. Others have page (0x\w+) too, so the kernel copies it, to page (0x\w+)\.$/
	.exec(told[copied]).map(Number);
const entry = (tree) => tree.tables[at >>> 22].words[(at >>> 12) & 1023] >>> 12;
const pictureOf = console_.recorder.picture(copied, null);
assert.deepEqual([entry(pictureOf.treeBefore), entry(pictureOf.tree)], [from, to]);
assert.equal(pictureOf.before[to], scan.FREE);
assert(pictureOf.uses[to] >= scan.FIRST_PROCESS);

// A pipe whose end must be waited for; no more events than can be kept.
console_.recorder.begin(console_.machine, true);
await console_.command("sleep 0.1 | cat");
assert(console_.recorder.list.some(({ text }) => /^cat \(\d+\) waits for the other end of a pipe\./.test(text)));
console_.recorder.begin(console_.machine, true);
await console_.command("for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do ls > /dev/null; done");
assert.deepEqual([console_.recorder.list.length, console_.recorder.full], [300, true]);
console_.recorder.begin(console_.machine, false);

// A file goes in and comes out as it was: every byte, and more of them than a terminal keeps.
const content = Uint8Array.from({ length: 20000 }, (_, i) => (i * 7 + (i >> 8)) & 255);
assert.equal((await console_.shell.upload("/tmp/it's", content)).length, 0);
await console_.wait(PROMPT);
assert.deepEqual(await console_.shell.download("/tmp/it's"), content);
await console_.wait(PROMPT);
const program = stripped(new Uint8Array(fs.readFileSync(path.join(path.dirname(kernel), "user/seq"))));
assert.equal((await console_.shell.upload("/tmp/count", program)).length, 0);
await console_.wait(PROMPT);
assert.equal(await console_.command("/tmp/count 2"), "1\n2\n");
assert.equal(await console_.shell.download("/tmp/none"), null);
await console_.wait(PROMPT);
assert.match(await console_.command("stty; ls -l /tmp"), / icanon.* echo [^]*-rwxr-xr-x .* 20000 .* it's\n/);

const latest = console_.machine.memory();
const took = performance.now();
for (let i = 0; i < 50; i++) scan.scan(latest);
const cost = (performance.now() - took) / 50;

// A saved machine goes on in another one, and ends there.
await console_.command("echo kept > /tmp/kept");
const saved = await unpack(await pack({ mem: MEM }, await console_.machine.save()));
assert.equal(saved.head.mem, MEM);
await assert.rejects(unpack(content), /no saved machine/);
await console_.machine.stop();
const restored = new Console(saved.state);
await restored.machine.ready;
assert.equal(await restored.command("cat /tmp/kept"), "kept\n");
restored.machine.type(Buffer.from("exit 3\n"));
await restored.over;
assert.match(restored.reports, /^3 exit 3 /m);
console.log(`site: the prompt after ${boot.toFixed(1)} s of processor time; a picture takes ${cost.toFixed(1)} ms`);
process.exit(0);
