// client.js: the page's side of the worker that runs the machine (worker.js).

const PULSE = 1000; // ms between two questions whether the worker is alive
const PATIENCE = 6000; // ms without an answer until it hangs

export class Client {
	// `on`: functions { output(port, bytes), end(code), picture(message), events(message), fault(text) }.
	constructor(on) {
		this.on = on;
		this.answers = new Map();
		this.next = 1;
		this.worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
		this.worker.onmessage = ({ data }) => this.#take(data);
		this.worker.onerror = (event) => {
			event.preventDefault();
			this.on.fault(event.message || "the worker could not be loaded");
		};
		this.heard = performance.now();
		this.pulse = setInterval(() => this.#check(), PULSE);
	}

	#take(message) {
		this.heard = performance.now();
		if (message.is === "answer") {
			const answer = this.answers.get(message.id);
			this.answers.delete(message.id);
			if ("error" in message) answer?.reject(new Error(message.error));
			else answer?.resolve(message.value);
		} else if (message.is === "output") {
			this.on.output(message.port, message.bytes);
		} else if (message.is === "picture" || message.is === "events") {
			this.on[message.is](message);
		} else {
			this.on[message.is](message.is === "end" ? message.code : message.text);
		}
	}

	// A hidden page's timers are late, and so would be this check's.
	#check() {
		const now = performance.now(), late = now - (this.checked ?? now) > 2 * PULSE;
		this.checked = now;
		if (late || document.hidden) this.heard = now;
		if (now - this.heard > PATIENCE) this.on.fault("It has not answered for some seconds.");
		this.send({ do: "alive", id: -1 });
	}

	send(message, transfer = []) {
		this.worker.postMessage(message, transfer);
	}

	// Send a message and wait for its answer.
	ask(message) {
		const id = this.next++;
		return new Promise((resolve, reject) => {
			this.answers.set(id, { resolve, reject });
			this.send({ ...message, id });
		});
	}

	// End the worker, whatever it does.
	close() {
		clearInterval(this.pulse);
		this.worker.terminate();
		for (const { reject } of this.answers.values()) reject(new Error("the machine was ended"));
	}
}
