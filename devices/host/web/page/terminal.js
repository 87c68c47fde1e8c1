// A terminal for a serial port: what programs that know ANSI or a VT100 send.
//
// Sources: ECMA-48; VT100 User Guide, chapter 3; xterm, Control Sequences.

const history = 2000; // lines above the screen
const basic = ["#1c1b18", "#c4493b", "#5aa84e", "#c9a13b", "#5b8bd0", "#a468b8", "#4ba8a0", "#d6d2c4",
	"#6c675c", "#e8705f", "#7fce70", "#edc95c", "#83aeea", "#c890da", "#74cfc6", "#fffdf5"];
const drawing = "◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·"; // from ` to ~

function colour256(n) {
	if (n < 16) return basic[n];
	if (n >= 232) return `rgb(${[8 + 10 * (n - 232), 8 + 10 * (n - 232), 8 + 10 * (n - 232)]})`;
	const level = v => v ? 55 + 40 * v : 0;
	n -= 16;
	return `rgb(${[level(Math.floor(n / 36)), level(Math.floor(n / 6) % 6), level(n % 6)]})`;
}

export class Terminal {
	constructor(send) {
		this.send = send; // of bytes
		this.element = document.createElement("div");
		this.element.className = "term";
		this.element.tabIndex = 0;
		this.element.setAttribute("role", "log");
		this.element.addEventListener("keydown", e => this.key(e));
		this.element.addEventListener("paste", e => {
			this.send(new TextEncoder().encode(e.clipboardData.getData("text").replace(/\r?\n/g, "\r")));
			e.preventDefault();
		});
		this.reset(80, 24);
	}

	reset(cols, rows) {
		this.cols = cols;
		this.rows = rows;
		this.element.textContent = "";
		this.lines = []; // of the screen: cells and the element
		this.decoder = new TextDecoder();
		this.state = "";
		this.plain();
		this.element.textContent = "";
		for (let i = 0; i < rows; i++) this.lines.push(this.line());
		for (const l of this.lines) this.element.append(l.div);
	}

	plain() {
		this.x = this.y = 0;
		this.top = 0;
		this.bottom = this.rows - 1;
		this.pen = {};
		this.saved = { x: 0, y: 0, pen: {} };
		this.wrap = true;
		this.pending = false; // the next character goes to the next line
		this.visible = true;
		this.appKeys = false;
		this.charsets = ["B", "B"];
		this.charset = 0;
	}

	line() { return { cells: [], div: document.createElement("div"), dirty: true }; }

	write(bytes) {
		const follow = this.element.scrollHeight - this.element.scrollTop - this.element.clientHeight < 40;
		for (const c of this.decoder.decode(bytes, { stream: true })) this.take(c);
		if (!this.drawing) {
			this.drawing = true;
			requestAnimationFrame(() => {
				this.drawing = false;
				this.draw();
				if (follow) this.element.scrollTop = this.element.scrollHeight;
			});
		}
	}

	take(c) {
		const code = c.charCodeAt(0);
		if (this.state.startsWith("\x1b]")) { // a title or the like: nothing of ours
			if (code === 7 || c === "\\" && this.state.endsWith("\x1b")) this.state = "";
			else this.state = "\x1b]" + (code === 27 ? "\x1b" : "");
			return;
		}
		if (code < 32) {
			this.control(code);
			return;
		}
		if (this.state) {
			this.state += c;
			this.sequence(c);
			return;
		}
		if (code !== 127) this.put(c);
	}

	control(code) {
		switch (code) {
		case 8: this.x = Math.max(0, this.x - 1); this.pending = false; break;
		case 9: this.x = Math.min(this.cols - 1, (this.x & ~7) + 8); break;
		case 10: case 11: case 12: this.feed(); break;
		case 13: this.x = 0; this.pending = false; break;
		case 14: this.charset = 1; break;
		case 15: this.charset = 0; break;
		case 24: case 26: this.state = ""; break;
		case 27: this.state = "\x1b"; break;
		}
	}

	put(c) {
		if (this.pending) {
			this.pending = false;
			this.x = 0;
			this.feed();
		}
		const code = c.charCodeAt(0);
		if (this.charsets[this.charset] === "0" && code >= 96 && code < 127) c = drawing[code - 96];
		const line = this.lines[this.y];
		while (line.cells.length < this.x) line.cells.push({ c: " ", pen: {} });
		line.cells[this.x] = { c, pen: this.pen };
		line.dirty = true;
		if (this.x < this.cols - 1) this.x++;
		else this.pending = this.wrap;
	}

	// feed goes down a line, and scrolls at the end of the region.
	feed() {
		this.pending = false;
		if (this.y === this.bottom) this.scroll(this.top, 1);
		else if (this.y < this.rows - 1) this.y++;
	}

	// scroll moves the lines from one to the end of the region up by n, or down. Those
	// that leave all of the screen at its top are history, unless they are deleted.
	scroll(from, n, deleted = false) {
		for (; n > 0; n--) {
			const gone = this.lines.splice(from, 1)[0], fresh = this.line();
			const whole = !deleted && from === 0 && this.bottom === this.rows - 1;
			if (!whole) gone.div.remove();
			this.lines.splice(this.bottom, 0, fresh);
			this.lines[this.bottom - 1]?.div.after(fresh.div);
			if (this.bottom === 0) this.element.append(fresh.div);
			if (whole && gone.dirty) this.paint(gone);
			while (this.element.childElementCount > this.rows + history) this.element.firstElementChild.remove();
		}
		for (; n < 0; n++) {
			const [gone] = this.lines.splice(this.bottom, 1), fresh = this.line();
			gone.div.remove();
			if (this.lines[from]) this.lines[from].div.before(fresh.div);
			else this.element.append(fresh.div);
			this.lines.splice(from, 0, fresh);
		}
	}

	sequence(c) {
		const s = this.state;
		if (s.length === 2 && "[]()#%".includes(c)) {
			return; // more follows
		}
		if (s[1] === "[") {
			if (c < "@" || c > "~") {
				if (s.length > 64) this.state = "";
				return;
			}
			this.state = "";
			this.csi(s.slice(2, -1), c);
			return;
		}
		this.state = "";
		if (s[1] === "(") this.charsets[0] = c;
		else if (s[1] === ")") this.charsets[1] = c;
		else this.escape(c);
	}

	escape(c) {
		switch (c) {
		case "7": this.saved = { x: this.x, y: this.y, pen: this.pen }; break;
		case "8": this.restore(); break;
		case "D": this.feed(); break;
		case "E": this.x = 0; this.feed(); break;
		case "M": if (this.y === this.top) this.scroll(this.top, -1); else this.y = Math.max(0, this.y - 1); break;
		case "c": this.reset(this.cols, this.rows); break;
		}
	}

	restore() {
		({ x: this.x, y: this.y, pen: this.pen } = this.saved);
		this.pending = false;
	}

	csi(parameters, c) {
		const own = /^[?>=!]/.test(parameters) ? parameters[0] : "";
		const p = parameters.replace(/^[?>=!]/, "").split(/[;:]/).map(n => Math.min(parseInt(n, 10) || 0, 9999));
		const n = Math.max(1, p[0]);
		const move = (x, y) => {
			this.x = Math.max(0, Math.min(this.cols - 1, x));
			this.y = Math.max(0, Math.min(this.rows - 1, y));
			this.pending = false;
		};
		switch (own + c) {
		case "A": move(this.x, this.y - n); break;
		case "B": case "e": move(this.x, this.y + n); break;
		case "C": case "a": move(this.x + n, this.y); break;
		case "D": move(this.x - n, this.y); break;
		case "E": move(0, this.y + n); break;
		case "F": move(0, this.y - n); break;
		case "G": case "`": move(n - 1, this.y); break;
		case "H": case "f": move(Math.max(1, p[1] || 1) - 1, n - 1); break;
		case "d": move(this.x, n - 1); break;
		case "J": this.eraseScreen(p[0]); break;
		case "K": this.eraseLine(this.lines[this.y], p[0]); break;
		case "L": case "M":
			if (this.y >= this.top && this.y <= this.bottom) this.scroll(this.y, (c === "M" ? 1 : -1) * Math.min(n, this.rows), true);
			break;
		case "S": this.scroll(this.top, Math.min(n, this.rows)); break;
		case "T": this.scroll(this.top, -Math.min(n, this.rows)); break;
		case "P": this.edit(line => line.cells.splice(this.x, n)); break;
		case "@": this.edit(line => line.cells.splice(this.x, 0, ...Array.from({ length: Math.min(n, this.cols) }, () => ({ c: " ", pen: {} })))); break;
		case "X": this.edit(line => { for (let i = 0; i < n && this.x + i < line.cells.length; i++) line.cells[this.x + i] = { c: " ", pen: this.pen }; }); break;
		case "m": this.attributes(p); break;
		case "r": this.top = n - 1 < this.rows ? n - 1 : 0; this.bottom = Math.min(p[1] || this.rows, this.rows) - 1; if (this.bottom <= this.top) { this.top = 0; this.bottom = this.rows - 1; } move(0, 0); break;
		case "s": this.saved = { x: this.x, y: this.y, pen: this.pen }; break;
		case "u": this.restore(); break;
		case "n": if (p[0] === 6) this.reply(`\x1b[${this.y + 1};${this.x + 1}R`); else if (p[0] === 5) this.reply("\x1b[0n"); break;
		case "c": this.reply("\x1b[?1;2c"); break;
		case "!p": this.plain(); break;
		case "?h": case "?l": for (const mode of p) this.mode(mode, c === "h"); break;
		}
	}

	mode(n, on) {
		switch (n) {
		case 1: this.appKeys = on; break;
		case 7: this.wrap = on; break;
		case 25: this.visible = on; this.lines[this.y].dirty = true; break;
		case 47: case 1047: case 1049: // another screen: what is there stays in the history
			if (on) this.saved = { x: this.x, y: this.y, pen: this.pen };
			this.eraseScreen(2);
			if (!on) this.restore();
			break;
		}
	}

	edit(change) {
		const line = this.lines[this.y];
		while (line.cells.length < this.x) line.cells.push({ c: " ", pen: {} });
		change(line);
		line.cells.length = Math.min(line.cells.length, this.cols);
		line.dirty = true;
	}

	eraseLine(line, how) {
		const blank = () => ({ c: " ", pen: this.pen.bg ? { bg: this.pen.bg } : {} });
		if (how !== 1) line.cells.length = Math.min(line.cells.length, how === 0 ? this.x : 0);
		if (how === 1) for (let i = 0; i <= this.x && i < line.cells.length; i++) line.cells[i] = blank();
		else if (this.pen.bg) while (line.cells.length < this.cols) line.cells.push(blank());
		line.dirty = true;
	}

	eraseScreen(how) {
		if (how === 2 && !this.pen.bg && this.lines.some(l => l.cells.length)) { // into the history
			const { top, bottom } = this;
			[this.top, this.bottom] = [0, this.rows - 1];
			this.scroll(0, this.rows);
			[this.top, this.bottom] = [top, bottom];
			return;
		}
		this.lines.forEach((line, y) => {
			if (y === this.y && how < 2) this.eraseLine(line, how);
			else if (how === 2 || how === 0 && y > this.y || how === 1 && y < this.y) this.eraseLine(line, 2);
		});
	}

	attributes(p) {
		const pen = { ...this.pen };
		for (let i = 0; i < p.length; i++) {
			const n = p[i], to = n >= 48 ? "bg" : "fg";
			if (n === 0) for (const k of Object.keys(pen)) delete pen[k];
			else if (n === 1) pen.bold = true;
			else if (n === 4) pen.under = true;
			else if (n === 7) pen.inverse = true;
			else if (n === 22) delete pen.bold;
			else if (n === 24) delete pen.under;
			else if (n === 27) delete pen.inverse;
			else if (n >= 30 && n < 38) pen.fg = basic[n - 30];
			else if (n >= 40 && n < 48) pen.bg = basic[n - 40];
			else if (n >= 90 && n < 98) pen.fg = basic[n - 82];
			else if (n >= 100 && n < 108) pen.bg = basic[n - 92];
			else if (n === 39) delete pen.fg;
			else if (n === 49) delete pen.bg;
			else if (n === 38 || n === 48) {
				if (p[i + 1] === 5) { pen[to] = colour256(p[i + 2] & 255); i += 2; }
				else if (p[i + 1] === 2) { pen[to] = `rgb(${p.slice(i + 2, i + 5).map(v => v & 255)})`; i += 4; }
			}
		}
		this.pen = pen;
	}

	draw() {
		if (this.cursorLine) this.cursorLine.dirty = true;
		this.cursorLine = this.lines[this.y];
		this.cursorLine.dirty = true;
		for (const line of this.lines) if (line.dirty) this.paint(line);
	}

	paint(line) {
		line.dirty = false;
		const parts = [], at = this.visible && line === this.cursorLine ? this.x : -1;
		for (let i = 0; i < Math.max(line.cells.length, at + 1); i++) {
			const { c, pen } = line.cells[i] ?? { c: " ", pen: {} }, last = parts.at(-1);
			if (last && last.pen === pen && last.cursor === (i === at)) last.text += c;
			else parts.push({ text: c, pen, cursor: i === at });
		}
		line.div.replaceChildren(...parts.map(({ text, pen, cursor }) => {
			const span = document.createElement(pen.bold ? "b" : "span");
			span.textContent = text;
			const fg = pen.inverse ? pen.bg ?? "#101010" : pen.fg, bg = pen.inverse ? pen.fg ?? "#d6d2c4" : pen.bg;
			if (cursor) span.className = "cursor";
			else {
				if (fg) span.style.color = fg;
				if (bg) span.style.background = bg;
			}
			if (pen.under) span.style.textDecoration = "underline";
			return span;
		}));
	}

	reply(text) { this.send(new TextEncoder().encode(text)); }

	key(e) {
		if (e.metaKey || e.isComposing) return;
		const arrow = { ArrowUp: "A", ArrowDown: "B", ArrowRight: "C", ArrowLeft: "D", Home: "H", End: "F" }[e.key];
		const number = { Insert: 2, Delete: 3, PageUp: 5, PageDown: 6, F5: 15, F6: 17, F7: 18, F8: 19, F9: 20, F10: 21, F11: 23, F12: 24 }[e.key];
		const pf = { F1: "P", F2: "Q", F3: "R", F4: "S" }[e.key];
		const plain = { Enter: "\r", Backspace: "\x7f", Tab: "\t", Escape: "\x1b" }[e.key];
		let text = null;
		if (arrow) text = (this.appKeys ? "\x1bO" : "\x1b[") + arrow;
		else if (number) text = `\x1b[${number}~`;
		else if (pf) text = "\x1bO" + pf;
		else if (plain) text = plain;
		else if (e.ctrlKey && !e.altKey && e.key.length === 1) {
			if (e.shiftKey && "cv".includes(e.key.toLowerCase())) return; // the browser's copy and paste
			const code = e.key.toUpperCase().charCodeAt(0);
			if (code >= 64 && code < 96 || code === 32) text = String.fromCharCode(code & 31);
		} else if (e.key.length === 1) text = (e.altKey && !e.getModifierState("AltGraph") ? "\x1b" : "") + e.key;
		if (text === null) return;
		e.preventDefault();
		this.reply(text);
		this.element.scrollTop = this.element.scrollHeight;
	}
}
