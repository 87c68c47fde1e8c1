// The connection to the machine: one WebSocket, opened again when it is lost.

const next = 0, key = 1, text = 2, paste = 3, stop = 4, mouse = 5, release = 6, chord = 7, serial = 8, command = 9, hello = 10, point = 11;
const utf8 = new TextEncoder();

export const commands = { reset: 0, pause: 1, goOn: 2, power: 3 };

export class Link {
	// The handlers: onStatus(object), onPicture(buffer) which may be slow,
	// onSerial(unit, bytes), onOpen(), onLost().
	constructor(handlers) {
		this.handlers = handlers;
		this.delay = 250;
		this.connect();
	}

	connect() {
		const url = new URL("socket", location.href);
		url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
		const socket = this.socket = new WebSocket(url);
		socket.binaryType = "arraybuffer";
		socket.onopen = () => {
			this.delay = 250;
			this.send(hello, [typeof DecompressionStream === "function" ? 1 : 0]);
			this.handlers.onOpen();
		};
		socket.onmessage = event => this.receive(socket, event.data);
		socket.onclose = () => {
			this.handlers.onLost();
			setTimeout(() => this.connect(), this.delay);
			this.delay = Math.min(2 * this.delay, 4000);
		};
	}

	async receive(socket, data) {
		if (typeof data === "string") {
			this.handlers.onStatus(JSON.parse(data));
			return;
		}
		const bytes = new Uint8Array(data);
		if (bytes[0] === 0) {
			await this.handlers.onPicture(data);
			// The next one may come when this one is seen; a page that is hidden asks
			// for none.
			requestAnimationFrame(() => { if (socket === this.socket) this.send(next, []); });
		} else if (bytes[0] === 1) {
			this.handlers.onSerial(bytes[1], bytes.subarray(2));
		}
	}

	send(kind, bytes) {
		if (this.socket.readyState !== WebSocket.OPEN) return;
		const message = new Uint8Array(bytes.length + 1);
		message[0] = kind;
		message.set(bytes, 1);
		this.socket.send(message);
	}

	key(code, down) { this.send(key, [down ? 1 : 0, ...utf8.encode(code)]); }
	chord(codes) { this.send(chord, utf8.encode(codes)); }
	release() { this.send(release, []); }
	command(n) { this.send(command, [n]); }
	stopPaste() { this.send(stop, []); }

	type(characters) {
		for (let rest = Array.from(characters); rest.length; rest = rest.slice(32)) this.send(text, utf8.encode(rest.slice(0, 32).join("")));
	}

	// paste sends as much of a text as a message may have; the rest is returned.
	paste(characters) {
		const bytes = utf8.encode(characters);
		let end = Math.min(bytes.length, 65536);
		while (end < bytes.length && (bytes[end] & 0xc0) === 0x80) end--;
		this.send(paste, bytes.subarray(0, end));
		return bytes.length - end;
	}

	mouse(dx, dy, dz, buttons) {
		const clamp = n => Math.max(-32767, Math.min(32767, n));
		this.pointer(mouse, clamp(dx), clamp(dy), dz, buttons);
	}

	point(x, y, dz, buttons) { this.pointer(point, x, y, dz, buttons); }

	pointer(kind, x, y, dz, buttons) {
		const view = new DataView(new ArrayBuffer(6));
		view.setUint16(0, x);
		view.setUint16(2, y);
		view.setInt8(4, Math.max(-127, Math.min(127, dz)));
		view.setUint8(5, buttons);
		this.send(kind, new Uint8Array(view.buffer));
	}

	serial(unit, bytes) {
		for (let at = 0; at < bytes.length; at += 4000) this.send(serial, [unit, ...bytes.subarray(at, at + 4000)]);
	}
}
