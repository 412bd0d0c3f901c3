// page.js: the page: joins the machine, the terminal, the pictures and the buttons.
import { Details } from "./details.js";
import { Files } from "./files.js";
import { Host } from "./host.js";
import { KERNBASE, USER_ENTRIES } from "./memory.js";
import { Colours, Picture } from "./picture.js";
import { pack, unpack } from "./state.js";
import { Story } from "./story.js";
import { Tables } from "./tables.js";
import { Screen } from "./terminal.js";
import { Tour } from "./tour.js";

const LOG_LENGTH = 200000; // characters of the log that are kept
const $ = (id) => document.getElementById(id);
const wanted = new URLSearchParams(location.search);

const host = new Host({
	output: (bytes) => screen.write(bytes),
	log: addToLog,
	picture: showPicture,
	events: (message) => story.take(message),
	status: say,
	alert: showAlert,
	started,
	size: () => screen.size(),
});
const screen = new Screen($("terminal"), {
	type: (bytes) => host.type(bytes),
	resize: (rows, columns) => host.resize(rows, columns),
	address: showAddress,
	leave: () => story.focus() || $("memory").focus(),
});
const details = new Details($("details"), { page: showPage, address: showAddress });
const files = new Files({ host, say, drop: $("console"), picker: $("files"), own: bring });
const story = new Story({ list: $("events"), note: $("event-note"), back: $("event-back"), next: $("event-next"), now: $("event-now") },
	{ show: (index) => showEvent(index, null), live: showNow });
let picture, tables, tour, slot;

function say(text) {
	$("status").textContent = text;
}

function showAlert(text, panic = false) {
	$("alert-text").textContent = text;
	$("alert").hidden = false;
	say("The machine does not run.");
	if (panic) chooseTab("log");
}

function addToLog(text) {
	const at = $("log-text"), end = at.scrollHeight - at.scrollTop - at.clientHeight < 40;
	at.textContent = (at.textContent + text.replaceAll("\r", "")).slice(-LOG_LENGTH);
	if (end) at.scrollTop = at.scrollHeight;
}

function started() {
	$("alert").hidden = true;
	setStopped(false);
	say("The machine runs.");
}

// --- The pictures ---

function showPicture(found, same) {
	if (story.at >= 0) return;
	if (same) {
		picture.expire();
		tables.expire();
		return;
	}
	picture.show(found);
	tables.show(found.tree, found.uses);
	listProcesses(found);
}

// Show memory as it was after an event. `directory`: whose tables; null: those of the process that the event is about.
async function showEvent(index, directory) {
	try {
		const found = await host.ask({ do: "event", index, directory });
		if (story.at !== index) return;
		picture.show(found, found.before);
		if (found.tree) tables.show(found.tree, found.uses, found.treeBefore ?? null);
		listProcesses(found);
		$("directory").value = String(found.tree?.directory ?? "");
	} catch (error) {
		details.say(error.message);
	}
}

// Show memory as it is.
function showNow() {
	if (!host.last) return;
	picture.show(host.last, null);
	tables.reset();
	tables.show(host.last.tree, host.last.uses);
	listProcesses(host.last);
	$("directory").value = "";
}

// The processes whose page tables can be chosen.
function listProcesses(found) {
	const options = found.processes.map((each) => [String(each.directory), `${each.name} (${each.pid})`]);
	const key = JSON.stringify(options);
	if (key === listProcesses.key) return;
	listProcesses.key = key;
	const chosen = $("directory").value;
	$("directory").replaceChildren(new Option("the running process", ""), ...options.map(([value, text]) => new Option(text, value)));
	$("directory").value = options.some(([value]) => value === chosen) ? chosen : "";
	if ($("directory").value !== chosen && story.at < 0) host.watch({ directory: null });
}

async function showPage(number) {
	try {
		details.page(await host.ask({ do: "page", number }));
		if (story.at >= 0) details.add("Details show memory as it is now.");
		picture.point(number);
	} catch (error) {
		details.say(error.message);
	}
}

async function showAddress(va) {
	try {
		details.walk(await host.ask({ do: "walk", va }));
		if (story.at >= 0) details.add("Details show memory as it is now.");
		if (va >>> 22 < USER_ENTRIES || va >= KERNBASE) tables.point(va);
	} catch (error) {
		details.say(error.message);
	}
}

// What somebody looks up: an address, or "page" and its number.
function lookUp(text) {
	const match = /^\s*(page\s+)?(?:0x)?([0-9a-f]{1,8})\s*$/i.exec(text);
	if (!match) details.say("This is no address. Write 0x08048000, or page 0x3c2.");
	else if (match[1]) showPage(parseInt(match[2], 16));
	else showAddress(parseInt(match[2], 16));
}

// --- The buttons ---

function setStopped(stopped) {
	$("stop").textContent = stopped ? "Go on" : "Stop";
	$("stop").setAttribute("aria-pressed", String(stopped));
}

async function start(saved = null) {
	host.setup = { mem: Number($("mem").value), append: $("append").value };
	$("alert").hidden = true;
	$("log-text").textContent = "";
	screen.reset();
	picture.reset();
	tables.reset();
	host.watching.directory = null;
	say("The machine starts.");
	try {
		await host.start(saved);
	} catch (error) {
		showAlert(error.message);
	}
}

async function restore(saved) {
	await start(saved);
	if (saved.head.text) screen.write(`${saved.head.text}\r\n`);
	say("The saved machine goes on.");
}

// Somebody has brought a file: a kernel, an archive, or a state.
async function bring(kind, file) {
	const bytes = await file.arrayBuffer();
	try {
		if (kind === "state") return await restore(await unpack(bytes));
		host.own[kind] = bytes;
		await start();
		say(`The machine runs with your ${kind}, ${file.name}.`);
	} catch (error) {
		say(error.message);
	}
}

function chooseTab(name) {
	for (const each of ["terminal", "log"]) {
		$(each).hidden = each !== name;
		$(`tab-${each}`).setAttribute("aria-selected", String(each === name));
		$(`tab-${each}`).tabIndex = each === name ? 0 : -1;
	}
	if (name === "log") $("log-text").scrollTop = $("log-text").scrollHeight;
}

// A button's work, which may fail; the page says why.
function onClick(id, work) {
	$(id).addEventListener("click", async () => {
		try {
			await work();
		} catch (error) {
			say(error.message);
		}
	});
}

onClick("stop", async () => {
	if (host.over) return;
	await host.stop(!host.stopped);
	setStopped(host.stopped);
	say(host.stopped ? "The machine stands still." : "The machine runs.");
});
onClick("restart", () => start());
onClick("alert-restart", () => start());
onClick("save", async () => {
	slot = await host.save(screen.text());
	files.keep("quire.state", await pack(slot.head, slot.state));
	say("The machine is saved, here and as a file. Restore goes back to it.");
});
onClick("restore", () => (slot ? restore(slot) : $("own-state").click()));
onClick("upload", () => $("files").click());
onClick("download", () => files.download());
onClick("defaults", () => {
	host.own = {};
	return start();
});
onClick("tab-terminal", () => chooseTab("terminal"));
onClick("tab-log", () => chooseTab("log"));
onClick("tour-open", () => tour.open());

for (const kind of ["kernel", "archive", "state"])
	$(`own-${kind}`).addEventListener("change", ({ target }) => target.files[0] && bring(kind, target.files[0]));
$("reader").addEventListener("change", ({ target }) => (screen.readable = target.checked));
$("watch").addEventListener("change", ({ target }) => host.setWatching(target.checked));
$("directory").addEventListener("change", ({ target }) => {
	const directory = target.value ? Number(target.value) : null;
	if (story.at >= 0) showEvent(story.at, directory);
	else host.watch({ directory });
});
$("settings-form").addEventListener("submit", (event) => {
	event.preventDefault();
	start();
});
$("lookup").addEventListener("submit", (event) => {
	event.preventDefault();
	lookUp($("lookup-text").value);
});
$("monitor").addEventListener("submit", (event) => {
	event.preventDefault();
	host.monitor($("monitor-line").value);
	$("monitor-line").value = "";
});
document.querySelector('[role="tablist"]').addEventListener("keydown", ({ key }) => {
	if (key !== "ArrowLeft" && key !== "ArrowRight") return;
	const other = $("log").hidden ? "log" : "terminal";
	chooseTab(other);
	$(`tab-${other}`).focus();
});
document.addEventListener("keydown", (event) => {
	if (event.key !== "F6" || event.defaultPrevented) return;
	event.preventDefault();
	chooseTab("terminal");
	screen.focus();
});
document.addEventListener("visibilitychange", () => host.watch());

// --- The beginning ---

// In a handout the address says what to run and to show: ?embed&run=COMMAND&view=terminal|memory|tables.
async function begin() {
	if (wanted.has("embed")) document.body.classList.add("embedded");
	document.body.dataset.view = wanted.get("view") ?? "all";
	if (wanted.has("mem")) $("mem").value = wanted.get("mem");
	if (wanted.has("append")) $("append").value = wanted.get("append");
	try {
		await host.load();
	} catch (error) {
		showAlert(error.message);
		return;
	}
	const colours = new Colours(host.layout);
	picture = new Picture({ canvas: $("memory"), cell: $("cell"), legend: $("legend"), note: $("memory-note") }, colours,
		{ page: showPage });
	tables = new Tables({ canvas: $("top"), cell: $("top-cell"), tables: $("tables"), entries: $("entries"), note: $("directory-note") },
		colours, { address: showAddress, page: showPage });
	tour = new Tour({ host, screen, picture, start, chooseTab });
	await start();
	if (!wanted.has("embed")) screen.focus();
	if (!wanted.has("run")) return;
	await host.atPrompt();
	host.command(wanted.get("run"));
}

begin();
